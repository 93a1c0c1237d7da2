"""One code base in two or three deployments: it migrates once, and runs before and after in each of them.

Each deployment gives the code another dbt Cloud job. After the migration the code runs the right one in each, and
refuses to load in one that was not there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from before_and_after import HOST, Bench, Change, Migration, Side, cloud_of, facts_of
from parity_case import ENV

from legacy_shim.codemods import pipeline
from legacy_shim.codemods.facts.deployments import Deployment
from legacy_shim.codemods.options import Options
from legacy_shim.emulator import DbtCloud

Variables = Mapping[str, str]
HEAD = """
import os

from dagster import *
from dagster_dbt import DbtCloudClientResource, dbt_cloud_resource, dbt_cloud_run_op, load_assets_from_dbt_cloud_job

"""
CLOUD = 'cloud = dbt_cloud_resource.configured({"auth_token": {"env": "DBT_CLOUD_API_TOKEN"}, "account_id": 12345})\n'
LOAD = 'models = load_assets_from_dbt_cloud_job(cloud, int(os.environ["JOB"]))\n'
DEFS = "defs = Definitions(assets=[models])\n"
APART = {"prod": {"JOB": "67890"}, "staging": {"JOB": "67893"}}
"""Jobs in two environments, with other commands."""
TOGETHER = {"prod": {"JOB": "67891"}, "staging": {"JOB": "67892"}, "dev": {"JOB": "67890"}}
"""Jobs in one environment, with other commands."""
TWINS = {"prod": {"JOB": "67891"}, "staging": {"JOB": "67893"}}
"""Jobs in two environments, equal but for that."""
BOTH = {"prod": {"A": "67890", "B": "67891"}, "staging": {"A": "67893", "B": "67894"}}


def cloud_of_twins(cloud: DbtCloud) -> None:
    """Job 67893 is 67891 in staging, and 67894 stands beside it."""
    cloud.jobs[67893].update(execute_steps=["dbt run --select tag:weekly"], name="Finance")
    cloud.add_job(
        67894,
        project_id=11,
        environment_id=23,
        name="Staging of finance",
        execute_steps=["dbt build --select tag:daily"],
    )


@dataclass(frozen=True)
class InEach:
    """What a program was and did in each deployment, before and after."""

    sides: Mapping[str, tuple[Side, Side]]
    migration: Migration


def in_each(
    bench: Bench,
    program: str | Mapping[str, str],
    deployments: Mapping[str, Variables],
    *actions: str,
    change: Change | None = None,
) -> InEach:
    """Run the program in each deployment, migrate it once, run it in each again. No difference is untold."""
    folder = bench.write(program)
    before = {
        name: bench.run(folder, *actions, env={**ENV, **own}, change=change, install=True)
        for name, own in deployments.items()
    }
    migration = migrate(folder, deployments, change)
    done: dict[str, tuple[Side, Side]] = {}
    for name, own in deployments.items():
        after = bench.run(folder, *actions, env={**ENV, **own}, change=change)
        assert before[name].error is None, f"{name}: {before[name].error}"
        assert after.error is None, f"{name}: {after.error}" + migration.now()
        untold = migration.untold(before[name], after)
        assert untold == [], "\n".join([name, *map(str, untold), migration.now()])
        done[name] = (before[name], after)
    return InEach(done, migration)


def migrate(folder: Path, deployments: Mapping[str, Variables], change: Change | None) -> Migration:
    """Migrate what stands in a folder, for all deployments."""
    texts = {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*.py")}
    options = Options(
        facts=facts_of(cloud_of(change)),
        deployments=tuple(Deployment(name, {**ENV, **own}) for name, own in deployments.items()),
    )
    report = pipeline.write(pipeline.migrate([folder], options))
    return Migration(folder, texts, report.findings)


PROGRAMS: dict[str, str | dict[str, str]] = {
    "inline id": HEAD + CLOUD + LOAD + DEFS,
    "named id above": f"{HEAD}JOB = int(os.environ['JOB'])\n{CLOUD}models = load_assets_from_dbt_cloud_job(cloud, job_id=JOB)\n{DEFS}",
    "text id": f"{HEAD}JOB = os.getenv('JOB')\n{CLOUD}models = load_assets_from_dbt_cloud_job(cloud, job_id=int(JOB))\n{DEFS}",
    "named id below the resource": f"{HEAD}{CLOUD}JOB = int(os.getenv('JOB'))\nmodels = load_assets_from_dbt_cloud_job(cloud, JOB)\n{DEFS}",
    "with a default": f"{HEAD}{CLOUD}models = load_assets_from_dbt_cloud_job(cloud, int(os.getenv('JOB', '67890')))\n{DEFS}",
    "loaded in place": f"{HEAD}{CLOUD}defs = Definitions(assets=[load_assets_from_dbt_cloud_job(dbt_cloud=cloud, job_id=int(os.environ['JOB']))])\n",
    "client resource": HEAD
    + 'cloud = DbtCloudClientResource(auth_token=EnvVar("DBT_CLOUD_API_TOKEN"), account_id=12345)\n'
    + LOAD
    + DEFS,
    "in a function": HEAD
    + f"""
