"""Helpers of the tree that are decorated by decorators of the tree, which hand on what they get."""

import functools
import time

from dagster import Definitions, EnvVar, Failure, OpExecutionContext, job, op
from dagster_dbt import DbtCloudClientResource

dbt_cloud = DbtCloudClientResource(auth_token=EnvVar("DBT_CLOUD_API_TOKEN"), account_id=12345)


def timed(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        start = time.time()
        try:
            return function(*args, **kwargs)
        finally:
            print(function.__name__, "took", time.time() - start)

    return wrapper


def retried(times: int):
    """Try again, as often as that."""

    def decorate(function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            for attempt in range(times):
                try:
                    return function(*args, **kwargs)
                except Failure:
                    if attempt == times - 1:
                        raise
            return None

        return wrapper

    return decorate


@timed
@retried(times=2)
def weekly(client):
    return client.run_job_and_poll(67891)


@op(required_resource_keys={"dbt_cloud"})
@timed
def run(context: OpExecutionContext):
    context.add_output_metadata({"job": weekly(context.resources.dbt_cloud).job_id})


@job(resource_defs={"dbt_cloud": dbt_cloud})
def decorated():
    run()


defs = Definitions(jobs=[decorated])
