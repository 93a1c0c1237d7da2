import os

from dagster import (
    AssetMaterialization,
    Definitions,
    In,
    Nothing,
    Out,
    Output,
    ScheduleDefinition,
    job,
    op,
)
from dagster_dbt.cloud_v2 import DbtCloudCredentials, DbtCloudWorkspace
from dagster_dbt.cloud_v2.types import DbtCloudRun

my_dbt_cloud_resource = DbtCloudWorkspace(
    credentials=DbtCloudCredentials(
        account_id=int(os.environ["DBT_CLOUD_ACCOUNT_ID"]),
        token=os.environ["DBT_CLOUD_API_TOKEN"],
        access_url="https://cloud.getdbt.com",
    ),
    project_id=11,
    environment_id=22,
)


@op(
    ins={"start_after": In(Nothing)},
    required_resource_keys={"dbt_cloud"},
    tags={"dagster/compute_kind": "dbt_cloud"},
)
def run_dbt_nightly_sync(context):
    client = context.resources.dbt_cloud.get_client()
    run = client.trigger_job_run(67890)
    run = client.poll_run(run["id"], poll_interval=1, poll_timeout=float("inf"))
    DbtCloudRun.from_run_details(run).raise_for_status()
    run = client.get_run_details(
        run["id"],
        include_related=["job", "trigger", "run_steps"],
    )
    artifacts = client.list_run_artifacts(run["id"])
    if "run_results.json" in artifacts:
        for result in client.get_run_results_json(run["id"])["results"]:
            node = result["unique_id"].split(".")
            built = node[0] in ("model", "seed", "snapshot")
            if built and result["status"] in ("success", "no-op", "reused", "warn"):
                yield AssetMaterialization(
                    ["dbt", *node],
                    metadata={
                        "Status": result["status"],
                        "Execution Time (seconds)": result["execution_time"],
                    },
                )
    yield Output(
        run,
        metadata={
            "created_at": run["created_at"],
            "started_at": run["started_at"],
            "finished_at": run["finished_at"],
            "total_duration": run["duration"],
            "run_duration": run["run_duration"],
        },
    )


@op(out=Out(Nothing))
def extract():
    ...


@op(ins={"after": In(Nothing)})
def notify():
    return "done"


@job(resource_defs={"dbt_cloud": my_dbt_cloud_resource}, tags={"team": "data"})
def dbt_cloud():
    notify(after=run_dbt_nightly_sync(start_after=extract()))


defs = Definitions(jobs=[dbt_cloud], schedules=[ScheduleDefinition(job=dbt_cloud, cron_schedule="@daily")])
