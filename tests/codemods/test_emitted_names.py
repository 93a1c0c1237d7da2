"""Whatever v2 name, parameter or attribute the codemod can write, the installed dagster-dbt has it."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import textwrap
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import emitted
import pytest
from rewriting import FACTS, HOURLY, NEWEST

from legacy_shim.codemods import pipeline
from legacy_shim.codemods.constructs.clients.methods import (
    METHODS,
    SETTINGS,
    SETTINGS_OF_CLIENT,
)
from legacy_shim.codemods.facts.jobs import Facts
from legacy_shim.codemods.facts.release import Release, installed_release
from legacy_shim.codemods.options import Options, Target

TOP = Path(__file__).resolve().parents[2]
CASES = TOP / "tests" / "cases"
WHOLE = replace(HOURLY, id=67894, execute_steps=("dbt build",))
ELSEWHERE = replace(HOURLY, id=67895, environment_id=23)
ALL_FACTS = Facts((*FACTS.jobs, *(replace(HOURLY, id=job_id) for job_id in (67892, 67893)), WHOLE, ELSEWHERE))
ATTRIBUTES = frozenset(
    {text.removeprefix("{}.").split(".")[-1] for text in (*SETTINGS.values(), *SETTINGS_OF_CLIENT.values())}
    | {name for name in METHODS.values() if name}
    | {"credentials", "get_client", "cli", "wait", "poll_run", "from_run_details", "raise_for_status"}
    | {"multi_run", "from_coercible", "replace_attributes", "get_value", "get_resource_props", "SUCCESS"}
)
EVERYTHING = """
    import json
    from dagster import *
    from dagster_dbt import *

    cloud = DbtCloudClientResource(auth_token=EnvVar("T"), account_id=12345, request_max_retries=3, request_retry_delay=1)
    models = load_assets_from_dbt_cloud_job(
        cloud, 67890,
        node_info_to_asset_key=lambda node: node["name"],
        node_info_to_group_fn=lambda node: "all",
        node_info_to_auto_materialize_policy_fn=lambda node: AutoMaterializePolicy.lazy(),
        node_info_to_freshness_policy_fn=lambda node: None,
        partitions_def=DailyPartitionsDefinition(start_date="2024-01-01"),
        partition_key_to_vars_fn=lambda key: {"day": key},
    )
    others = [load_assets_from_dbt_cloud_job(cloud, job) for job in (67890, 67891)]

    @op(required_resource_keys={"cloud"})
    def everything(context):
        client = context.resources.cloud
        ran = client.run_job_and_poll(67890, poll_interval=3, poll_timeout=5, steps_override=["dbt run"])
        if ran.run_status == DbtCloudRunStatus.SUCCESS and ran.is_successful:
            client.cancel_run(client.run_job(67890, steps_override=["dbt run"])["id"])
        client.poll_run(ran.run_id)
        client.get_run(ran.run_id, include_related=["job"])
        client.get_job(ran.job_id)
        return client.list_run_artifacts(1), client.get_manifest(1), client.get_run_results(1), [client.run_job_and_poll(1)]

    @asset
    def settings(cloud: DbtCloudClientResource):
        return cloud.auth_token, cloud.account_id, cloud.request_max_retries, cloud.request_retry_delay

    run_nightly = dbt_cloud_run_op.configured({"job_id": 67890, "poll_timeout": 900}, name="run_nightly")

    @job(resource_defs={"cloud": cloud, "dbt_cloud": cloud})
    def nightly():
        run_nightly(start_after=dbt_cloud_run_op.alias("first")())

    defs = Definitions(assets=[models, *others, settings], jobs=[nightly], resources={"cloud": cloud, "dbt_cloud": cloud})
"""
WATCHED = """
    from dagster import *
    from dagster_dbt import *

    cloud = dbt_cloud_resource("t", 12345)
    models = load_assets_from_dbt_cloud_job(cloud, 67894)
    defs = Definitions(assets=[models])
"""
"""A load that gets a sensor: of all models, alone on its workspace."""
APART = """
    from dagster_dbt import *

    cloud = dbt_cloud_resource("t", 12345)
    models = [load_assets_from_dbt_cloud_job(cloud, i) for i in (67890, 67895)]
"""
"""A loop over jobs of two environments."""
READS_FAILURES = """
from dagster import Failure, job, op
from dagster_dbt import dbt_cloud_resource

@op(required_resource_keys={"dbt_cloud"})
def refresh(context):
    try:
        context.resources.dbt_cloud.run_job_and_poll(67890, poll_timeout=600)
    except Failure as failure:
        print(failure.metadata)

@job(resource_defs={"dbt_cloud": dbt_cloud_resource("t", 12345)})
def nightly():
    refresh()
"""
"""What has runs raise what legacy raised."""
OF_STATUSES = """
from dagster_dbt import DbtCloudRunStatus

FINAL = {DbtCloudRunStatus.SUCCESS, DbtCloudRunStatus.ERROR}
"""
"""What has the file define an enumeration."""
OF_RUNS = """
from dagster import Definitions, op
from dagster_dbt import dbt_cloud_resource

cloud = dbt_cloud_resource("t", 12345)

