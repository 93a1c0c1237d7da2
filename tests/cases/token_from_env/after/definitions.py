import os

from dagster import AssetExecutionContext, Definitions
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings
from dagster_dbt.cloud_v2 import (
    DbtCloudCredentials,
    DbtCloudWorkspace,
    dbt_cloud_assets,
)

my_dbt = DbtCloudWorkspace(
    credentials=DbtCloudCredentials(
        account_id=int(os.environ["DBT_CLOUD_ACCOUNT_ID"]),
        token=os.environ["DBT_CLOUD_API_TOKEN"],
        access_url="https://cloud.getdbt.com",
    ),
    project_id=11,
    environment_id=22,
    adhoc_job_name="Finance",  # runs job 67891 itself, with its settings
)


@dbt_cloud_assets(
    workspace=my_dbt,
    select="tag:weekly",
    name="dbt_cloud_job_67891",
    dagster_dbt_translator=DagsterDbtTranslator(
        DagsterDbtTranslatorSettings(enable_asset_checks=False)
    ),
)
def dbt_models(context: AssetExecutionContext, dbt_cloud: DbtCloudWorkspace):
    yield from dbt_cloud.cli(["run"], context=context).wait(timeout=float("inf"))


defs = Definitions(assets=[dbt_models], resources={"dbt_cloud": my_dbt})
