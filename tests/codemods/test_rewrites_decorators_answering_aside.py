"""A decorator above what Dagster calls may answer something of its own, where the function answers nothing legacy."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate

PROGRAM = """
import functools
import os

from dagster import Definitions, Output, RunRequest, SkipReason, job, op, sensor
from dagster_dbt import DbtCloudClientResource

SEEN = []


class Fake:
    run_id = 1


def when_open(fn):
{wrapper}


@op(required_resource_keys={{"dbt_cloud"}})
@when_open
def nightly(context):
{body}


@op
def after(context, ran):
    context.log.info(ran.run_id if hasattr(ran, "run_id") else ran)


@job
def daily():
    after(nightly())


@sensor(job=daily, required_resource_keys={{"dbt_cloud"}})
@when_open
def watch(context):
    return RunRequest(run_key=str(context.resources.dbt_cloud.get_job(67890)["id"]))


defs = Definitions(
    jobs=[daily],
    sensors=[watch],
    resources={{"dbt_cloud": DbtCloudClientResource(auth_token=os.environ["T"], account_id=12345)}},
)
"""
HEAD = "    @functools.wraps(fn)\n    def inner(context):\n"
CALLED = "        return fn(context)\n    return inner"
RUN = "    run = context.resources.dbt_cloud.get_dbt_client().run_job_and_poll(67890)\n"
ID = RUN + "    return run.run_id"
CLOSED = "        if os.getenv('CLOSED'):\n            return "
MIGRATE = {
    "a reason": (HEAD + CLOSED + "SkipReason('closed')\n" + CALLED, ID),
    "where it failed": (
        HEAD + "        try:\n            return fn(context)\n        except ValueError as error:\n"
        "            return Output(str(error))\n    return inner",
        ID,
    ),
    "a dict": (
        "    @functools.wraps(fn)\n    def inner(*args, **kwargs):\n"
        + CLOSED
        + "{'open': False}\n        found = fn(*args, **kwargs)\n        return found\n    return inner",
        ID,
    ),
}  # fmt: skip
STAY = {
    "another context": (HEAD + "        return fn(Fake())\n    return inner", ID),
    "the function": (HEAD + CLOSED + "fn\n" + CALLED, ID),
    "the context": (HEAD + CLOSED + "context\n" + CALLED, ID),
    "what holds the context": (HEAD + CLOSED + "Output([context])\n" + CALLED, ID),
    "all names": (HEAD + CLOSED + "Output(locals())\n" + CALLED, ID),
    "the resource": (HEAD + CLOSED + "context.resources.dbt_cloud\n" + CALLED, ID),
    "the context is kept": (HEAD + "        SEEN.append(context)\n" + CLOSED + "SkipReason('')\n" + CALLED, ID),
    "what was answered, in something else": (HEAD + "        found = fn(context)\n        return Output(found)\n    return inner", ID),
    "nothing of what was answered": (HEAD + "        fn(context)\n        return SkipReason('')\n    return inner", ID),
    "one of two functions": (HEAD + CLOSED + "SkipReason('')\n" + CALLED.replace("    return inner", "    if os.getenv('G'):\n        return Fake\n    return inner"), ID),
    "in place of a run": (HEAD + CLOSED + "Fake()\n" + CALLED, RUN + "    return run"),
    "in place of a yielded run": (HEAD + CLOSED + "Fake()\n" + CALLED, RUN + "    yield Output(run)"),
    "in place of a dict with a run": (HEAD + CLOSED + "Fake()\n" + CALLED, RUN + "    return {'run': run}"),
    "in place of a client": (HEAD + CLOSED + "Fake()\n" + CALLED, "    return context.resources.dbt_cloud.get_dbt_client()"),
}  # fmt: skip


@pytest.mark.parametrize("name", MIGRATE)
def test_what_it_decorates_migrates(tmp_path: Path, name: str) -> None:
    wrapper, body = MIGRATE[name]
    texts, _ = migrate(tmp_path, {"program.py": PROGRAM.format(wrapper=wrapper, body=body)})
    assert '    return run["id"]\n' in texts["program.py"]
    assert "context.resources.dbt_cloud.get_client().get_job_details(67890)" in texts["program.py"]
    assert "legacy_shim" not in texts["program.py"]


@pytest.mark.parametrize("name", STAY)
def test_what_it_decorates_stays(tmp_path: Path, name: str) -> None:
    wrapper, body = STAY[name]
    texts, report = migrate(tmp_path, {"program.py": PROGRAM.format(wrapper=wrapper, body=body)})
    assert "DbtCloudWorkspace" not in texts["program.py"]
    assert "LDC303" in {one.code for one in report.findings}
