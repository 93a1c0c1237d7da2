import os

from dagster import AssetExecutionContext, asset, repository
from dagster_dbt.cloud_v2 import DbtCloudCredentials, DbtCloudWorkspace
from dagster_dbt.cloud_v2 import dbt_cloud_assets as dbt_cloud_assets_v2

DBT_CLOUD_JOB_ID = 67890

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


@dbt_cloud_assets_v2(
    workspace=dbt_cloud,
    select="tag:daily",
    name="dbt_cloud_job_67890",
)
def dbt_cloud_assets(context: AssetExecutionContext):
    list(dbt_cloud.cli(["seed"]).wait(timeout=float("inf")))
    yield from dbt_cloud.cli(["build"], context=context).wait(timeout=float("inf"))


@asset(deps=["stg_orders"])
def order_report():
    """Reads what dbt has built."""


@repository
def dbt_cloud_sandbox():
    return [dbt_cloud_assets, order_report]
