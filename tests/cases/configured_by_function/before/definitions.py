import os

from connection import ACCOUNT, CONNECTION
from dagster import Definitions, configured, job, op
from dagster_dbt import dbt_cloud_resource

COMMON = {"account_id": ACCOUNT, "disable_schedule_on_trigger": False}


@configured(dbt_cloud_resource)
def by_decorator(_):
    """Nightly runs."""
    return {"auth_token": os.environ["DBT_CLOUD_API_TOKEN"], "account_id": ACCOUNT}


by_lambda = dbt_cloud_resource.configured(
    lambda _: {"auth_token": os.environ["DBT_CLOUD_API_TOKEN"], **COMMON}
)
by_call = configured(dbt_cloud_resource)({"auth_token": {"env": "DBT_CLOUD_API_TOKEN"}, **COMMON})
elsewhere = dbt_cloud_resource.configured(CONNECTION)
KEYS = {"by_decorator", "by_lambda", "by_call", "elsewhere"}


@op(required_resource_keys=KEYS)
def names(context):
    return [
        context.resources.by_decorator.get_job(67890)["name"],
        context.resources.by_lambda.get_job(67891)["name"],
        context.resources.by_call.get_job(67892)["name"],
        context.resources.elsewhere.get_job(67890)["name"],
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
