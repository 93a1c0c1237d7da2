from dagster import Definitions, job, op
from dagster_dbt import dbt_cloud_resource


@op(required_resource_keys={"dbt"})
def run_nightly(context):
    context.resources.dbt.run_job_and_poll(67890, poll_interval=1)


@op(required_resource_keys={"finance"})
def run_finance(context):
    return context.resources.finance.run_job(67891)["job_definition_id"]


@job(
    resource_defs={"dbt": dbt_cloud_resource},
    config={
        "resources": {
            "dbt": {"config": {"auth_token": {"env": "DBT_CLOUD_API_TOKEN"}, "account_id": 12345}},
        }
    },
)
def nightly():
    run_nightly()


@job(
    resource_defs={"finance": dbt_cloud_resource},
    config={
        "execution": {"config": {"in_process": {}}},
        "resources": {"finance": {"config": {"auth_token": {"env": "DBT_CLOUD_API_TOKEN"}, "account_id": 12345}}},
    },
)
def finance():
    run_finance()


defs = Definitions(jobs=[nightly, finance])
