"""A context that code asks Dagster for has the resources of the op that runs, as one that is a parameter has."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate_one

PROGRAM = """
import operator
import dagster as dg
from dagster import AssetExecutionContext, Definitions, OpExecutionContext, asset, job, op
from dagster_dbt import dbt_cloud_resource
from elsewhere import current

cloud = dbt_cloud_resource.configured({{"auth_token": {{"env": "TOKEN"}}, "account_id": 12345}})
NAME = "resou" + "rces"

{0}
@job(resource_defs={{"dbt": cloud}})
def nightly():
    it()
"""
ASKED = "@op(required_resource_keys={'dbt'})\ndef it():\n    return %s.get_job(67890)\n\n"
GIVEN = "@op(required_resource_keys={'dbt'})\ndef it(context):\n    return %s.get_job(67890)\n\n"


@pytest.mark.parametrize(
    "program",
    [
        ASKED % "OpExecutionContext.get().resources.dbt",
        ASKED % "dg.OpExecutionContext.get().resources.dbt",
        "def client():\n    return OpExecutionContext.get().resources.dbt\n\n" + ASKED % "client()",
        "def client(context):\n    return context.resources.dbt\n\n"
        + ASKED % "client(OpExecutionContext.get())",
        ASKED.replace("return", "context = OpExecutionContext.get()\n    return") % "context.resources.dbt",
        ASKED % "AssetExecutionContext.get().op_execution_context.resources.dbt",
        ASKED % "current().resources.dbt",
        GIVEN % "context.op_execution_context.resources.dbt",
        GIVEN % "getattr(context, 'resources').dbt",
        GIVEN % "getattr(context.resources, 'dbt')",
        GIVEN.replace(
            "return",
            "from dagster import build_resources\n    built = build_resources({'x': cloud})\n    with built as made:\n        return",
        )
        % "made.x",
        GIVEN.replace(
            "return",
            "from concurrent.futures import ThreadPoolExecutor\n    ThreadPoolExecutor(1).submit(print, 1)\n    return",
        )
        % "context.resources.dbt",
    ],
)
def test_it_migrates(tmp_path: Path, program: str) -> None:
    text, _ = migrate_one(tmp_path, PROGRAM.format(program))
    assert ".get_client().get_job_details(67890)" in text
    assert "legacy_shim" not in text


@pytest.mark.parametrize(
    "program",
    [
        GIVEN % "getattr(context, NAME).dbt",
        GIVEN % "context.__getattribute__('resources').dbt",
        GIVEN % "operator.attrgetter('resources.dbt')(context)",
        GIVEN % "vars(context)['resources'].dbt",
        GIVEN.replace(
            "return", "import queue\n    waiting = queue.Queue()\n    waiting.put(context)\n    return"
        )
        % "waiting.get().resources.dbt",
        GIVEN.replace(
            "return",
            "import queue\n    waiting = queue.Queue()\n    waiting.put(context.resources)\n    return",
        )
        % "waiting.get().dbt",
        GIVEN.replace(
            "return", "from contextlib import ExitStack\n    from dagster import build_resources\n    return"
        )
        % "ExitStack().enter_context(build_resources({'x': cloud})).x",
        ASKED.replace("return", "context = OpExecutionContext.get()\n    return") % "current(context)",
    ],
)
def test_it_stays(tmp_path: Path, program: str) -> None:
    text, codes = migrate_one(tmp_path, PROGRAM.format(program))
    assert "DbtCloudWorkspace" not in text
    assert "LDC303" in codes


@pytest.mark.parametrize("read", ["other", "name"])
def test_another_key_is_not_touched(tmp_path: Path, read: str) -> None:
    program = f"OTHERS = {{'{read}': object()}}\n\n" + ASKED % f"OpExecutionContext.get().resources.{read}"
    text, _ = migrate_one(tmp_path, PROGRAM.format(program))
    assert f"OpExecutionContext.get().resources.{read}.get_job(67890)" in text
    assert "cloud = DbtCloudWorkspace(" in text
