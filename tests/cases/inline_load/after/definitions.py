import os

from dagster import AssetExecutionContext, Definitions, asset
from dagster_dbt.cloud_v2 import (
    DbtCloudCredentials,
    DbtCloudWorkspace,
    dbt_cloud_assets,
)


@asset
def unrelated() -> int:
    return 1


dbt_cloud = DbtCloudWorkspace(
    credentials=DbtCloudCredentials(
        account_id=12345,
        token=os.environ["DBT_CLOUD_API_TOKEN"],
        access_url="https://cloud.getdbt.com",
    ),
    project_id=11,
    environment_id=22,
    adhoc_job_name="Everything",  # runs job 67892 itself, with its settings
)


@dbt_cloud_assets(
    workspace=dbt_cloud,
    name="dbt_cloud_job_67892",  # everything
)
def dbt_cloud_job_67892(context: AssetExecutionContext):
    yield from dbt_cloud.cli(["build"], context=context).wait(timeout=float("inf"))


defs = Definitions(
    assets=[
        unrelated,
        dbt_cloud_job_67892,
    ],
)
