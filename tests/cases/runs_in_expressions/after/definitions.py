import os

from dagster import AssetMaterialization, Definitions, Output, job, op
from dagster_dbt.cloud_v2 import DbtCloudCredentials, DbtCloudWorkspace
from dagster_dbt.cloud_v2.types import DbtCloudJobRunStatusType, DbtCloudRun

dbt = DbtCloudWorkspace(
    credentials=DbtCloudCredentials(
        account_id=int(os.environ["DBT_CLOUD_ACCOUNT_ID"]),
        token=os.environ["DBT_CLOUD_API_TOKEN"],
        access_url="https://cloud.getdbt.com",
    ),
    project_id=11,
    environment_id=22,
)


def run_job(client, job_id, poll_interval=10, poll_timeout=None, steps_override=None):
    run = client.trigger_job_run(job_id, steps_override=steps_override)
    try:
        run = client.poll_run(
            run["id"],
            poll_interval=poll_interval,
            poll_timeout=poll_timeout or float("inf"),
        )
    except Exception:
        # It may have ended since poll_run looked.
        run = client.get_run_details(run["id"])
        if run["status"] < DbtCloudJobRunStatusType.SUCCESS:
            raise
    DbtCloudRun.from_run_details(run).raise_for_status()
    run = client.get_run_details(
        run["id"],
        include_related=["job", "trigger", "run_steps"],
    )
    return run


# Two jobs, one behind the other.
@op(required_resource_keys={"dbt"})
def several(context):
    client = context.resources.dbt
    ran = [run_job(client.get_client(), job_id, poll_interval=1)["id"] for job_id in (67890, 67891)]
    return len(ran)


@op(required_resource_keys={"dbt"})
def nested(context):
    client = context.resources.dbt
    if run_job(client.get_client(), client.get_client().get_job_details(67891)["id"], poll_interval=1)["status"] != 10:
        raise ValueError("not a success")
    yield AssetMaterialization(
        "ran", metadata={"run": run_job(client.get_client(), 67890, poll_interval=1, poll_timeout=900)["id"]}
    )
    yield Output(client.get_client().get_run_details(client.get_client().trigger_job_run(67891)["id"])["job_definition_id"])


@job(resource_defs={"dbt": dbt})
def everything():
    several()
    nested()


defs = Definitions(jobs=[everything])
