from dagster import DailyPartitionsDefinition, Definitions
from dagster_dbt import dbt_cloud_resource, load_assets_from_dbt_cloud_job

daily = DailyPartitionsDefinition(start_date="2024-01-01", end_date="2024-01-05")

dbt_cloud = dbt_cloud_resource.configured(
    {"auth_token": {"env": "DBT_CLOUD_API_TOKEN"}, "account_id": 12345}
)


def run_date_vars(partition_key):
    return {"run_date": partition_key}


daily_models = load_assets_from_dbt_cloud_job(
    dbt_cloud=dbt_cloud,
    job_id=67891,
    partitions_def=daily,
    partition_key_to_vars_fn=run_date_vars,
)

defs = Definitions(assets=[daily_models])
