from dagster import (
    AssetSelection, ScheduleDefinition, define_asset_job, job, op
)
from dagster_dbt.cloud_v2.types import DbtCloudRun

from ..resources import RESOURCES
from ..resources.dbt_cloud import WEEKLY_JOB_ID

# everything but the board pack: that one waits for a human
nightly_assets = define_asset_job(
    "nightly_assets",
    selection=AssetSelection.all() - AssetSelection.keys("board_pack"),
)

nightly_schedule = ScheduleDefinition(job=nightly_assets, cron_schedule='0 3 * * *', execution_timezone="Europe/Paris")


@op(required_resource_keys={"dbt_cloud", "slack"})
def refresh_finance(context):
    # finance is not an asset yet
    client = context.resources.dbt_cloud.get_client()
    run = client.trigger_job_run(WEEKLY_JOB_ID)
    run = client.poll_run(run["id"], poll_interval=10, poll_timeout=float("inf"))
    DbtCloudRun.from_run_details(run).raise_for_status()
    context.resources.slack("finance is fresh")  # nobody reads the return value


@job(resource_defs=RESOURCES)
def weekly_finance():
    refresh_finance()
