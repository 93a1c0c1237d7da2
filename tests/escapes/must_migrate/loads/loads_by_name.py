"""Loads in dicts that loops and comprehensions fill, with ids of an enumeration and arguments that they share."""

from enum import Enum

from dagster import AssetSelection, Definitions, ScheduleDefinition, asset, define_asset_job
from dagster_dbt import dbt_cloud_resource, load_assets_from_dbt_cloud_job

dbt_cloud = dbt_cloud_resource.configured({"auth_token": {"env": "DBT_CLOUD_API_TOKEN"}, "account_id": 12345})


class DbtJob(Enum):
    DAILY = 67890
    WEEKLY = 67891


COMMON = {"dbt_cloud": dbt_cloud, "node_info_to_group_fn": lambda node: node["resource_type"]}

by_name = {}
for each in DbtJob:
    by_name[each.name] = load_assets_from_dbt_cloud_job(job_id=each.value, **COMMON)


@asset
def report():
    return 1


everything = define_asset_job("everything", selection=AssetSelection.all())
defs = Definitions(
    assets=[by_name["DAILY"], by_name["WEEKLY"], report],
    jobs=[everything],
    schedules=[ScheduleDefinition(job=everything, cron_schedule="@daily")],
)
