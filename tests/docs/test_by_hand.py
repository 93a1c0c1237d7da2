"""What the guide says to do by hand: the codemod leaves it, and both halves do their work on a local dbt Cloud."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from documents import TOP, Block
from forking import Forking
from test_python_blocks import BY_HAND, formatted, halves, migrated, with_imports

from legacy_shim.catalogue import BY_NAME
from legacy_shim.emulator import DbtCloud, RecordedArtifacts, Speed, serve

HOST = "https://cloud.getdbt.com"
AFTER = f"""\
import os

import requests
from dagster import *
from dagster_dbt import DagsterDbtTranslator
from dagster_dbt.cloud_v2 import DbtCloudCredentials, DbtCloudWorkspace, dbt_cloud_assets
from dagster_dbt.cloud_v2.types import DbtCloudRun

dbt_cloud = DbtCloudWorkspace(
    credentials=DbtCloudCredentials(12345, os.environ["DBT_CLOUD_API_TOKEN"], "{HOST}"),
    project_id=11,
    environment_id=22,
)
"""
_LOADED = Forking(
    "dagster",
    "dagster.components",
    *("dbt.adapters.base.impl", "dbt.contracts.graph.manifest", "dbt.contracts.results", "dbt.node_types"),
    *("dbt.version", "requests"),
)
"""All that programs import but for dagster_dbt, which the facade comes before."""
RUN_OPS = """
from dagster import AssetsDefinition, Definitions, GraphDefinition, OpDefinition

for made in list(globals().values()):
    if isinstance(made, AssetsDefinition) or hasattr(type(made), "build_definitions"):
        graph = Definitions(assets=[made]).get_repository_def().asset_graph
        print(sorted(key.to_user_string() for key in graph.executable_asset_keys))
    if isinstance(made, OpDefinition):
        fields = getattr(made.config_schema.config_type, "fields", {})
        config = {"ops": {made.name: {"config": {"job_id": 67890}}}} if "job_id" in fields else {}
        job = GraphDefinition(name="by_hand", node_defs=[made]).to_job(resource_defs={"dbt_cloud": dbt_cloud})
        events = job.execute_in_process(run_config=config).all_events
        print([event.asset_key.to_user_string() for event in events if event.is_step_materialization])
"""
"""Prints the assets, executes the ops, and prints what they record."""


def shop(execute_steps: list[str]) -> DbtCloud:
    """A dbt Cloud whose job is the one of the guide's facts."""
    cloud = DbtCloud(speed=Speed(hold=60))
    cloud.add_account(12345, token="token")
    artifacts = TOP / "tests" / "facade" / "loader_project" / "artifacts"
    cloud.add_project(11, account_id=12345, backend=RecordedArtifacts(artifacts))
    cloud.add_environment(22, project_id=11)
    cloud.add_job(67890, project_id=11, environment_id=22, name="Nightly", execute_steps=execute_steps)
    return cloud


@pytest.fixture(scope="module")
def host() -> Iterator[str]:
    with serve(shop(["dbt build -s tag:daily"])) as server:
        yield server.url


@pytest.mark.parametrize("block", BY_HAND, ids=str)
def test_the_codemod_leaves_it(block: Block, tmp_path: Path) -> None:
    before = halves(block)[0]
    assert formatted(migrated(tmp_path, with_imports(before))).endswith(formatted(before))


@pytest.mark.parametrize("block", BY_HAND, ids=str)
def test_both_halves_do_the_same(block: Block, host: str, tmp_path: Path) -> None:
    before, after = halves(block)
    legacy = "import legacy_shim; legacy_shim.install()\n" + with_imports(before).replace(
        '"account_id": 12345', f'"account_id": 12345, "dbt_cloud_host": "{HOST}"'
    )
    assert not [name for name in BY_NAME if re.search(rf"\b{name}\b", AFTER + after)]
    printed = [
        run_program(tmp_path / name, text.replace(HOST, host))
        for name, text in (("before.py", legacy), ("after.py", AFTER + after))
    ]
    assert printed[0] == printed[1]


def run_program(program: Path, text: str) -> str:
    program.write_text(text + RUN_OPS)
    env = {**os.environ, "DBT_CLOUD_API_TOKEN": "token"}
    done = _LOADED.run_module(program.stem, [], program.parent, env)
    assert done.returncode == 0, done.stderr.decode()[-3000:]
    return done.stdout.decode()
