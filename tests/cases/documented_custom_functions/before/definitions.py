from dagster import AssetKey, Definitions
from dagster_dbt import dbt_cloud_resource, load_assets_from_dbt_cloud_job

dbt_cloud = dbt_cloud_resource(api_token="dbt_api_token_here", account_id=12345)


def custom_asset_key_fn(node_info: dict) -> AssetKey:
    return AssetKey(["dbt_cloud", node_info["database"], node_info["schema"], node_info["name"]])


def custom_group_fn(node_info: dict) -> str:
    return node_info.get("config", {}).get("materialized", "default")


assets = load_assets_from_dbt_cloud_job(
    dbt_cloud=dbt_cloud,
    job_id=67890,
    node_info_to_asset_key=custom_asset_key_fn,
    node_info_to_group_fn=custom_group_fn,
)

defs = Definitions(assets=assets)
