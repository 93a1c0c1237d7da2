from dagster import Definitions
from dagster_dbt import dbt_cloud_resource, load_assets_from_dbt_cloud_job, DagsterDbtTranslator

TRANSLATOR = DagsterDbtTranslator  # stays: not legacy
dbt_cloud = dbt_cloud_resource.configured({'auth_token': {'env': 'DBT_CLOUD_API_TOKEN'}, 'account_id': 12345})
dbt_cloud_assets = load_assets_from_dbt_cloud_job(dbt_cloud=dbt_cloud, job_id=67890)

defs = Definitions(assets=[dbt_cloud_assets])