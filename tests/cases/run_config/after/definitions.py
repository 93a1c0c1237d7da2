import os

from dagster import Definitions, job, op
from dagster_dbt.cloud_v2 import DbtCloudCredentials, DbtCloudWorkspace
from dagster_dbt.cloud_v2.types import DbtCloudRun


@op(required_resource_keys={"dbt"})
def run_nightly(context):
    client = context.resources.dbt.get_client()
    run = client.trigger_job_run(67890)
    run = client.poll_run(run["id"], poll_interval=1, poll_timeout=float("inf"))
    DbtCloudRun.from_run_details(run).raise_for_status()


@op(required_resource_keys={"finance"})
def run_finance(context):
    return context.resources.finance.get_client().trigger_job_run(67891)["job_definition_id"]


@job(
    resource_defs={"dbt": DbtCloudWorkspace(
        credentials=DbtCloudCredentials(
            account_id=12345,
            token=os.environ["DBT_CLOUD_API_TOKEN"],
            access_url="https://cloud.getdbt.com",
        ),
        project_id=11,
        environment_id=22,
    )},
)
def nightly():
    run_nightly()


@job(
    resource_defs={"finance": DbtCloudWorkspace(
        credentials=DbtCloudCredentials(
            account_id=12345,
            token=os.environ["DBT_CLOUD_API_TOKEN"],
            access_url="https://cloud.getdbt.com",
        ),
        project_id=11,
        environment_id=22,
    )},
    config={
        "execution": {"config": {"in_process": {}}},
    },
)
def finance():
    run_finance()


defs = Definitions(jobs=[nightly, finance])
