import os

from dagster import AssetExecutionContext, Definitions

try:
    from dagster_dbt.cloud_v2 import (
        DbtCloudCredentials,
        DbtCloudWorkspace,
        dbt_cloud_assets,
    )
except ImportError:
    DbtCloudWorkspace = None
    dbt_cloud_assets = None

assets = []

if DbtCloudWorkspace is not None:
    dbt_cloud = DbtCloudWorkspace(
        credentials=DbtCloudCredentials(
            account_id=12345,
            token=os.environ["DBT_CLOUD_API_TOKEN"],
            access_url="https://cloud.getdbt.com",
        ),
        project_id=11,
        environment_id=22,
        adhoc_job_name="Nightly",  # runs job 67890 itself, with its settings
    )

    @dbt_cloud_assets(
        workspace=dbt_cloud, select="tag:daily", name="dbt_cloud_job_67890"
    )
    def dbt_assets(context: AssetExecutionContext):
        list(dbt_cloud.cli(["seed"]).wait(timeout=float("inf")))
        yield from dbt_cloud.cli(["build"], context=context).wait(timeout=float("inf"))

    assets = [dbt_assets]

defs = Definitions(assets=assets)
