from dagster import Definitions, job, op
from legacy_shim import dbt_cloud_resource

dbt_cloud = dbt_cloud_resource.configured(
    {"auth_token": {"env": "DBT_CLOUD_API_TOKEN"}, "account_id": 12345}
)


@op(required_resource_keys={"dbt_cloud"})
def rename_job(context):
    # v2's client has nothing like it
    context.resources.dbt_cloud.make_request("GET", "12345/jobs/67891/", base_url=None)


@job(resource_defs={"dbt_cloud": dbt_cloud})
def maintenance():
    rename_job()


defs = Definitions(jobs=[maintenance])
