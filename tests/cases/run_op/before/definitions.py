from dagster import Definitions, In, Nothing, Out, ScheduleDefinition, job, op
from dagster_dbt import dbt_cloud_resource, dbt_cloud_run_op

my_dbt_cloud_resource = dbt_cloud_resource.configured(
    {"auth_token": {"env": "DBT_CLOUD_API_TOKEN"}, "account_id": {"env": "DBT_CLOUD_ACCOUNT_ID"}}
)

run_dbt_nightly_sync = dbt_cloud_run_op.configured(
    {"job_id": 67890, "poll_interval": 1}, name="run_dbt_nightly_sync"
)


@op(out=Out(Nothing))
def extract():
    ...


@op(ins={"after": In(Nothing)})
def notify():
    return "done"


@job(resource_defs={"dbt_cloud": my_dbt_cloud_resource}, tags={"team": "data"})
def dbt_cloud():
    notify(after=run_dbt_nightly_sync(start_after=extract()))


defs = Definitions(jobs=[dbt_cloud], schedules=[ScheduleDefinition(job=dbt_cloud, cron_schedule="@daily")])
