"""``run_job_and_poll`` takes its arguments by position in two orders: which one a call means is read off its second."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate, migrate_one

PROGRAM = """
from dagster import *
from dagster_dbt import DbtCloudClientResource
cloud = DbtCloudClientResource(auth_token="t", account_id=12345)
WHY, PATIENCE = "because", 5

@op(required_resource_keys={{"cloud"}})
def run(context, day):
    {call}

@job(resource_defs={{"cloud": cloud}})
def nightly():
    run()
"""
STEPS = 'client.trigger_job_run(67890, steps_override=["dbt run"])'


@pytest.mark.parametrize(
    ("arguments", "triggered", "polled"),
    [
        ('"nightly", ["dbt run"]', STEPS, 'poll_interval=10, poll_timeout=float("inf")'),
        ('WHY, ["dbt run"], None, 5, 60', STEPS, "poll_interval=5, poll_timeout=60"),
        ('"of " + day', "client.trigger_job_run(67890)", "poll_interval=10"),
        ('"of {}".format(day)', "client.trigger_job_run(67890)", "poll_interval=10"),
        ("str(day), poll_timeout=7", "client.trigger_job_run(67890)", "poll_timeout=7"),
        ("5, 60", "client.trigger_job_run(67890)", "poll_interval=5, poll_timeout=60"),
        ("PATIENCE, 60", "client.trigger_job_run(67890)", "poll_interval=PATIENCE, poll_timeout=60"),
        ("cause=WHY, schema_override=None", "client.trigger_job_run(67890)", "poll_interval=10"),
    ],
)
def test_a_statement(tmp_path: Path, arguments: str, triggered: str, polled: str) -> None:
    call = f"context.resources.cloud.run_job_and_poll(67890, {arguments})"
    text, _ = migrate_one(tmp_path, PROGRAM.format(call=call))
    flat = " ".join(text.split())
    assert triggered in flat
    assert polled in flat
    assert "legacy_shim" not in text


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
    assert f"print(run_job(context.resources.cloud.get_client(), {becomes}))" in text


@pytest.mark.parametrize(
    ("call", "told"),
    [
        ('context.resources.cloud.run_job_and_poll(67890, "x", None, "dev")', "`schema_override`"),
        ('print(context.resources.cloud.run_job_and_poll(67890, "x", ["dbt run"]))', "behind its cause"),
    ],
)
def test_what_has_no_v2_form_is_kept(tmp_path: Path, call: str, told: str) -> None:
    texts, report = migrate(tmp_path, {"program.py": PROGRAM.format(call=call)})
    assert told in "".join(finding.message for finding in report.findings if finding.code == "LDC304")
    assert call in texts["program.py"]
