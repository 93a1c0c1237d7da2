from dagster import Definitions, job, op


def make_resource():
    from dagster_dbt import dbt_cloud_resource

    return dbt_cloud_resource.configured(
        {"auth_token": {"env": "DBT_CLOUD_API_TOKEN"}, "account_id": {"env": "DBT_CLOUD_ACCOUNT_ID"}}
    )


@op(required_resource_keys={"dbt_cloud"})
def rebuild(context):
    context.resources.dbt_cloud.run_job_and_poll(job_id=67892, poll_interval=1)


@job(resource_defs={"dbt_cloud": make_resource()})
def rebuild_all():
    rebuild()


defs = Definitions(jobs=[rebuild_all])
