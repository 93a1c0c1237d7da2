"""Facts that come later give the bytes that they would have given at once, in whatever order and number of steps.

A longer run: ``PROGRAMS_IN_STEPS=300 python -m pytest --timeout 0 tests/parity/test_facts_in_steps.py``.
"""

from __future__ import annotations

import ast
import os
import re
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from before_and_after import Bench, cloud_of, facts_of
from generated_programs import Program, programs
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from parity_case import ENV
from test_deployments_run import APART, CLOUD, DEFS, HEAD, LOAD, migrate

from legacy_shim.codemods import pipeline
from legacy_shim.codemods.facts.deployments import Deployment
from legacy_shim.codemods.facts.jobs import Facts, Job
from legacy_shim.codemods.options import Options

EXAMPLES = int(os.getenv("PROGRAMS_IN_STEPS", "24"))
JOBS = facts_of(cloud_of(None)).jobs
ELSEWHERE = {
    "as they are": {},
    "in another environment": {67891: {"environment_id": 23}},
    "plain": {67890: {"execute_steps": ("dbt build",)}, 67891: {"execute_steps": ("dbt build",)}},
    "long": {
        67891: {
            "execute_steps": ("dbt seed", "dbt run --exclude tag:a --full-refresh", "dbt run-operation grant")
        }
    },
}
"""What the jobs are otherwise."""
Steps = Sequence[Sequence[int]]
STEPS: tuple[Steps, ...] = ((), ((),), ((67890,),), ((67891,),), ((), (67891,)), ((67892,), (67890, 67892)))
"""The jobs whose facts are there at each step; those of all come last."""


def jobs_of(kind: str) -> tuple[Job, ...]:
    changes: Mapping[int, Mapping[str, object]] = ELSEWHERE[kind]
    return tuple(replace(job, **changes.get(job.id, {})) for job in JOBS)  # type: ignore[arg-type]


def migrated(
    files: Mapping[str, str],
    steps: Iterable[Iterable[Job]],
    deployments: Mapping[str, Mapping[str, str]] | None = None,
) -> tuple[dict[str, str], list[str]]:
    """The texts after the last step, and the codes of what is left then."""
    named = tuple(Deployment(name, {**ENV, **own}) for name, own in (deployments or {}).items())
    with tempfile.TemporaryDirectory() as work:
        for name, text in files.items():
            (Path(work) / name).parent.mkdir(parents=True, exist_ok=True)
            (Path(work) / name).write_bytes(text.encode())
        for jobs in steps:
            options = Options(facts=Facts(tuple(jobs)), env=ENV, deployments=named)
            report = pipeline.write(pipeline.migrate([Path(work)], options))
        left = sorted(each.code for each in report.left_for_a_person)
        return {name: (Path(work) / name).read_bytes().decode() for name in files}, left


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    phases=(Phase.generate,),
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(programs(), st.sampled_from(sorted(ELSEWHERE)), st.sampled_from(STEPS[1:]))
def test_a_generated_program(program: Program, kind: str, steps: Steps) -> None:
    _assert_same(program.files, jobs_of(kind), [steps])


def _assert_same(
    files: Mapping[str, str],
    jobs: Sequence[Job],
    ways: Iterable[Steps],
    deployments: Mapping[str, Mapping[str, str]] | None = None,
) -> str:
    at_once, left = migrated(files, [jobs], deployments)
    for steps in ways:
        known = [[job for job in jobs if job.id in ids] for ids in steps]
        texts, still_left = migrated(files, [*known, jobs], deployments)
        assert still_left == left, steps
        if "LDC303" in left:  # a workspace beside what stays was named before its environment was known
            assert _meaning(texts) == _meaning(at_once), steps
        else:
            assert texts == at_once, steps
    return "\n".join(at_once.values())


def _meaning(texts: Mapping[str, str]) -> dict[str, str]:
    """The code of each file, with its imports in order, and its workspaces called by their environments."""
    found = {}
    for name, text in texts.items():
        tree = ast.parse(text)
        imports = [node for node in tree.body if isinstance(node, (ast.Import, ast.ImportFrom))]
        rest = [node for node in tree.body if node not in imports]
        written = "\n".join([*sorted(map(ast.unparse, imports)), *map(ast.unparse, rest)])
        for node in rest:
            match node:
                case ast.Assign(targets=[ast.Name(id=workspace)], value=ast.Call(keywords=given)):
                    for word in given:
                        if word.arg == "environment_id":
                            called = f"workspace of {ast.unparse(word.value)}"
                            written = re.sub(rf"\b{workspace}\b", called, written)
        found[name] = written
    return found


