"""Configuration that code puts together, helpers under own decorators, statuses under own names: as before, in one run of each side."""

from __future__ import annotations

from before_and_after import Bench

SHARED = """
from dagster_dbt import DbtCloudRunStatus as Status

SUCCESS = Status.SUCCESS
WORST = [Status.ERROR, Status.CANCELLED, SUCCESS]


def shown(status: str, default: Status = Status.QUEUED) -> str:
    return Status(status).name if status in WORST else default.name
"""
PROGRAM = """
import functools
import os

import dagster as dg
import dagster_dbt
import shared
from dagster_dbt import DbtCloudClientResource, dbt_cloud_resource

BASE = {"auth_token": os.environ["DBT_CLOUD_API_TOKEN"], "account_id": 12345}
CHANGED = dict(BASE)
CHANGED["request_max_retries"] = 1
CHANGED.update(request_retry_delay=0.1)
ENVS = {"prod": {**BASE, "request_max_retries": 2}}
CAUGHT = []


def cfg(**over):
    found = {"auth_token": os.environ["DBT_CLOUD_API_TOKEN"], "account_id": 12345}
    found.update(over)
    return found


def make(**extra):
    return dbt_cloud_resource.configured({"auth_token": {"env": "DBT_CLOUD_API_TOKEN"}, "account_id": 12345, **extra})


def guarded(default=None):
    def wrap(fn):
        @functools.wraps(fn)
        def inner(*args, **kw):
            try:
                return fn(*args, **kw)
            except dg.Failure:
                CAUGHT.append("failed")
            return default

        return inner

    return wrap


KEYS = ("joined", "spread", "changed", "named", "answered", "made")
RESOURCES = {
    "joined": dbt_cloud_resource.configured(dict(BASE, request_max_retries=0)),
    "spread": dbt_cloud_resource.configured(BASE | {"request_max_retries": 1}),
    "changed": dbt_cloud_resource.configured(CHANGED),
    "named": dbt_cloud_resource.configured(ENVS["prod"]),
    "answered": dbt_cloud_resource.configured(cfg(request_max_retries=1)),
    "made": make(request_retry_delay=0.1, disable_schedule_on_trigger=False),
    "cloud": DbtCloudClientResource(**{**BASE, "request_max_retries": 0}),
}


@guarded(default=[])
def names(cloud: DbtCloudClientResource, job_id: int):
    return cloud.get_dbt_client().get_job(job_id)["name"]


@dg.op(required_resource_keys=set(KEYS))
def every(context):
    found = [getattr(context.resources, key).get_job(67891)["name"] for key in KEYS]
    assert found == ["Finance"] * 6, found
    return found


@dg.op
def one(cloud: DbtCloudClientResource, found) -> dagster_dbt.DbtCloudOutput:
    assert len(found) == 6
    assert names(cloud, 67891) == "Finance"
    assert names(cloud, 1) == [] and CAUGHT == ["failed"], CAUGHT
    assert cloud.dbt_cloud_host == "https://cloud.getdbt.com/"
    return cloud.get_dbt_client().run_job_and_poll(67891, poll_interval=1)


@dg.op
def last(cloud: DbtCloudClientResource, run: dagster_dbt.DbtCloudOutput):
    assert run.docs_url is None and run.finished_at >= run.started_at
    assert run.run_details["status_humanized"] == shared.SUCCESS
    assert shared.shown(run.run_details["status_humanized"]) == "SUCCESS"
    assert shared.shown("Queued") == "QUEUED"


@dg.job
def refresh():
    last(one(every()))


defs = dg.Definitions(jobs=[refresh], resources=RESOURCES)
"""


def test_what_the_code_puts_together_runs_as_before(bench: Bench) -> None:
    done = bench.both({"definitions.py": PROGRAM, "shared.py": SHARED}, "job:refresh")
    assert "legacy_shim" not in done.migration.now(), [str(one) for one in done.migration.findings]
    assert "legacy_shim" not in done.migration.now("shared.py")
    for side in (done.before, done.after):
        assert [record["success"] for record in side.actions] == [True], side.actions
