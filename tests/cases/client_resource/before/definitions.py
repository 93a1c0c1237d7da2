from dagster import Definitions, EnvVar, job, op
from dagster_dbt import DbtCloudClientResource, load_assets_from_dbt_cloud_job

dbt_cloud = DbtCloudClientResource(
    auth_token=EnvVar("DBT_CLOUD_API_TOKEN"),
    account_id=EnvVar.int("DBT_CLOUD_ACCOUNT_ID"),
    disable_schedule_on_trigger=False,
)

dbt_assets = load_assets_from_dbt_cloud_job(dbt_cloud=dbt_cloud, job_id=67890)


@op
def run_finance(dbt: DbtCloudClientResource) -> None:
    dbt.get_dbt_client().run_job_and_poll(67891)


@job
def finance():
    run_finance()


defs = Definitions(
    assets=[dbt_assets],
    jobs=[finance],
    resources={"dbt": dbt_cloud},
)
