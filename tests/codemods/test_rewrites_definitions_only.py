"""Dagster takes a workspace as a resource in most places, and in some only what the legacy resource was."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate

HEAD = """
import dagster as dg
from dagster import AssetOut, AssetsDefinition, Definitions, JobDefinition, asset, graph, graph_asset, graph_multi_asset, job, op
from dagster_dbt import dbt_cloud_resource

cloud = dbt_cloud_resource.configured({"auth_token": {"env": "TOKEN"}, "account_id": 12345})
RESOURCES = {"dbt": cloud}


@op(required_resource_keys={"dbt"})
def named(context):
    return context.resources.dbt.get_job(67890)["name"]


@graph
def naming():
    return named()


"""
ONLY_DEFINITIONS = [
    "@graph_asset(resource_defs={'dbt': cloud})\ndef it():\n    return named()\n",
    "@dg.graph_asset(resource_defs=RESOURCES)\ndef it():\n    return named()\n",
    "@graph_multi_asset(outs={'x': AssetOut()}, resource_defs={'dbt': cloud})\ndef it():\n    return {'x': named()}\n",
    "it = AssetsDefinition.from_graph(naming, resource_defs={'dbt': cloud})\n",
    "it = JobDefinition(graph_def=naming, resource_defs={'dbt': cloud})\n",
]
ANY = [
    "@asset(resource_defs={'dbt': cloud})\ndef it(context):\n    return context.resources.dbt.get_job(67890)\n",
    "it = naming.to_job(resource_defs={'dbt': cloud})\n",
    "@job(resource_defs=RESOURCES)\ndef it():\n    named()\n",
    "it = AssetsDefinition.from_graph(naming)\ndefs = Definitions(assets=[it], resources={'dbt': cloud})\n",
]


@pytest.mark.parametrize("program", ONLY_DEFINITIONS)
def test_the_resource_stays_where_a_workspace_is_not_taken(tmp_path: Path, program: str) -> None:
    texts, report = migrate(tmp_path, {"program.py": HEAD + program})
    assert "DbtCloudWorkspace" not in texts["program.py"]
    assert any("takes no workspace as a resource" in one.message for one in report.findings)


@pytest.mark.parametrize("program", ANY)
def test_it_migrates_elsewhere(tmp_path: Path, program: str) -> None:
    texts, _ = migrate(tmp_path, {"program.py": HEAD + program})
    assert "legacy_shim" not in texts["program.py"]
    assert "DbtCloudWorkspace(" in texts["program.py"]
