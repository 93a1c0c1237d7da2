from dagster import Definitions, job, op
from dagster_dbt.cloud_v2 import DbtCloudCredentials, DbtCloudWorkspace
from dagster_dbt.cloud_v2.types import DbtCloudRun

dbt_cloud = DbtCloudWorkspace(
    credentials=DbtCloudCredentials(
        account_id=12345,
        token="dbt_api_token_here",
        access_url="https://cloud.getdbt.com",
    ),
    project_id=11,
    environment_id=22,
)


@op(required_resource_keys={"dbt_cloud"})
def run_dbt_cloud_job(context):
    dbt_cloud = context.resources.dbt_cloud
    client = dbt_cloud.get_client()
    run = client.trigger_job_run(67890)
    run = client.poll_run(run["id"], poll_interval=10, poll_timeout=float("inf"))
    DbtCloudRun.from_run_details(run).raise_for_status()
    run = client.get_run_details(
        run["id"],
        include_related=["job", "trigger", "run_steps"],
    )
    return run


@job(resource_defs={"dbt_cloud": dbt_cloud})
def dbt_cloud_job():
    run_dbt_cloud_job()


defs = Definitions(jobs=[dbt_cloud_job])
