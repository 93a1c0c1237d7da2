from dagster import Definitions

try:
    from dagster_dbt import dbt_cloud_resource, load_assets_from_dbt_cloud_job
except ImportError:
    dbt_cloud_resource = None
    load_assets_from_dbt_cloud_job = None

assets = []

if dbt_cloud_resource is not None:
    dbt_cloud = dbt_cloud_resource.configured(
        {"auth_token": {"env": "DBT_CLOUD_API_TOKEN"}, "account_id": 12345}
    )
    dbt_assets = load_assets_from_dbt_cloud_job(dbt_cloud=dbt_cloud, job_id=67890)
    assets = [dbt_assets]

defs = Definitions(assets=assets)
