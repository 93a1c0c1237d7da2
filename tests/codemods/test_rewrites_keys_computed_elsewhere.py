"""Resources taken by a key that another file computes, or all at once, by code that names nothing legacy."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate

DEFINITIONS = """\
from dagster import Definitions, job, op
from dagster_dbt import dbt_cloud_resource
from uses import go

dbt_cloud = dbt_cloud_resource.configured({"auth_token": "t", "account_id": 12345})


@op(required_resource_keys={"dbt_cloud"})
def other(context):
    context.resources.dbt_cloud.run_job_and_poll(67890)


@job(resource_defs={"dbt_cloud": dbt_cloud})
def nightly():
    go()
    other()


defs = Definitions(jobs=[nightly])
"""
KEY = 'KEY = "DBT_CLOUD".lower()\n'
STEP = f"from dagster import op\n{KEY}\ndef step(f):\n    @op(name=f.__name__, required_resource_keys={{KEY}})\n    def run(context):\n        f(%s)\n    return run\n"
USES = 'from steps import *\n\n@step\ndef go(client):\n    print(client.get_job(67890)["name"])\n'
NAME = 'def name(r):\n    return r.dbt_cloud.get_job(67890)["name"]\n'
GO = "from dagster import op\nfrom steps import *\n\n@op(required_resource_keys={KEY})\ndef go(context):\n    %s\n"
MAY_REACH = {
    "by getattr in a decorator": (STEP % "getattr(context.resources, KEY)", USES),
    "by an item in a decorator": (STEP % "context.resources._asdict()[KEY]", USES),
    "all given to a function": (KEY + NAME, GO % "print(name(context.resources))"),
    "all given by a keyword": (KEY + NAME, GO % "print(name(r=context.resources))"),
    "all under a name": (KEY + NAME, GO % "r = context.resources\n    print(name(r))"),
}
CANNOT = {
    "another key is written": (STEP % 'getattr(context.resources, "other")', USES),
    "another key is an attribute": (STEP % "context.resources.other", USES),
}


def _migrated(tmp_path: Path, steps: str, uses: str) -> str:
    texts, _ = migrate(tmp_path, {"definitions.py": DEFINITIONS, "steps.py": steps, "uses.py": uses})
    return texts["definitions.py"]


@pytest.mark.parametrize("way", MAY_REACH)
def test_the_resource_stays(tmp_path: Path, way: str) -> None:
    assert "DbtCloudWorkspace" not in _migrated(tmp_path, *MAY_REACH[way])


@pytest.mark.parametrize("way", CANNOT)
def test_the_resource_migrates(tmp_path: Path, way: str) -> None:
    assert "DbtCloudWorkspace" in _migrated(tmp_path, *CANNOT[way])
