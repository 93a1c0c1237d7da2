from dagster import (
    AssetExecutionContext,
    AssetKey,
    AutoMaterializePolicy,
    DailyPartitionsDefinition,
    asset,
)
from dagster_dbt import DbtCloudClientResource, load_assets_from_dbt_cloud_job

from .resources import dbt_cloud

days = DailyPartitionsDefinition(start_date="2024-03-01", end_date="2024-03-08")


def _key(node_info):
    return AssetKey(["warehouse", node_info["schema"], node_info["name"]])


# everything that the analysts read
reporting = load_assets_from_dbt_cloud_job(
    dbt_cloud=dbt_cloud,
    job_id=501,
    node_info_to_asset_key=_key,
    node_info_to_group_fn=lambda _: "reporting",
    node_info_to_auto_materialize_policy_fn=lambda _: AutoMaterializePolicy.eager(),
)

# one day at a time, in staging
daily = load_assets_from_dbt_cloud_job(
    dbt_cloud,
    job_id=502,
    partitions_def=days,
    partition_key_to_vars_fn=lambda key: {"run_date": key},
)


@asset(group_name="sheets", deps=[AssetKey(["warehouse", "main", "revenue_by_month"])])
def board_sheet():
    """The sheet that the board sees."""
    return 1


@asset(group_name="sheets")
def last_run(context: AssetExecutionContext, dbt_client: DbtCloudClientResource):
    client = dbt_client.get_dbt_client()
    context.log.info("account %s", dbt_client.account_id)
    return len(client.get_runs(include_related=[], order_by="-id", limit=5))
