import json
import os

from dagster import (
    AssetExecutionContext,
    BackfillPolicy,
    DailyPartitionsDefinition,
    Definitions,
)
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings
from dagster_dbt.cloud_v2 import (
    DbtCloudCredentials,
    DbtCloudWorkspace,
    dbt_cloud_assets,
)

daily = DailyPartitionsDefinition(start_date="2024-01-01", end_date="2024-01-05")

dbt_cloud = DbtCloudWorkspace(
    credentials=DbtCloudCredentials(
        account_id=12345,
        token=os.environ["DBT_CLOUD_API_TOKEN"],
        access_url="https://cloud.getdbt.com",
    ),
    project_id=11,
    environment_id=22,
    adhoc_job_name="Finance",  # runs job 67891 itself, with its settings
)


def run_date_vars(partition_key):
    return {"run_date": partition_key}


@dbt_cloud_assets(
    workspace=dbt_cloud,
    select="tag:weekly",
    name="dbt_cloud_job_67891",
    partitions_def=daily,
    backfill_policy=BackfillPolicy.multi_run(),
    dagster_dbt_translator=DagsterDbtTranslator(
        DagsterDbtTranslatorSettings(enable_asset_checks=False)
    ),
)
def daily_models(context: AssetExecutionContext, dbt_cloud: DbtCloudWorkspace):
    dbt_vars = []
    if context.has_partition_key:
        dbt_vars = ["--vars", json.dumps(run_date_vars(context.partition_key))]
    yield from dbt_cloud.cli(["run", *dbt_vars], context=context).wait(
        timeout=float("inf")
    )


defs = Definitions(assets=[daily_models], resources={"dbt_cloud": dbt_cloud})
