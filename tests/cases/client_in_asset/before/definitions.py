from dagster import AssetExecutionContext, Definitions, EnvVar, asset
from dagster_dbt import DbtCloudClientResource


@asset
def dbt_project_run(context: AssetExecutionContext, dbt_cloud: DbtCloudClientResource) -> None:
    client = dbt_cloud.get_dbt_client()
    output = client.run_job_and_poll(67893, poll_interval=2.5, poll_timeout=600)
    context.log.info(f"dbt Cloud run {output.run_id} done")


defs = Definitions(
    assets=[dbt_project_run],
    resources={
        "dbt_cloud": DbtCloudClientResource(
            auth_token=EnvVar("DBT_CLOUD_API_TOKEN"),
            account_id=EnvVar.int("DBT_CLOUD_ACCOUNT_ID"),
            dbt_cloud_host="https://emea.dbt.com/",
        )
    },
)
