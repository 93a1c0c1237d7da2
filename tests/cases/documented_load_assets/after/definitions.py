from dagster import AssetExecutionContext, Definitions
from dagster_dbt.cloud_v2 import DbtCloudCredentials, DbtCloudWorkspace
from dagster_dbt.cloud_v2 import dbt_cloud_assets as dbt_cloud_assets_v2

dbt_cloud = DbtCloudWorkspace(
    credentials=DbtCloudCredentials(
        account_id=12345,
        token="dbt_api_token_here",
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
def dbt_cloud_assets(context: AssetExecutionContext, dbt_cloud: DbtCloudWorkspace):
    list(dbt_cloud.cli(["seed"]).wait(timeout=float("inf")))
    yield from dbt_cloud.cli(["build"], context=context).wait(timeout=float("inf"))


defs = Definitions(assets=[dbt_cloud_assets], resources={"dbt_cloud": dbt_cloud})
