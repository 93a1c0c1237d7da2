import os

from dagster import (
    AssetExecutionContext,
    AssetKey,
    AssetSelection,
    AutoMaterializePolicy,
    Definitions,
    ScheduleDefinition,
    define_asset_job,
)
from dagster_dbt import DagsterDbtTranslator
from dagster_dbt.cloud_v2 import DbtCloudCredentials, DbtCloudWorkspace
from dagster_dbt.cloud_v2 import dbt_cloud_assets as dbt_cloud_assets_v2

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


def key_of(node_info):
    if node_info["resource_type"] == "source":
        return AssetKey(["raw", node_info["name"]])
    return AssetKey(["shop", node_info["name"]])


def policy_of(node_info):
    if "daily" in node_info["tags"]:
        return AutoMaterializePolicy.eager()
    return None


class DbtCloudJob67892Translator(DagsterDbtTranslator):
    def get_asset_key(self, dbt_resource_props):
        return key_of(dbt_resource_props)

    def get_group_name(self, dbt_resource_props):
        return dbt_resource_props["fqn"][1]

    def get_auto_materialize_policy(self, dbt_resource_props):
        return policy_of(dbt_resource_props)


@dbt_cloud_assets_v2(
    workspace=dbt_cloud,
    name="dbt_cloud_job_67892",
    dagster_dbt_translator=DbtCloudJob67892Translator(),
)
def dbt_cloud_assets(context: AssetExecutionContext, dbt_cloud: DbtCloudWorkspace):
    yield from dbt_cloud.cli(["build"], context=context).wait(timeout=float("inf"))


staging = define_asset_job("staging", selection=AssetSelection.groups("staging"))

defs = Definitions(
    assets=[dbt_cloud_assets],
    jobs=[staging],
    schedules=[ScheduleDefinition(job=staging, cron_schedule="0 5 * * *")],
    resources={"dbt_cloud": dbt_cloud},
)
