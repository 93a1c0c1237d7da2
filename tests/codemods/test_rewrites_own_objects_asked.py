"""What objects of the user's own are asked of their class is the same before and after."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate_one

PROGRAM = """
import asyncio
from contextlib import asynccontextmanager
from dagster import Definitions, job, op
from dagster_dbt import DbtCloudClientResource, dbt_cloud_resource

class Runner:
    def __init__(self, client):
        self.client = client

    def run(self):
        {inside}
        return self.client.get_job(67890)

class Other(Runner):
    pass

{more}

@op(required_resource_keys={{"dbt"}})
def run_it(context):
    runner = Runner(context.resources.dbt)
    {asked}
    return runner.run()

cloud = dbt_cloud_resource.configured({{"auth_token": {{"env": "TOKEN"}}, "account_id": 12345}})

@job(resource_defs={{"dbt": cloud}})
def nightly():
    run_it()
"""
ASYNC = """
@asynccontextmanager
async def entered(client):
    {0}

async def ask(client):
    async with entered(client) as inside:
        return inside.get_job(67890)
"""


@pytest.mark.parametrize(
    ("inside", "asked", "more"),
    [
        ("print(type(self).__name__)", "pass", ""),
        ("print(self.__class__.__name__, self.__class__.__module__)", "pass", ""),
        ("print(type(self).__qualname__)", "print(Runner.__name__)", ""),
        ("pass", "assert isinstance(runner, Runner)", ""),
        ("pass", "assert isinstance(runner, (Runner, Other))", ""),
        ("pass", "assert not isinstance(runner, str)", ""),
        ("pass", "asyncio.run(ask(runner.client))", ASYNC.format("yield client")),
        (
            "pass",
            "asyncio.run(ask(runner.client))",
            ASYNC.format("try:\n        yield client\n    finally:\n        print()"),
        ),
    ],
)
def test_it_migrates(tmp_path: Path, inside: str, asked: str, more: str) -> None:
    text, _ = migrate_one(tmp_path, PROGRAM.format(inside=inside, asked=asked, more=more))
    assert "legacy_shim" not in text
    assert "get_job_details" in text


@pytest.mark.parametrize(
    ("inside", "asked", "more"),
    [
        ("print(type(self)(self.client))", "pass", ""),
        ("print(self.__class__)", "pass", ""),
        ("print(vars(self))", "pass", ""),
        ("print(type(self.client).__name__)", "pass", ""),
        ("assert isinstance(self.client, DbtCloudClientResource)", "pass", ""),
        ("pass", "type(runner).run = print", ""),
        ("pass", "print(entered(runner.client))", ASYNC.format("yield client")),
    ],
)
def test_it_stays(tmp_path: Path, inside: str, asked: str, more: str) -> None:
    text, codes = migrate_one(tmp_path, PROGRAM.format(inside=inside, asked=asked, more=more))
    assert "DbtCloudWorkspace" not in text
    assert "LDC303" in codes
