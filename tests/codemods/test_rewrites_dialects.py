"""``run_job_and_poll`` takes its arguments by position in two orders: which one a call means is read off its second."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import clean, migrate, migrate_one

PROGRAM = """
from dagster import *
from dagster_dbt import DbtCloudClientResource
cloud = DbtCloudClientResource(auth_token="t", account_id=12345)
WHY, A_WAIT = "because", 5

@op(required_resource_keys={{"cloud"}})
def run(context, day):
    {call}

@job(resource_defs={{"cloud": cloud}})
def nightly():
    run()
"""
AFTER = """
from dagster import *
from dagster_dbt.cloud_v2 import DbtCloudCredentials, DbtCloudWorkspace
from dagster_dbt.cloud_v2.types import {types}
cloud = DbtCloudWorkspace(
    credentials=DbtCloudCredentials(
        account_id=12345,
        token="t",
        access_url="https://cloud.getdbt.com",
    ),
    project_id=11,
    environment_id=22,
)
WHY, A_WAIT = "because", 5
{helper}
@op(required_resource_keys={{"cloud"}})
def run(context, day):
{body}

@job(resource_defs={{"cloud": cloud}})
def nightly():
    run()
"""
BODY = """\
    client = context.resources.cloud.get_client()
    dbt_run = client.trigger_job_run({triggered})
{polled}
    DbtCloudRun.from_run_details(dbt_run).raise_for_status()"""
STEPS = '67890, steps_override=["dbt run"]'
FOR_EVER = """\
    dbt_run = client.poll_run(
        dbt_run["id"],
        poll_interval=10,
        poll_timeout=float("inf"),
    )"""
TIMED = """
    try:
        dbt_run = client.poll_run(dbt_run["id"], {polled})
    except Exception:
        # It may have ended since poll_run looked.
        dbt_run = client.get_run_details(dbt_run["id"])
        if dbt_run["status"] < DbtCloudJobRunStatusType.SUCCESS:
            raise
"""
RUN, RUN_AND_STATUS = "DbtCloudRun", "DbtCloudJobRunStatusType, DbtCloudRun"
HELPER = """

def run_job(client, job_id, poll_interval=10, poll_timeout=None, steps_override=None):
    run = client.trigger_job_run(job_id, steps_override=steps_override)
    try:
        run = client.poll_run(
            run["id"],
            poll_interval=poll_interval,
            poll_timeout=poll_timeout or float("inf"),
        )
    except Exception:
        # It may have ended since poll_run looked.
        run = client.get_run_details(run["id"])
        if run["status"] < DbtCloudJobRunStatusType.SUCCESS:
            raise
    DbtCloudRun.from_run_details(run).raise_for_status()
    run = client.get_run_details(
        run["id"],
        include_related=["job", "trigger", "run_steps"],
    )
    return run

"""


@pytest.mark.parametrize(
    ("arguments", "triggered", "polled"),
    [
        ('"nightly", ["dbt run"]', STEPS, FOR_EVER),
        ('WHY, ["dbt run"], None, 5, 60', STEPS, "poll_interval=5, poll_timeout=60"),
        ('"of " + day', "67890", FOR_EVER),
        ('"of {}".format(day)', "67890", FOR_EVER),
        ("str(day), poll_timeout=7", "67890", "poll_interval=10, poll_timeout=7"),
        ("5, 60", "67890", "poll_interval=5, poll_timeout=60"),
        ("A_WAIT, 60", "67890", "poll_interval=A_WAIT, poll_timeout=60"),
        ("cause=WHY, schema_override=None", "67890", FOR_EVER),
    ],
)
def test_a_statement(tmp_path: Path, arguments: str, triggered: str, polled: str) -> None:
    call = f"context.resources.cloud.run_job_and_poll(67890, {arguments})"
    text, _ = migrate_one(tmp_path, PROGRAM.format(call=call))
    is_timed = polled != FOR_EVER
    body = BODY.format(triggered=triggered, polled=TIMED.format(polled=polled) if is_timed else polled)
    types = RUN_AND_STATUS if is_timed else RUN
    assert text == clean(AFTER.format(helper="", body=body, types=types))


@pytest.mark.parametrize(
    ("arguments", "becomes"),
    [
        ('"of %s" % day', "67890"),
        ('cause="x", schema_override=None, poll_timeout=7', "67890, poll_timeout=7"),
        ("5, 60", "67890, 5, 60"),
    ],
)
def test_an_expression(tmp_path: Path, arguments: str, becomes: str) -> None:
    call = f"print(context.resources.cloud.run_job_and_poll(67890, {arguments}))"
    text, _ = migrate_one(tmp_path, PROGRAM.format(call=call))
    body = f"    print(run_job(context.resources.cloud.get_client(), {becomes}))"
    assert text == clean(AFTER.format(helper=HELPER, body=body, types=RUN_AND_STATUS))


@pytest.mark.parametrize(
    ("call", "told"),
    [
        ('context.resources.cloud.run_job_and_poll(67890, "x", None, "dev")', "`schema_override`"),
        ('print(context.resources.cloud.run_job_and_poll(67890, "x", ["dbt run"]))', "follow the cause"),
    ],
)
def test_what_has_no_v2_form_is_kept(tmp_path: Path, call: str, told: str) -> None:
    program = PROGRAM.format(call=call)
    texts, report = migrate(tmp_path, {"program.py": program})
    assert told in "".join(finding.message for finding in report.findings if finding.code == "LDC304")
    assert texts["program.py"] == clean(program).replace("from dagster_dbt import", "from legacy_shim import")
