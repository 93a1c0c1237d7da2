from dagster import AssetMaterialization, Definitions, Output, job, op
from dagster_dbt import dbt_cloud_resource

dbt = dbt_cloud_resource.configured(
    {"auth_token": {"env": "DBT_CLOUD_API_TOKEN"}, "account_id": {"env": "DBT_CLOUD_ACCOUNT_ID"}}
)


# Two jobs, one behind the other.
@op(required_resource_keys={"dbt"})
def several(context):
    client = context.resources.dbt
    ran = [client.run_job_and_poll(job_id, poll_interval=1).run_id for job_id in (67890, 67891)]
    return len(ran)


@op(required_resource_keys={"dbt"})
def nested(context):
    client = context.resources.dbt
    if client.run_job_and_poll(client.get_job(67891)["id"], poll_interval=1).run_details["status"] != 10:
        raise ValueError("not a success")
    yield AssetMaterialization(
        "ran", metadata={"run": client.run_job_and_poll(67890, poll_interval=1, poll_timeout=900).run_id}
    )
    yield Output(client.get_run(client.run_job(67891)["id"])["job_definition_id"])


@job(resource_defs={"dbt": dbt})
def everything():
    several()
    nested()


defs = Definitions(jobs=[everything])
