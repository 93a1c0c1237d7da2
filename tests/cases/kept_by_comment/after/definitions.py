from dagster import Definitions
from legacy_shim import dbt_cloud_resource, load_assets_from_dbt_cloud_job

dbt_cloud = dbt_cloud_resource.configured(
    {"auth_token": {"env": "DBT_CLOUD_API_TOKEN"}, "account_id": 12345}
)

models = load_assets_from_dbt_cloud_job(  # legacy-shim: keep (observations feed our alerts)
    dbt_cloud=dbt_cloud,
    job_id=67890,
)

defs = Definitions(assets=[models])
