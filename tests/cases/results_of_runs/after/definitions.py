import os

from dagster import Definitions, asset, job, op
from dagster_dbt.cloud_v2 import DbtCloudCredentials, DbtCloudWorkspace
from dagster_dbt.cloud_v2.types import DbtCloudJobRunStatusType, DbtCloudRun

dbt_cloud = DbtCloudWorkspace(
    credentials=DbtCloudCredentials(
        account_id=int(os.environ["DBT_CLOUD_ACCOUNT_ID"]),
        token=os.environ["DBT_CLOUD_API_TOKEN"],
        access_url="https://cloud.getdbt.com",
    ),
    project_id=11,
    environment_id=22,
)


@op(required_resource_keys={"dbt_cloud"})
def failures(context):
    dbt_client = context.resources.dbt_cloud.get_client()
    output = dbt_client.trigger_job_run(67891)
    output = dbt_client.poll_run(
        output["id"],
        poll_interval=1,
        poll_timeout=float("inf"),
    )
    DbtCloudRun.from_run_details(output).raise_for_status()
    output = dbt_client.get_run_details(
        output["id"],
        include_related=["job", "trigger", "run_steps"],
    )
    for row in context.resources.dbt_cloud.get_client().get_run_results_json(output["id"])["results"]:
        context.log.info(f"{row['unique_id']} of {output['job']['name']}: {context.resources.dbt_cloud.get_client().get_run_results_json(output['id'])['args']['which']}")
    return [row["unique_id"] for row in context.resources.dbt_cloud.get_client().get_run_results_json(output["id"])["results"] if row["status"] != "success"]


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


@op(required_resource_keys={"dbt_cloud"})
def in_one_line(context):
    return len(context.resources.dbt_cloud.get_client().get_run_results_json(run_job(context.resources.dbt_cloud.get_client(), 67890, poll_interval=1)["id"])["results"])


@job(resource_defs={"dbt_cloud": dbt_cloud})
def by_hand():
    failures()
    in_one_line()


@asset(required_resource_keys={"dbt_cloud"})
def built(context) -> list:
    client = context.resources.dbt_cloud
    dbt_client = client.get_client()
    output = dbt_client.trigger_job_run(67891)
    output = dbt_client.poll_run(
        output["id"],
        poll_interval=1,
        poll_timeout=float("inf"),
    )
    DbtCloudRun.from_run_details(output).raise_for_status()
    return sorted(row["unique_id"] for row in client.get_client().get_run_results_json(output["id"])["results"])


defs = Definitions(assets=[built], jobs=[by_hand], resources={"dbt_cloud": dbt_cloud})
