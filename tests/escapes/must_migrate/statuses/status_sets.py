"""Statuses in sets, dicts and defaults, at module level."""

from dagster import Definitions, OpExecutionContext, job, op
from dagster_dbt import dbt_cloud_resource
from dagster_dbt.cloud.resources import DbtCloudRunStatus

FINAL = {DbtCloudRunStatus.SUCCESS, DbtCloudRunStatus.ERROR, DbtCloudRunStatus.CANCELLED}
ICONS = {
    DbtCloudRunStatus.SUCCESS: ":white_check_mark:",  # what Slack shows
    DbtCloudRunStatus.ERROR: ":x:",
}

dbt_cloud = dbt_cloud_resource.configured({"auth_token": {"env": "DBT_CLOUD_API_TOKEN"}, "account_id": 12345})


def is_as_wanted(status: str, wanted: str = DbtCloudRunStatus.SUCCESS) -> bool:
    return status == wanted


@op(required_resource_keys={"dbt_cloud"})
def watch(context: OpExecutionContext):
    client = context.resources.dbt_cloud
    run_id = client.run_job(67890)["id"]
    run = client.get_run(run_id)
    while run["status_humanized"] not in FINAL:
        run = client.get_run(run_id)
    context.add_output_metadata(
        {
            "icon": ICONS.get(run["status_humanized"], "?"),
            "good": is_as_wanted(run["status_humanized"]),
            "number": ICONS.get(run["status"], "no text"),
        }
    )


@job(resource_defs={"dbt_cloud": dbt_cloud})
def status_sets():
    watch()


defs = Definitions(jobs=[status_sets])
