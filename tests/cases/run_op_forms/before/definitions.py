import os

import dagster as dg
from dagster_dbt import dbt_cloud_resource
from dagster_dbt import dbt_cloud_run_op

JOB_ID = int(os.getenv("DBT_JOB_ID", "67890"))
RESOURCES = {
    "dbt_cloud": dbt_cloud_resource.configured(
        {"auth_token": os.getenv("DBT_CLOUD_API_TOKEN"), "account_id": 12345}
    )
}


@dg.success_hook
def celebrate(context: dg.HookContext):
    context.log.info("done")


def run_of(job_id: int):
    return {"config": {"job_id": job_id, "poll_interval": 1, "asset_key_prefix": ["warehouse", "dbt"]}}


@dg.job(
    resource_defs=RESOURCES,
    config={"ops": {"dbt_cloud_run_op": run_of(JOB_ID)}},
)
def in_the_job():
    dbt_cloud_run_op()


@dg.graph
def twice():
    first = dbt_cloud_run_op.alias("first").with_hooks({celebrate})
    second = dbt_cloud_run_op.alias("second").tag({"team": "data"})
    second(start_after=[first()])


in_turn = twice.to_job(
    resource_defs=RESOURCES,
    config={
        "ops": {
            "first": {"config": {"job_id": 67890, "poll_interval": 1}},
            "second": {"config": {"job_id": 67891, "poll_interval": 1, "yield_materializations": False}},
        }
    },
)

configured = dg.configured(dbt_cloud_run_op, name="configured")({"job_id": 67890, "poll_interval": 1})


@dg.job(resource_defs=RESOURCES)
def outside():
    configured()


defs = dg.Definitions(jobs=[in_the_job, in_turn, outside])