@op(required_resource_keys={"cloud"})
def longest(context):
    client = context.resources.cloud
    client.update_job(67890, name="Nightly")
    print(client.poll_run.__name__)
    again = [67890, "by hand", ["dbt run"]]
    client.run_job_and_poll(*again)
    return max(map(client.run_job_and_poll, [67890, 67891]), key=lambda run: run.finished_at - run.started_at)

defs = Definitions(resources={"cloud": cloud})
"""
"""What has the file define the class of a run, and functions for what v2's client lacks."""
OLDEST = Release((0, 28, 0))
NOT_IN_OLDEST = ("cancel_run", "include_related", "partitions_def", "partition_key_to", "if ran.run_status")
"""What the oldest dagster-dbt has no form for stays on the facade, with all that belongs to it."""


def _program_of_oldest() -> str:
    return "\n".join(
        line for line in EVERYTHING.split("\n") if not any(name in line for name in NOT_IN_OLDEST)
    )


def _written(folder: Path, facts: Facts, release: Release, to: Target = "decorator") -> Iterator[str]:
    options = Options(facts=facts, env={"DBT_JOB_ID": "67890"}, polling_sensor=True, release=release, to=to)
    for change in pipeline.migrate([folder], options).changes:
        yield change.new_text


@pytest.fixture(scope="module")
def all_texts(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What becomes of every case where dagster-dbt has everything."""
    return _texts(tmp_path_factory, EVERYTHING, NEWEST)


def _texts(tmp_path_factory: pytest.TempPathFactory, program: str, release: Release) -> list[str]:
    """What becomes of every case, with facts and without, each in a folder of its own."""
    folders = []
    for path in sorted(CASES.glob("*/before")):
        folders.append(tmp_path_factory.mktemp(path.parent.name) / "before")
        shutil.copytree(path, folders[-1])
    for each in (program, READS_FAILURES, WATCHED, APART, OF_STATUSES, OF_RUNS):
        folders.append(tmp_path_factory.mktemp("program"))
        (folders[-1] / "program.py").write_text(textwrap.dedent(each))
    observed = tmp_path_factory.mktemp("program")
    (observed / "program.py").write_text(textwrap.dedent(WATCHED))
    return [
        *_written(observed, ALL_FACTS, release, "specs"),
        *(
            text
            for folder in folders
            for facts in (ALL_FACTS, Facts())
            for text in _written(folder, facts, release)
        ),
    ]


def test_what_is_written_is_there(tmp_path_factory: pytest.TempPathFactory) -> None:
    release = installed_release()
    texts = _texts(tmp_path_factory, _program_of_oldest() if release.lacks("cancel") else EVERYTHING, release)
    assert sorted({line for text in texts for line in emitted.problems(text, ATTRIBUTES)}) == []


def test_the_walk_sees_what_is_not_there() -> None:
    text = """
from dagster_dbt import DagsterDbtTranslator
from dagster_dbt.cloud_v2 import DbtCloudCredentials, DbtCloudWorkspace, dbt_cloud_asset
class T(DagsterDbtTranslator):
    def get_asset_keys(self, props): ...
DbtCloudWorkspace(credentials=DbtCloudCredentials(account=1)).get_client().trigger_job_run(1, cause="x")
"""
    told = "\n".join(emitted.problems(text, ATTRIBUTES))
    assert "dagster_dbt.cloud_v2 has no dbt_cloud_asset" in told
    assert "DagsterDbtTranslator has no `get_asset_keys`" in told
    assert "takes no `account`" in told
    assert "takes no `cause`" in told


def test_every_name_that_can_be_written_is_among_the_texts(all_texts: list[str]) -> None:
    """What the constructs ask for by name, in ``use("module", "name")``."""
    asked = {
        name
        for path in (TOP / "codemods").rglob("*.py")
        for name in _asked_for(ast.parse(path.read_text("utf-8")))
    }
    assert len(asked) > 20
    read = {name for text in all_texts for name in _names(ast.parse(text))}
    assert asked - read == set()


def _asked_for(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "use":
            name = node.args[1] if len(node.args) > 1 else None
            is_own = isinstance(node.args[0], ast.Constant) and node.args[0].value == "legacy_shim"
            if isinstance(name, ast.Constant) and name.value and not is_own:
                yield str(name.value)


def _names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.id.removeprefix("dagster_").removesuffix("_v2")
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.alias):
            yield node.name


@pytest.mark.skipif(
    "OLDEST_PYTHON" not in os.environ, reason="OLDEST_PYTHON names no Python beside the oldest dagster-dbt"
)
def test_what_is_written_is_there_in_the_oldest_dagster_dbt(
    tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    texts = _texts(tmp_path_factory, _program_of_oldest(), OLDEST)
    assert any("dbt_cloud_assets" in text and "def settings" in text for text in texts)
    paths = []
    for place, text in enumerate(texts):
        path = tmp_path / f"written_{place}.py"
        path.write_text(text)
        paths.append(str(path))
    (tmp_path / "attributes").write_text(" ".join(ATTRIBUTES))
    command = [os.environ["OLDEST_PYTHON"], str(Path(emitted.__file__)), str(tmp_path / "attributes"), *paths]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
