import os

from dagster import AssetExecutionContext, Definitions, job, op
from dagster_dbt.cloud_v2 import (
    DbtCloudCredentials,
    DbtCloudWorkspace,
    dbt_cloud_assets,
)
from dagster_dbt.cloud_v2.types import DbtCloudRun

dbt_cloud = DbtCloudWorkspace(
    credentials=DbtCloudCredentials(
        account_id=int(os.environ["DBT_CLOUD_ACCOUNT_ID"]),
        token=os.environ["DBT_CLOUD_API_TOKEN"],
        access_url="https://cloud.getdbt.com",
    ),
    project_id=11,
    environment_id=22,
    adhoc_job_name="Nightly",  # runs job 67890 itself, with its settings
)


@dbt_cloud_assets(workspace=dbt_cloud, select="tag:daily", name="dbt_cloud_job_67890")
def dbt_assets(context: AssetExecutionContext, dbt: DbtCloudWorkspace):
    list(dbt.cli(["seed"]).wait(timeout=float("inf")))
    yield from dbt.cli(["build"], context=context).wait(timeout=float("inf"))


@op
def run_finance(dbt: DbtCloudWorkspace) -> None:
    client = dbt.get_client()
    run = client.trigger_job_run(67891)
    run = client.poll_run(run["id"], poll_interval=10, poll_timeout=float("inf"))
    DbtCloudRun.from_run_details(run).raise_for_status()


@job
def finance():
    run_finance()


defs = Definitions(
    assets=[dbt_assets],
    jobs=[finance],
    resources={"dbt": dbt_cloud},
)
