"""What is written for several deployments: whole texts before and after, and what stays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from rewriting import FACTS, NIGHTLY, clean, migrate

from legacy_shim.codemods.facts.deployments import Deployment
from legacy_shim.codemods.facts.jobs import Facts

STAGING = replace(NIGHTLY, id=67900, name="Nightly (staging)", environment_id=23)
TWIN = replace(NIGHTLY, id=67901, environment_id=22)
KNOWN = Facts((*FACTS.jobs, STAGING))
Variables = Mapping[str, str]
APART: Mapping[str, Variables] = {"prod": {"JOB": "67890"}, "staging": {"JOB": "67900"}}
NAMED: Mapping[str, Variables] = {"prod": {"WHERE": "prod"}, "staging": {"WHERE": "staging"}}
HEAD = """\
import os

from dagster_dbt import dbt_cloud_resource, load_assets_from_dbt_cloud_job

"""
CLOUD = """\
cloud = dbt_cloud_resource.configured({"auth_token": os.environ["TOKEN"], "account_id": 12345})
"""


def migrated(
    folder: Path,
    program: str | Mapping[str, str],
    deployments: Mapping[str, Variables] = APART,
    facts: Facts = KNOWN,
) -> tuple[dict[str, str], list[str]]:
    """The new texts, and what is left for a person with its code."""
    files = {"program.py": program} if isinstance(program, str) else program
    named = tuple(Deployment(name, own) for name, own in deployments.items())
    texts, report = migrate(folder, files, facts=facts, deployments=named)
    return texts, [f"{each.code} {each.message}" for each in report.left_for_a_person]


def test_what_differs_stands_in_a_table_by_the_job(tmp_path: Path) -> None:
    program = (
        HEAD
        + CLOUD
        + 'models = load_assets_from_dbt_cloud_job(dbt_cloud=cloud, job_id=int(os.environ["JOB"]))\n'
    )
    texts, left = migrated(tmp_path, program)
    assert left == []
    assert texts["program.py"] == clean(
        """
        import os

        from dagster import AssetExecutionContext
        from dagster_dbt.cloud_v2 import (
            DbtCloudCredentials,
            DbtCloudWorkspace,
            dbt_cloud_assets,
        )

        DBT_CLOUD_JOBS = {
            67890: {"environment_id": 22, "name": "Nightly"},
            67900: {"environment_id": 23, "name": "Nightly (staging)"},
        }


        def dbt_cloud_facts(job_id: int) -> dict:
            if job_id not in DBT_CLOUD_JOBS:
                raise ValueError(
                    f"DBT_CLOUD_JOBS has no row for dbt Cloud job {job_id}: add one"
                )
            return DBT_CLOUD_JOBS[job_id]


        job_id = int(os.environ["JOB"])
        dbt_job = dbt_cloud_facts(job_id)

        cloud = DbtCloudWorkspace(
            credentials=DbtCloudCredentials(
                account_id=12345,
                token=os.environ["TOKEN"],
                access_url="https://cloud.getdbt.com",
            ),
            project_id=11,
            environment_id=dbt_job["environment_id"],
            adhoc_job_name=dbt_job["name"],  # runs the job itself, with its settings
        )


        @dbt_cloud_assets(workspace=cloud, select="tag:daily", name=f"dbt_cloud_job_{job_id}")
        def models(context: AssetExecutionContext):
            yield from cloud.cli(["build"], context=context).wait(timeout=float("inf"))
        """
    )


CHOICES = {
    "a dict": 'JOBS = {"prod": 67890, "staging": 67900, "qa": 1}\nJOB = JOBS[os.environ["WHERE"]]\n',
    "a dict with a default": 'JOBS = {"prod": 67890}\nJOB = JOBS.get(os.getenv("WHERE"), 67900)\n',
    "defaults at each level": 'ALL = {"prod": {"job": 67890}}\nJOB = ALL.get(os.environ["WHERE"], {}).get("job", 67900)\n',
    "a default that is filled": 'NONE = {}\nNONE["job"] = 67900\nJOB = {"prod": {"job": 67890}}.get(os.environ["WHERE"], NONE).get("job", 1)\n',
    "a dict of dicts": 'ALL = {"prod": {"job": 67890}, "staging": {"job": 67900}}\nJOB = ALL[os.environ["WHERE"]]["job"]\n',
    "if and else": 'if os.environ["WHERE"] == "prod":\n    JOB = 67890\nelse:\n    JOB = 67900\n',
    "elif": 'WHERE = os.environ["WHERE"]\nif WHERE == "prod":\n    JOB = 67890\n'
    'elif WHERE in ("staging", "qa"):\n    JOB = 67900\nelse:\n    JOB = 1\n',
    "an exception to the rule": 'JOB = 67890\nif not os.environ["WHERE"] == "prod":\n    JOB = 67900\n',
    "a conditional expression": 'JOB = 67890 if os.environ["WHERE"] == "prod" else 67900\n',
    "a name for the test": 'IS_PROD = os.environ["WHERE"] == "prod"\nJOB = 67890 if IS_PROD else 67900\n',
    "a function": 'def choose():\n    if os.environ["WHERE"] == "prod":\n        return 67890\n    return 67900\n\n\nJOB = choose()\n',
    "and": 'A = os.environ["WHERE"] == "prod" and os.environ["WHERE"] != "qa"\nJOB = 67890 if A else 67900\n',
}


@pytest.mark.parametrize("name", CHOICES)
def test_the_way_in_which_the_code_chooses_stays(tmp_path: Path, name: str) -> None:
    program = (
        HEAD
        + CHOICES[name]
        + CLOUD
        + "models = load_assets_from_dbt_cloud_job(dbt_cloud=cloud, job_id=JOB)\n"
    )
    texts, left = migrated(tmp_path, program, NAMED)
    text = texts["program.py"]
    if name == "and":
        # Which of the two it is cannot be read: the table has a row for each.
        assert left == [] and "models = dbt_cloud_job(cloud, JOB)\n" in text
        return
    assert left == []
    assert CHOICES[name] in text
    assert "dbt_job = dbt_cloud_facts(JOB)\n" in text
    assert '    67890: {"environment_id": 22, "name": "Nightly"},\n    67900: {' in text
    assert 'name=f"dbt_cloud_job_{JOB}"' in text


def test_facts_that_are_equal_are_written_once_and_other_jobs_refused(tmp_path: Path) -> None:
    program = (
        HEAD
        + CLOUD
        + 'models = load_assets_from_dbt_cloud_job(dbt_cloud=cloud, job_id=int(os.environ["JOB"]))\n'
    )
    deployments = {"prod": {"JOB": "67890"}, "staging": {"JOB": "67901"}}
    facts = Facts(tuple(replace(job, name_is_unique=False) for job in (NIGHTLY, TWIN)))
    texts, left = migrated(tmp_path, program, deployments, facts)
    assert left == []
    text = texts["program.py"]
    assert "DBT_CLOUD_JOBS" not in text
    assert 'if int(os.environ["JOB"]) not in (67890, 67901):\n    raise ValueError(' in text
    assert "environment_id=22" in text


def test_one_job_in_all_deployments_is_written_as_for_one(tmp_path: Path) -> None:
    program = (
        HEAD
        + CLOUD
        + 'models = load_assets_from_dbt_cloud_job(dbt_cloud=cloud, job_id=int(os.environ["JOB"]))\n'
    )
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
    one, _ = migrated(tmp_path / "one", program, {"prod": {"JOB": "67890"}})
    two, _ = migrated(tmp_path / "two", program, {"prod": {"JOB": "67890"}, "qa": {"JOB": "67890"}})
    assert one == two
    assert 'if int(os.environ["JOB"]) != 67890:' in one["program.py"]


def test_a_deployment_without_the_job_id_is_refused_and_reported(tmp_path: Path) -> None:
    program = (
        HEAD
        + CLOUD
        + 'models = load_assets_from_dbt_cloud_job(dbt_cloud=cloud, job_id=int(os.environ["JOB"]))\n'
    )
    texts, left = migrated(tmp_path, program, {**APART, "dev": {}})
    assert left == ["LDC402 set JOB in deployment dev"]
    assert '67900: {"environment_id": 23' in texts["program.py"]


STAYS = {
    "facts of one are missing, for a loop": (
        'models = [load_assets_from_dbt_cloud_job(cloud, one) for one in (int(os.environ["JOB"]), 67891)]\n',
        {"prod": {"JOB": "67890"}, "staging": {"JOB": "5"}},
        "LDC401 job 5",
    ),
    "a file of configuration says it": (
        "import yaml\n\nCONFIG = yaml.safe_load(open('jobs.yaml'))\n"
        'models = load_assets_from_dbt_cloud_job(cloud, CONFIG[os.environ["WHERE"]]["job"])\n',
        NAMED,
        'LDC402 `CONFIG[os.environ["WHERE"]]["job"]` cannot be computed from WHERE here',
    ),
    "a file of configuration says it, and nobody says where": (
        "import json\n\nCONFIG = json.load(open('jobs.json'))\n"
        'models = load_assets_from_dbt_cloud_job(cloud, int(CONFIG[os.environ["ELSE"]]))\n',
        NAMED,
        'LDC402 `int(CONFIG[os.environ["ELSE"]])` cannot be computed from ELSE here',
    ),
    "settings that each deployment may set": (
        "from elsewhere import BaseSettings\n\n\nclass Settings(BaseSettings):\n    job: int = 67890\n\n\n"
        "models = load_assets_from_dbt_cloud_job(cloud, Settings().job)\n",
        {"prod": {}, "staging": {"JOB": "67900"}},
        "LDC303 its job id `Settings().job` cannot be determined",
    ),
    "a job that nobody knows, beside one that has a place of its own": (
        'more = load_assets_from_dbt_cloud_job(cloud, int(os.environ["ELSE"]))\n'
        'models = [load_assets_from_dbt_cloud_job(cloud, one) for one in [67900] if os.getenv("WHERE") == "prod"]\n',
        NAMED,
        "LDC307 which job it loads is not known in each deployment",
    ),
    "a job that shares another in one deployment alone": (
        'one = load_assets_from_dbt_cloud_job(cloud, int(os.environ["A"]))\n'
        'two = load_assets_from_dbt_cloud_job(cloud, int(os.environ["B"]))\n',
        {"prod": {"A": "67890", "B": "67891"}, "staging": {"A": "67900", "B": "67891"}},
        "LDC307 name is Nightly in prod, Hourly in staging, and no single job id decides which",
    ),
}


@pytest.mark.parametrize("name", STAYS)
def test_what_stays_on_the_facade(tmp_path: Path, name: str) -> None:
    load, deployments, said = STAYS[name]
    texts, left = migrated(tmp_path, HEAD + CLOUD + load, deployments)
    assert "from legacy_shim import dbt_cloud_resource" in texts["program.py"]
    assert any(line.startswith(said) for line in left), left


def test_a_job_that_is_chosen_below_its_resource_has_a_workspace_of_its_own(tmp_path: Path) -> None:
    below = (
        'JOBS = {"prod": 67890, "staging": 67900}\nJOB = JOBS[os.environ["WHERE"]]\n'
        "models = load_assets_from_dbt_cloud_job(dbt_cloud=cloud, job_id=JOB)\n"
    )
    texts, left = migrated(tmp_path, HEAD + CLOUD + below, NAMED)
    assert left == []
    assert (
        "dbt_job = dbt_cloud_facts(JOB)\n\nmodels_workspace = DbtCloudWorkspace(\n    credentials=cloud.credentials,\n"
        '    project_id=11,\n    environment_id=dbt_job["environment_id"],\n    adhoc_job_name=dbt_job["name"],  # runs the'
    ) in texts["program.py"]


def test_the_row_of_each_job_says_where_it_runs_in_any_deployment(tmp_path: Path) -> None:
    loop = 'models = [load_assets_from_dbt_cloud_job(cloud, int(one)) for one in (os.environ["A"], os.environ["B"])]\n'
    deployments = {"prod": {"A": "67890", "B": "67891"}, "staging": {"A": "67900", "B": "67900"}}
    texts, left = migrated(tmp_path, HEAD + CLOUD + loop, deployments)
    assert left == []
    text = texts["program.py"]
    assert text.count('"environment_id": 22,\n        "name": "Nightly",\n') == 2
    assert text.count('"environment_id": 23,\n        "name": "Nightly (staging)",\n') == 1
    assert (
        'raise ValueError(\n            f"DBT_CLOUD_JOBS has no row for dbt Cloud job {job_id}: add' in text
    )


def test_a_second_migration_changes_nothing(tmp_path: Path) -> None:
    program = (
        HEAD
        + CLOUD
        + 'models = load_assets_from_dbt_cloud_job(dbt_cloud=cloud, job_id=int(os.environ["JOB"]))\n'
    )
    once, _ = migrated(tmp_path, program)
    again, left = migrated(tmp_path, once)
    assert again == once
    assert left == []


def test_the_table_of_two_files_stands_beside_the_resource(tmp_path: Path) -> None:
    files = {
        "resources.py": HEAD.replace(", load_assets_from_dbt_cloud_job", "") + CLOUD,
        "models.py": "import os\n\nfrom dagster_dbt import load_assets_from_dbt_cloud_job\n\nfrom resources import cloud\n\n"
        'models = load_assets_from_dbt_cloud_job(dbt_cloud=cloud, job_id=int(os.environ["JOB"]))\n',
    }
    facts = Facts((NIGHTLY, replace(STAGING, execute_steps=("dbt build --select tag:hourly",))))
    texts, left = migrated(tmp_path, files, facts=facts)
    assert left == []
    assert '"select": "tag:hourly"' in texts["resources.py"]
    assert "from resources import cloud, dbt_cloud_facts\n" in texts["models.py"]
    assert 'select=dbt_job["select"]' in texts["models.py"]
    assert "DBT_CLOUD_JOBS" not in texts["models.py"]


def test_a_name_that_is_not_the_job_s_own_is_not_called_so(tmp_path: Path) -> None:
    program = (
        HEAD
        + CLOUD
        + CLOUD.replace("cloud =", "other =")
        + 'models = load_assets_from_dbt_cloud_job(dbt_cloud=cloud, job_id=int(os.environ["JOB"]))\n'
        + 'more = load_assets_from_dbt_cloud_job(dbt_cloud=other, job_id=int(os.environ["MORE"]))\n'
    )
    deployments = {
        "prod": {"JOB": "67890", "MORE": "67891"},
        "staging": {"JOB": "67900", "MORE": "67902"},
    }
    facts = Facts((*KNOWN.jobs, replace(STAGING, id=67902, name="Hourly (staging)")))
    texts, left = migrated(tmp_path, program, deployments, facts)
    assert left == []
    text = texts["program.py"]
    assert text.count("# runs the job itself, with its settings") == 1
    assert 'adhoc_job_name=dbt_job_2["name"],\n' in text
