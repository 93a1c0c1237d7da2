from dagster import AssetSelection, Definitions, define_asset_job
from dagster_dbt import dbt_cloud_resource, load_assets_from_dbt_cloud_job

DBT_CLOUD_JOBS = (67890, 67891)

dbt_cloud = dbt_cloud_resource.configured(
    {"auth_token": {"env": "DBT_CLOUD_API_TOKEN"}, "account_id": {"env": "DBT_CLOUD_ACCOUNT_ID"}}
)

dbt_cloud_assets = [
    load_assets_from_dbt_cloud_job(dbt_cloud=dbt_cloud, job_id=job_id) for job_id in DBT_CLOUD_JOBS
]

everything = define_asset_job("everything", selection=AssetSelection.all())

defs = Definitions(assets=dbt_cloud_assets, jobs=[everything])
