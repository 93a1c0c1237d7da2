import os

from connection import ACCOUNT, CONNECTION
from dagster import Definitions, job, op
from dagster_dbt.cloud_v2 import DbtCloudCredentials, DbtCloudWorkspace

COMMON = {"account_id": ACCOUNT, "disable_schedule_on_trigger": False}


by_decorator = DbtCloudWorkspace(
    credentials=DbtCloudCredentials(
        account_id=ACCOUNT,
        token=os.environ["DBT_CLOUD_API_TOKEN"],
        access_url="https://cloud.getdbt.com",
    ),
    project_id=11,
    environment_id=22,
)


by_lambda = DbtCloudWorkspace(
    credentials=DbtCloudCredentials(
        account_id=COMMON["account_id"],
        token=os.environ["DBT_CLOUD_API_TOKEN"],
        access_url="https://cloud.getdbt.com",
    ),
    project_id=11,
    environment_id=22,
)
by_call = DbtCloudWorkspace(
    credentials=DbtCloudCredentials(
        account_id=COMMON["account_id"],
        token=os.environ["DBT_CLOUD_API_TOKEN"],
        access_url="https://cloud.getdbt.com",
    ),
    project_id=11,
    environment_id=22,
)
elsewhere = DbtCloudWorkspace(
    credentials=DbtCloudCredentials(
        account_id=CONNECTION["account_id"],
        token=os.environ["DBT_CLOUD_API_TOKEN"],
        access_url="https://cloud.getdbt.com",
    ),
    project_id=11,
    environment_id=22,
)
KEYS = {"by_decorator", "by_lambda", "by_call", "elsewhere"}


@op(required_resource_keys=KEYS)
def names(context):
    return [
        context.resources.by_decorator.get_client().get_job_details(67890)["name"],
        context.resources.by_lambda.get_client().get_job_details(67891)["name"],
        context.resources.by_call.get_client().get_job_details(67892)["name"],
        context.resources.elsewhere.get_client().get_job_details(67890)["name"],
    ]


@job(
    resource_defs={
        "by_decorator": by_decorator,
        "by_lambda": by_lambda,
        "by_call": by_call,
        "elsewhere": elsewhere,
    }
)
def every_way():
    names()


defs = Definitions(jobs=[every_way])
