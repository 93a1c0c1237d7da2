import os

from dagster import Definitions, define_asset_job
from dagster_dbt import dbt_cloud_resource, load_assets_from_dbt_cloud_job

dbt_cloud = dbt_cloud_resource.configured(
    {"auth_token": {"env": "DBT_CLOUD_API_TOKEN"}, "account_id": 12345}
)

# two jobs of one environment, on one resource
daily = load_assets_from_dbt_cloud_job(dbt_cloud=dbt_cloud, job_id=67890)
weekly = load_assets_from_dbt_cloud_job(dbt_cloud=dbt_cloud, job_id=int(os.getenv("WEEKLY_JOB_ID", "67891")))

everything = define_asset_job("everything")

defs = Definitions(assets=[daily, weekly], jobs=[everything])