VARYING = HEAD + CLOUD + LOAD + DEFS
OWN_KEYS = LOAD.replace(
    '["JOB"])', '["JOB"]), node_info_to_asset_key=lambda info: AssetKey(["dbt", info["name"]])'
)
WRITTEN: Mapping[str, str | dict[str, str]] = {
    "two environments": f"{HEAD}{CLOUD}one = load_assets_from_dbt_cloud_job(cloud, 67890)\n"
    "two = load_assets_from_dbt_cloud_job(cloud, 67893)\ndefs = Definitions(assets=[one, two])\n",
    "two resources": f"{HEAD}{CLOUD}{CLOUD.replace('cloud =', 'other =', 1)}"
    "one = load_assets_from_dbt_cloud_job(cloud, 67890)\n"
    "two = load_assets_from_dbt_cloud_job(other, 67893)\ndefs = Definitions(assets=[one, two])\n",
    "a loop": f"{HEAD}{CLOUD}models = []\nfor i in (67890, 67891):\n"
    "    models.append(load_assets_from_dbt_cloud_job(cloud, i))\ndefs = Definitions(assets=models)\n",
    "a loop over one": f"{HEAD}{CLOUD}models = [load_assets_from_dbt_cloud_job(cloud, i) for i in [67891]]\n"
    "defs = Definitions(assets=models)\n",
    "a dict of environments": f"{HEAD}{CLOUD}JOBS = {{'a': 67891, 'b': 67893}}\n"
    "models = [load_assets_from_dbt_cloud_job(cloud, i) for i in JOBS.values()]\ndefs = Definitions(assets=models)\n",
    "a client alone": HEAD
    + 'cloud = DbtCloudClientResource(auth_token=EnvVar("DBT_CLOUD_API_TOKEN"), account_id=12345)\n\n\n'
    "@asset\ndef kick(cloud: DbtCloudClientResource):\n    cloud.get_dbt_client().run_job_and_poll(67893)\n"
    '    cloud.get_dbt_client().get_job(67890)\n\n\ndefs = Definitions(assets=[kick], resources={"cloud": cloud})\n',
    "an op": f"{HEAD}{CLOUD}run_it = dbt_cloud_run_op.configured({{'job_id': 67891}}, name='run_it')\n\n\n"
    '@job(resource_defs={"dbt_cloud": cloud})\ndef nightly():\n    run_it()\n\n\n'
    "models = load_assets_from_dbt_cloud_job(cloud, 67893)\ndefs = Definitions(assets=[models], jobs=[nightly])\n",
    "partitions and retries": HEAD
    + 'cloud = dbt_cloud_resource(api_token="t", account_id=12345, request_max_retries=5)  # ours\n\n# the models\n'
    "models = load_assets_from_dbt_cloud_job(\n    cloud,\n    67891,  # weekly\n"
    '    node_info_to_group_fn=lambda info: "dbt",\n    partitions_def=StaticPartitionsDefinition(["a"]),\n'
    '    partition_key_to_vars_fn=lambda key: {"day": key},\n)\n' + DEFS,
    "a variable": f'{HEAD}{CLOUD}# the models\nmodels = load_assets_from_dbt_cloud_job(cloud, int(os.environ["JOB"]))\n'
    + DEFS,
    "a file for each": {
        "resources.py": HEAD + CLOUD,
        "models.py": "from dagster_dbt import load_assets_from_dbt_cloud_job as load\nfrom resources import cloud\n\n"
        "models = load(cloud, 67891)\n",
        "definitions.py": "from dagster import Definitions\nfrom models import models\n\n" + DEFS,
    },
}


@pytest.mark.parametrize("name", WRITTEN)
def test_a_program_by_hand(name: str) -> None:
    program = WRITTEN[name]
    files = {"definitions.py": program} if isinstance(program, str) else program
    ways: list[Steps] = [((67893,),), ((), (67890,), (67890, 67891))]
    one = {"prod": {"JOB": "67891"}} if name == "a variable" else None
    _assert_same(files, jobs_of("long"), ways, one)


CHOSEN = (
    HEAD
    + CLOUD
    + 'JOB = {"a": 67891, "b": 67893, "c": 67892}[os.environ["WHERE"]]\n'
    + LOAD.replace('int(os.environ["JOB"])', "JOB")
    + DEFS
)
VARIED = {"plain": VARYING, "own keys": HEAD + CLOUD + OWN_KEYS + DEFS, "chosen below": CHOSEN}


@pytest.mark.parametrize("name", VARIED)
@pytest.mark.parametrize("kind", ["as they are", "long"])
def test_deployments(name: str, kind: str) -> None:
    program = VARIED[name]
    ways: list[Steps] = [((67891,),), ((), (67892,), (67892, 67893))]
    three = {
        "prod": {"JOB": "67891", "WHERE": "a"},
        "staging": {"JOB": "67893", "WHERE": "b"},
        "dev": {"JOB": "67892", "WHERE": "c"},
    }
    text = _assert_same({"definitions.py": program}, jobs_of(kind), ways, three)
    assert "missing" not in text and "67892: {" in text


def test_a_deployment_without_facts_waits_alone(bench: Bench) -> None:
    """The others run as before; that one says what is missing, until a second migration knows it."""
    folder = bench.write(VARYING)
    before = {
        name: bench.run(folder, "materialize:all", env={**ENV, **own}, install=True)
        for name, own in APART.items()
    }
    known = facts_of(cloud_of(None)).jobs
    deployments = tuple(Deployment(name, {**ENV, **own}) for name, own in APART.items())
    options = Options(facts=Facts(tuple(job for job in known if job.id != 67893)), deployments=deployments)
    report = pipeline.write(pipeline.migrate([folder], options))
    assert {each.code for each in report.left_for_a_person} == {"LDC401"}
    assert "    67893: missing_row(job_id=67893),\n" in (folder / "definitions.py").read_text()
    prod = bench.run(folder, "materialize:all", env={**ENV, **APART["prod"]})
    assert prod.error is None, prod.error
    assert sorted(prod.nodes) == sorted(before["prod"].nodes)
    assert {number for number, _ in prod.commands} == {67890}
    staging = bench.run(folder, env={**ENV, **APART["staging"]})
    assert staging.error is not None
    assert "MissingFactError" in str(staging.error) and "of dbt Cloud job 67893" in str(staging.error)
    migration = migrate(folder, APART, None)
    for name, own in APART.items():
        after = bench.run(folder, "materialize:all", env={**ENV, **own})
        assert after.error is None, migration.now()
        assert sorted(after.nodes) == sorted(before[name].nodes)
        assert {number for number, _ in after.commands} == {int(own["JOB"])}
        assert after.each("op") == before[name].each("op")