def build():
    {CLOUD.strip()}
    job_id = int(os.environ["JOB"])
    return load_assets_from_dbt_cloud_job(cloud, job_id)


defs = Definitions(assets=[build()])
""",
    "resource built in the call": HEAD
    + f'models = load_assets_from_dbt_cloud_job(dbt_cloud={CLOUD.removeprefix("cloud = ").strip()}, job_id=int(os.environ["JOB"]))\n'
    + DEFS,
    "its own asset keys and groups": HEAD
    + CLOUD
    + """
models = load_assets_from_dbt_cloud_job(
    cloud,
    int(os.environ["JOB"]),
    node_info_to_asset_key=lambda info: AssetKey(["dbt", info["resource_type"], info["name"]]),
    node_info_to_group_fn=lambda info: "dbt",
)
"""
    + DEFS,
    "three files": {
        "resources.py": HEAD + CLOUD,
        "models.py": "import os\nfrom dagster_dbt import load_assets_from_dbt_cloud_job\nfrom resources import cloud\n"
        + LOAD,
        "definitions.py": "from dagster import Definitions\nfrom models import models\n" + DEFS,
    },
    "the id in a file of settings": {
        "settings.py": "import os\n\nJOB = int(os.environ['JOB'])\n",
        "resources.py": HEAD + CLOUD,
        "definitions.py": "from dagster import Definitions\nfrom dagster_dbt import load_assets_from_dbt_cloud_job\n"
        "from resources import cloud\nfrom settings import JOB\n"
        "models = load_assets_from_dbt_cloud_job(cloud, JOB)\n" + DEFS,
    },
    "the module of the resource": {
        "resources.py": HEAD + CLOUD,
        "definitions.py": "import os\nimport resources\nfrom dagster import Definitions\nfrom dagster_dbt import load_assets_from_dbt_cloud_job\n"
        "models = load_assets_from_dbt_cloud_job(resources.cloud, int(os.environ['JOB']))\n" + DEFS,
    },
}


@pytest.mark.parametrize("deployments", [APART, TOGETHER], ids=["apart", "together"])
@pytest.mark.parametrize("name", PROGRAMS)
def test_each_deployment_runs_its_own_job(
    bench: Bench, name: str, deployments: Mapping[str, Variables]
) -> None:
    done = in_each(bench, PROGRAMS[name], deployments, "materialize:all")
    assert not any(finding.code[3] in "34" for finding in done.migration.findings)
    for deployment, (before, after) in done.sides.items():
        job_id = int(deployments[deployment]["JOB"])
        assert {number for number, _ in after.commands} == {job_id}
        assert {number for number, _ in before.commands} == {job_id}
        assert sorted(after.nodes) == sorted(before.nodes)
        assert after.each("op") == before.each("op")


CLIENTS = {
    "an op": """
run_it = dbt_cloud_run_op.configured({"job_id": int(os.environ["JOB"]), "poll_interval": 0.1}, name="run_it")


