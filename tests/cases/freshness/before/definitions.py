from datetime import timedelta

from dagster import AssetKey, Definitions, FreshnessPolicy, LegacyFreshnessPolicy
from dagster_dbt import dbt_cloud_resource, load_assets_from_dbt_cloud_job

dbt_cloud = dbt_cloud_resource.configured(
    {"auth_token": {"env": "DBT_CLOUD_API_TOKEN"}, "account_id": 12345}
)


def todays(node_info):
    return FreshnessPolicy.time_window(fail_window=timedelta(hours=24))


def of_old(node_info):
    if "daily" in node_info["tags"]:
        return LegacyFreshnessPolicy(maximum_lag_minutes=60)


def either(node_info):
    return todays(node_info) if node_info["name"].startswith("stg_") else of_old(node_info)


nightly = load_assets_from_dbt_cloud_job(
    dbt_cloud,
    67890,
    node_info_to_asset_key=lambda node_info: AssetKey(["nightly", node_info["resource_type"], node_info["name"]]),
    node_info_to_freshness_policy_fn=todays,
)
finance = load_assets_from_dbt_cloud_job(
    dbt_cloud,
    67891,
    node_info_to_asset_key=lambda node_info: AssetKey(["finance", node_info["resource_type"], node_info["name"]]),
    node_info_to_freshness_policy_fn=of_old,
)
everything = load_assets_from_dbt_cloud_job(
    dbt_cloud,
    67892,
    node_info_to_asset_key=lambda node_info: AssetKey(["everything", node_info["resource_type"], node_info["name"]]),
    node_info_to_freshness_policy_fn=either,
)

defs = Definitions(assets=[nightly, finance, everything])
