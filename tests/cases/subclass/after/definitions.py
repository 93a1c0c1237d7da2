import os

from dagster import Definitions, asset, define_asset_job
from dagster_dbt.cloud_v2 import DbtCloudCredentials, DbtCloudWorkspace
from dagster_dbt.cloud_v2.types import DbtCloudJobRunStatusType, DbtCloudRun


def run_job(client, job_id, poll_interval=10, poll_timeout=None, steps_override=None):
    run = client.trigger_job_run(job_id, steps_override=steps_override)
    try:
        run = client.poll_run(
            run["id"],
            poll_interval=poll_interval,
            poll_timeout=poll_timeout or float("inf"),
        )
    except Exception:
        # It may have ended since poll_run looked.
        run = client.get_run_details(run["id"])
        if run["status"] < DbtCloudJobRunStatusType.SUCCESS:
            raise
    DbtCloudRun.from_run_details(run).raise_for_status()
    run = client.get_run_details(
        run["id"],
        include_related=["job", "trigger", "run_steps"],
    )
    return run


class Nightly(DbtCloudWorkspace):
    """Runs one job."""

    job_id: int
    tries: int = 1

    def run(self) -> int:
        for _ in range(self.tries):
            ran = run_job(self.get_client(), self.job_id, poll_interval=1)["id"]
        return ran

    def told(self) -> str:
        self.run()
        client = self.get_client()
        return f"{client.get_job_details(self.job_id)['name']} of account {self.credentials.account_id}"


@asset
def nightly_ran(nightly: Nightly) -> str:
    return f"{nightly.run() > 0} {nightly.told()}"


defs = Definitions(
    assets=[nightly_ran],
    jobs=[define_asset_job("all_of_it")],
    resources={"nightly": Nightly(
        credentials=DbtCloudCredentials(
            account_id=12345,
            token=os.environ["DBT_CLOUD_API_TOKEN"],
            access_url="https://cloud.getdbt.com",
        ),
        project_id=11,
        environment_id=22,
        job_id=67890,
    )},
)
