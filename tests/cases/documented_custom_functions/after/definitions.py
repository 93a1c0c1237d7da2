from dagster import AssetExecutionContext, AssetKey, Definitions
from dagster_dbt import DagsterDbtTranslator
from dagster_dbt.cloud_v2 import (
    DbtCloudCredentials,
    DbtCloudWorkspace,
    dbt_cloud_assets,
)

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


def custom_asset_key_fn(node_info: dict) -> AssetKey:
    return AssetKey(["dbt_cloud", node_info["database"], node_info["schema"], node_info["name"]])


def custom_group_fn(node_info: dict) -> str:
    return node_info.get("config", {}).get("materialized", "default")


class DbtCloudJob67890Translator(DagsterDbtTranslator):
    def get_asset_key(self, dbt_resource_props):
        return custom_asset_key_fn(dbt_resource_props)

    def get_group_name(self, dbt_resource_props):
        return custom_group_fn(dbt_resource_props)


@dbt_cloud_assets(
    workspace=dbt_cloud,
    select="tag:daily",
    name="dbt_cloud_job_67890",
    dagster_dbt_translator=DbtCloudJob67890Translator(),
)
def assets(context: AssetExecutionContext, dbt_cloud: DbtCloudWorkspace):
    list(dbt_cloud.cli(["seed"]).wait(timeout=float("inf")))
    yield from dbt_cloud.cli(["build"], context=context).wait(timeout=float("inf"))


defs = Definitions(assets=[assets], resources={"dbt_cloud": dbt_cloud})
