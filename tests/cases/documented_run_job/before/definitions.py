from dagster import Definitions, job, op
from dagster_dbt import dbt_cloud_resource

dbt_cloud = dbt_cloud_resource(api_token="dbt_api_token_here", account_id=12345)


@op(required_resource_keys={"dbt_cloud"})
def run_dbt_cloud_job(context):
    dbt_cloud = context.resources.dbt_cloud
    return dbt_cloud.run_job_and_poll(job_id=67890, cause="Triggered by Dagster pipeline")


@job(resource_defs={"dbt_cloud": dbt_cloud})
def dbt_cloud_job():
    run_dbt_cloud_job()


defs = Definitions(jobs=[dbt_cloud_job])
