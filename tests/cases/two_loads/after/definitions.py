import os

from dagster import AssetExecutionContext, Definitions, define_asset_job
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings
from dagster_dbt.cloud_v2 import (
    DbtCloudCredentials,
    DbtCloudWorkspace,
    dbt_cloud_assets,
)

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


# two jobs of one environment, on one resource
@dbt_cloud_assets(workspace=dbt_cloud, select="tag:daily", name="dbt_cloud_job_67890")
def daily(context: AssetExecutionContext, dbt_cloud: DbtCloudWorkspace):
    list(dbt_cloud.cli(["seed"]).wait(timeout=float("inf")))
    yield from dbt_cloud.cli(["build"], context=context).wait(timeout=float("inf"))


if int(os.getenv("WEEKLY_JOB_ID", "67891")) != 67891:
    raise ValueError(
        "this module was generated for dbt Cloud job 67891, but WEEKLY_JOB_ID names another"
    )


@dbt_cloud_assets(
    workspace=dbt_cloud,
    select="tag:weekly",
    name="dbt_cloud_job_67891",
    dagster_dbt_translator=DagsterDbtTranslator(
        DagsterDbtTranslatorSettings(enable_asset_checks=False)
    ),
)
def weekly(context: AssetExecutionContext, dbt_cloud: DbtCloudWorkspace):
    yield from dbt_cloud.cli(["run"], context=context).wait(timeout=float("inf"))


everything = define_asset_job("everything")

defs = Definitions(assets=[daily, weekly], jobs=[everything], resources={"dbt_cloud": dbt_cloud})
