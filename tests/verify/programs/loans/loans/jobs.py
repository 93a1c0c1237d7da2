from dagster import (
    AssetSelection,
    In,
    Nothing,
    RunRequest,
    ScheduleDefinition,
    define_asset_job,
    job,
    op,
    schedule,
)
from dagster_dbt import dbt_cloud_run_op

from .resources import Mailer, dbt_cloud

run_refresh = dbt_cloud_run_op.configured({"job_id": 501, "poll_timeout": 3600}, name="run_refresh")


@op(ins={"after": In(Nothing)}, required_resource_keys={"mailer"})
def tell_people(context):
    context.resources.mailer.send("refreshed")


@job(resource_defs={"dbt_cloud": dbt_cloud, "mailer": Mailer()})
def refresh():
    tell_people(after=run_refresh())


@op(required_resource_keys={"dbt_cloud"})
def rebuild(context):
    output = context.resources.dbt_cloud.run_job_and_poll(503, poll_timeout=7200)
    context.log.info("rebuilt in run %s", output.run_id)


@job(resource_defs={"dbt_cloud": dbt_cloud})
def rebuild_all():
    rebuild()


reporting_job = define_asset_job("reporting_job", AssetSelection.groups("reporting"), tags={"team": "loans"})
every_morning = ScheduleDefinition(
    job=reporting_job, cron_schedule="15 5 * * 1-5", execution_timezone="Europe/Berlin"
)


@schedule(cron_schedule="0 22 * * 6", job=rebuild_all)
def saturday():
    return RunRequest()