@job(resource_defs={"dbt_cloud": cloud})
def nightly():
    run_it()


defs = Definitions(jobs=[nightly])
""",
    "a client": """
@op(required_resource_keys={"dbt_cloud"})
def kick(context):
    context.resources.dbt_cloud.run_job_and_poll(int(os.environ["JOB"]), poll_interval=0.1)


@job(resource_defs={"dbt_cloud": cloud})
def nightly():
    kick()


defs = Definitions(jobs=[nightly])
""",
}


@pytest.mark.parametrize("name", CLIENTS)
def test_ops_and_clients_run_the_job_of_their_deployment(bench: Bench, name: str) -> None:
    done = in_each(bench, HEAD + CLOUD + CLIENTS[name], APART, "job:nightly")
    for deployment, (before, after) in done.sides.items():
        assert after.commands == before.commands
        assert {job_id for job_id, _ in after.commands} == {int(APART[deployment]["JOB"])}
    (said,) = done.migration.told("LDC214").values()
    assert said.startswith(
        "project 11 and environment 22 are those of one deployment (job 67890 in prod, job 67893"
    )


@pytest.mark.parametrize(
    "choice",
    [
        'JOBS = {"prod": 67890, "staging": 67893}\nJOB = JOBS[os.environ["WHERE"]]\n',
        'if os.environ["WHERE"] == "prod":\n    JOB = 67890\nelse:\n    JOB = 67893\n',
        'CONFIG = {"prod": {"job": 67890}, "staging": {"job": 67893}}\nJOB = CONFIG[os.environ["WHERE"]]["job"]\n',
    ],
    ids=["a dict", "if and else", "a dict of dicts"],
)
def test_the_way_in_which_the_code_chooses_works_on(bench: Bench, choice: str) -> None:
    program = HEAD + choice + CLOUD + "models = load_assets_from_dbt_cloud_job(cloud, JOB)\n" + DEFS
    named = {"prod": {"WHERE": "prod"}, "staging": {"WHERE": "staging"}}
    done = in_each(bench, program, named, "materialize:all")
    for deployment, job_id in (("prod", 67890), ("staging", 67893)):
        before, after = done.sides[deployment]
        assert {number for number, _ in after.commands} == {job_id}
        assert sorted(after.nodes) == sorted(before.nodes)


def test_only_what_differs_goes_to_the_table(bench: Bench) -> None:
    done = in_each(bench, HEAD + CLOUD + LOAD + DEFS, TWINS, "materialize:all", change=cloud_of_twins)
    text = done.migration.now()
    assert '    67891: {"environment_id": 22},\n    67893: {"environment_id": 23},\n' in text
    assert 'adhoc_job_name="Finance",  # runs the job itself, with its settings' in text
    assert 'select="tag:weekly"' in text


def test_two_loads_on_one_resource(bench: Bench) -> None:
    program = (
        HEAD
        + CLOUD
        + "one = load_assets_from_dbt_cloud_job(cloud, int(os.environ['A']))\n"
        + "two = load_assets_from_dbt_cloud_job(cloud, int(os.environ['B']))\n"
        + "defs = Definitions(assets=[one, two])\n"
    )

    def change(cloud: DbtCloud) -> None:
        cloud_of_twins(cloud)
        cloud.jobs[67890]["execute_steps"] = ["dbt build --select tag:daily"]

    done = in_each(bench, program, BOTH, "materialize:all", change=change)
    for before, after in done.sides.values():
        assert sorted(after.nodes) == sorted(before.nodes)


@pytest.mark.parametrize("deployments", [APART, TOGETHER], ids=["apart", "together"])
def test_a_deployment_that_was_not_there_is_refused(
    bench: Bench, deployments: Mapping[str, Variables]
) -> None:
    folder = bench.write(HEAD + CLOUD + LOAD + DEFS)
    migrate(folder, deployments, None)
    side = bench.run(folder, env={**ENV, "JOB": "67895"})
    assert side.error is not None
    assert "DBT_CLOUD_JOBS has no row for dbt Cloud job 67895: add one" in str(side.error)
    assert HOST not in str(side.error)
