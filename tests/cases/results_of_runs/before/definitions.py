from dagster import Definitions, asset, job, op
from dagster_dbt import dbt_cloud_resource

dbt_cloud = dbt_cloud_resource.configured(
    {"auth_token": {"env": "DBT_CLOUD_API_TOKEN"}, "account_id": {"env": "DBT_CLOUD_ACCOUNT_ID"}}
)


@op(required_resource_keys={"dbt_cloud"})
def failures(context):
    output = context.resources.dbt_cloud.run_job_and_poll(67891, poll_interval=1)
    for row in output.result["results"]:
        context.log.info(f"{row['unique_id']} of {output.job_name}: {output.result['args']['which']}")
    return [row["unique_id"] for row in output.result["results"] if row["status"] != "success"]


@op(required_resource_keys={"dbt_cloud"})
def in_one_line(context):
    return len(context.resources.dbt_cloud.run_job_and_poll(67890, poll_interval=1).result["results"])


@job(resource_defs={"dbt_cloud": dbt_cloud})
def by_hand():
    failures()
    in_one_line()


@asset(required_resource_keys={"dbt_cloud"})
def built(context) -> list:
    client = context.resources.dbt_cloud
    output = client.run_job_and_poll(job_id=67891, poll_interval=1)
    return sorted(row["unique_id"] for row in output.result["results"])


defs = Definitions(assets=[built], jobs=[by_hand], resources={"dbt_cloud": dbt_cloud})
