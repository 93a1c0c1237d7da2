import os

from dagster import Definitions
from dagster_dbt import dbt_cloud_resource, load_assets_from_dbt_cloud_job

my_dbt = dbt_cloud_resource.configured(
    {"auth_token": {"env": "DBT_CLOUD_API_TOKEN"}, "account_id": int(os.environ["DBT_CLOUD_ACCOUNT_ID"])}
)

dbt_models = load_assets_from_dbt_cloud_job(my_dbt, 67891)

defs = Definitions(assets=[dbt_models])
