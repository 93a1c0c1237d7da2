"""Methods of a client that are handed on as values: each becomes the function that does what it did."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate_one

HEAD = """
from functools import partial

from dagster import Definitions, op
from dagster_dbt import DbtCloudClientResource
from dagster_dbt.cloud.resources import DbtCloudClient

cloud = DbtCloudClientResource(auth_token="t", account_id=12345)

"""
OP = '@op(required_resource_keys={"cloud"})\ndef work(context):\n    client = context.resources.cloud\n'
DEFS = '\n\ndefs = Definitions(resources={"cloud": cloud})\n'
WAITS = """
def wait_for_run(client, run_id, poll_interval=10, poll_timeout=None, href=None):
    run = client.poll_run(
"""
RUNS = """
def run_job(client, job_id, poll_interval=10, poll_timeout=None, **settings):
    run = start_run(client, job_id, **settings)
"""
OTHER_SETTINGS = (
    "client.run_job(67890, cause='x', schema_override='y')",
    "client.run_job_and_poll(67890, schema_override='y')",
    "client.run_job_and_poll(67890, **given)",
    "run = client.run_job_and_poll",
)


def _program(*lines: str) -> str:
    return HEAD + OP + "".join(f"    {line}\n" for line in ("client.get_job(67890)", *lines)) + DEFS


@pytest.mark.parametrize("other", OTHER_SETTINGS)
@pytest.mark.parametrize(
    ("line", "after"),
    [
        ("wait = client.poll_run", "wait = partial(wait_for_run, client.get_client())"),
        ("map(client.poll_run, ids)", "map(partial(wait_for_run, client.get_client()), ids)"),
        ("partial(client.poll_run, 1)", "partial(wait_for_run, client.get_client(), 1)"),
        ("client.poll_run(1, href=page)", "wait_for_run(client.get_client(), 1, href=page)"),
        ("client.poll_run(**given)", "wait_for_run(client.get_client(), **given)"),
    ],
)
def test_what_waits_for_a_run_never_starts_one(tmp_path: Path, line: str, after: str, other: str) -> None:
    text, _ = migrate_one(tmp_path, _program(other, line))
    assert f"    {after}\n" in text
    assert WAITS in text
    assert "start_run(" not in text.split("def wait_for_run(")[1].split("\n\n")[0]
    if "and_poll" in other:
        assert RUNS in text


def test_a_function_takes_no_more_than_what_v2_does_where_all_calls_are_read(tmp_path: Path) -> None:
    lines = ("print(client.poll_run(1, 5))", "print(client.run_job_and_poll(67890)['id'])")
    text, _ = migrate_one(tmp_path, _program("client.get_runs()", *lines))
    assert "def wait_for_run(client, run_id, poll_interval=10, poll_timeout=None):\n" in text
    assert "**settings" not in text


WORKER = """class Worker:
    def __init__(self, client: DbtCloudClient):
        self.{0} = client.run_job

    def fire(self, job_id):
        return self.{0}(job_id)["id"], list(map(self.{0}, [job_id]))

"""


@pytest.mark.parametrize("name", ["start", "run_job"])
def test_a_method_in_an_attribute_is_written_where_it_was_taken(tmp_path: Path, name: str) -> None:
    worker = WORKER.format(name)
    text, _ = migrate_one(
        tmp_path, HEAD + worker + "\n" + OP + "    print(Worker(client).fire(67890))\n" + DEFS
    )
    expected = worker.replace("DbtCloudClient", "DbtCloudWorkspace")
    assert expected.replace("client.run_job", "partial(start_run, client.get_client())") in text
