import os

from dagster import Definitions, job, op
from dagster_dbt.cloud_v2.types import DbtCloudRun


def make_resource():
    from dagster_dbt.cloud_v2 import DbtCloudCredentials, DbtCloudWorkspace

    return DbtCloudWorkspace(
        credentials=DbtCloudCredentials(
            account_id=int(os.environ["DBT_CLOUD_ACCOUNT_ID"]),
            token=os.environ["DBT_CLOUD_API_TOKEN"],
            access_url="https://cloud.getdbt.com",
        ),
        project_id=11,
        environment_id=22,
    )


@op(required_resource_keys={"dbt_cloud"})
def rebuild(context):
    client = context.resources.dbt_cloud.get_client()
    run = client.trigger_job_run(67892)
    run = client.poll_run(run["id"], poll_interval=1, poll_timeout=float("inf"))
    DbtCloudRun.from_run_details(run).raise_for_status()


@job(resource_defs={"dbt_cloud": make_resource()})
def rebuild_all():
    rebuild()


defs = Definitions(jobs=[rebuild_all])
