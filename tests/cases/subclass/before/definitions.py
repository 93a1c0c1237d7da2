from dagster import Definitions, EnvVar, asset, define_asset_job
from dagster_dbt import DbtCloudClientResource


class Nightly(DbtCloudClientResource):
    """Runs one job."""

    job_id: int
    tries: int = 1

    def run(self) -> int:
        for _ in range(self.tries):
            ran = self.get_dbt_client().run_job_and_poll(self.job_id, poll_interval=1).run_id
        return ran

    def told(self) -> str:
        self.run()
        client = self.get_dbt_client()
        return f"{client.get_job(self.job_id)['name']} of account {self.account_id}"


@asset
def nightly_ran(nightly: Nightly) -> str:
    return f"{nightly.run() > 0} {nightly.told()}"


defs = Definitions(
    assets=[nightly_ran],
    jobs=[define_asset_job("all_of_it")],
    resources={"nightly": Nightly(auth_token=EnvVar("DBT_CLOUD_API_TOKEN"), account_id=12345, job_id=67890)},
)
