from dagster import Definitions, job, op
from dagster_dbt import DbtCloudOutput, dbt_cloud_resource, dbt_cloud_run_op

run_nightly = dbt_cloud_run_op.configured({"job_id": 67890, "poll_interval": 1}, name="run_nightly")


@op
def job_of(context, ran: DbtCloudOutput) -> int:
    context.log.info(f"ran job {ran.job_id}")
    return ran.run_details["job_id"]


@op
def check(job_id: int):
    assert job_id == 67890


@job(
    resource_defs={
        "dbt_cloud": dbt_cloud_resource.configured(
            {"auth_token": {"env": "DBT_CLOUD_API_TOKEN"}, "account_id": {"env": "DBT_CLOUD_ACCOUNT_ID"}}
        )
    }
)
def nightly():
    check(job_of(run_nightly()))


defs = Definitions(jobs=[nightly])
