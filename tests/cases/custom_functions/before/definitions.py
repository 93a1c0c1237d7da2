from dagster import AssetKey, AssetSelection, AutoMaterializePolicy, Definitions, ScheduleDefinition, define_asset_job
from dagster_dbt import dbt_cloud_resource, load_assets_from_dbt_cloud_job

dbt_cloud = dbt_cloud_resource.configured(
    {"auth_token": {"env": "DBT_CLOUD_API_TOKEN"}, "account_id": 12345}
)


def key_of(node_info):
    if node_info["resource_type"] == "source":
        return AssetKey(["raw", node_info["name"]])
    return AssetKey(["shop", node_info["name"]])


def policy_of(node_info):
    if "daily" in node_info["tags"]:
        return AutoMaterializePolicy.eager()
    return None


dbt_cloud_assets = load_assets_from_dbt_cloud_job(
    dbt_cloud=dbt_cloud,
    job_id=67892,
    node_info_to_asset_key=key_of,
    node_info_to_group_fn=lambda node_info: node_info["fqn"][1],
    node_info_to_auto_materialize_policy_fn=policy_of,
)

staging = define_asset_job("staging", selection=AssetSelection.groups("staging"))

defs = Definitions(
    assets=[dbt_cloud_assets],
    jobs=[staging],
    schedules=[ScheduleDefinition(job=staging, cron_schedule="0 5 * * *")],
)
