"""A run that code waits for becomes several statements only where nothing sees it half done; else a function has them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from rewriting import migrate_one

PROGRAM = """
import os
from contextlib import suppress

from dagster import op, job
from dagster_dbt import DbtCloudClientResource

dbt = DbtCloudClientResource(auth_token=os.environ["DBT_CLOUD_API_TOKEN"], account_id=12345)


@op
def nightly(context, dbt: DbtCloudClientResource):
    client = dbt.get_dbt_client()
    out = None
{body}
    context.log.info("done" if out else "nothing")


@job(resource_defs={{"dbt": dbt}})
def run_nightly():
    nightly()
"""


@pytest.mark.parametrize(
    ("body", "call"),
    [
        (
            "    try:\n        out = client.run_job_and_poll(67890)\n    except Exception:\n        pass",
            "out = run_job(client, 67890)",
        ),
        (
            "    with suppress(Exception):\n        out = client.run_job_and_poll(67890)",
            "out = run_job(client, 67890)",
        ),
        ("    client = client.run_job_and_poll(67890)", "client = run_job(client, 67890)"),
        (
            "    out = client.run_job_and_poll(67890, poll_interval=1 if out is None else 500)",
            "out = run_job(client, 67890, poll_interval=1 if out is None else 500)",
        ),
        (
            "    out = client.run_job_and_poll(67890, poll_timeout=int(os.environ['LIMIT']))",
            "out = run_job(client, 67890, poll_timeout=int(os.environ['LIMIT']))",
        ),
    ],
    ids=["caught", "suppressed", "its own client", "reads the name", "may raise"],
)
def test_what_may_be_seen_half_done_is_done_by_a_function(tmp_path: Path, body: str, call: str) -> None:
    text, _ = migrate_one(tmp_path, PROGRAM.format(body=body))
    assert text.count("trigger_job_run") == 1
    assert f"    {call}\n" in text


@pytest.mark.skipif(sys.version_info < (3, 11), reason="except* is syntax since Python 3.11")
def test_a_group_of_errors_is_caught_too(tmp_path: Path) -> None:
    body = "    try:\n        out = client.run_job_and_poll(67890)\n    except* Exception:\n        pass"
    text, _ = migrate_one(tmp_path, PROGRAM.format(body=body))
    assert "        out = run_job(client, 67890)\n" in text


@pytest.mark.parametrize(
    "body",
    [
        "    out = client.run_job_and_poll(67890)",
        "    run = client.run_job_and_poll(67890, poll_interval=2, poll_timeout=60 * 60)",
        "    out = client.run_job_and_poll(67890, steps_override=list(context.op_config['steps']))",
        "    try:\n        client.run_job_and_poll(67890)\n    except Exception:\n        pass",
    ],
    ids=["plain", "constants", "before the run", "no name"],
)
def test_what_nothing_sees_half_done_is_written_out(tmp_path: Path, body: str) -> None:
    text, _ = migrate_one(tmp_path, PROGRAM.format(body=body))
    assert "def run_job" not in text
    assert "client.trigger_job_run(67890" in text
