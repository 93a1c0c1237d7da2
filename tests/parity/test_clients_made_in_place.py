"""Clients that are made in the expression that calls them, and whose results are read there or later."""

from __future__ import annotations

import pytest
from before_and_after import HEAD, Bench

HOLDER = """
class Holder:
    def __init__(self, client):
        self.client = client


"""
OP = """@op(required_resource_keys={"dbt"})
def run(context):
    dbt = context.resources.dbt
    BODY


@job(resource_defs={"dbt": cloud})
def nightly():
    run()


defs = Definitions(jobs=[nightly])
"""
BODIES = {
    "held": "return len(Holder(dbt).client.run_job_and_poll(67891, poll_interval=1).result['results'])",
    "named": "return len((again := dbt).run_job_and_poll(67891, poll_interval=1).result['results']), again is dbt",
    "one of two": "return (dbt if dbt else None).run_job_and_poll(67891, poll_interval=1).is_successful",
    "each of a list": "return [Holder(dbt).client.run_job_and_poll(one, poll_interval=1).result for one in (67891, 67892)]",
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_client_that_is_made_in_place_runs_its_job(bench: Bench, body: str) -> None:
    done = bench.both(HEAD + HOLDER + OP.replace("BODY", body), "job:nightly")
    assert "legacy_shim" not in done.migration.now()
    assert done.after.actions[0]["success"]
    assert done.after.commands == done.before.commands


BOUND_AS_IT_IS = """
import os

from dagster import Definitions, ResourceParam, job, op
from dagster_dbt.cloud.resources import DbtCloudClient

client = DbtCloudClient(
    auth_token=os.environ["DBT_CLOUD_API_TOKEN"], account_id=12345, disable_schedule_on_trigger=False
)


@op
def run(dbt_client: ResourceParam[DbtCloudClient]):
    return dbt_client.run_job_and_poll(67891, poll_interval=1).run_id


@job
def nightly():
    run()


defs = Definitions(jobs=[nightly], resources={"dbt_client": client})
"""


def test_a_client_that_is_bound_as_it_is_becomes_a_workspace(bench: Bench) -> None:
    done = bench.both(BOUND_AS_IT_IS, "job:nightly")
    assert done.before.document["graph"]["resources"]["dbt_client"] == "DbtCloudClient"
    assert done.after.document["graph"]["resources"]["dbt_client"] == "DbtCloudWorkspace"
    assert done.after.commands == done.before.commands != []
