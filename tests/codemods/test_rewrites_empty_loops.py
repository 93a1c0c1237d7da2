"""Deployments in which a loop over jobs goes through nothing: they run no job there, and need no row."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from rewriting import FACTS, NIGHTLY, migrate

from legacy_shim.codemods.facts.deployments import Deployment
from legacy_shim.codemods.facts.jobs import Facts

KNOWN = Facts((*FACTS.jobs, replace(NIGHTLY, id=67900, name="Nightly (staging)", environment_id=23)))
DEPLOYMENTS = tuple(Deployment(name, {"STAGE": name}) for name in ("prod", "branch"))
HEAD = """\
import os

from dagster_dbt import dbt_cloud_resource, load_assets_from_dbt_cloud_job

STAGE = os.environ["STAGE"]
cloud = dbt_cloud_resource.configured({"auth_token": os.environ["TOKEN"], "account_id": 12345})
"""
LOOP = "models = [load_assets_from_dbt_cloud_job(cloud, job_id) for job_id in JOBS]\n"
LOAD = "def load(job_id):\n    return load_assets_from_dbt_cloud_job(cloud, job_id)\n\n\n"
EITHER = "JOBS = [67890, 67900] if STAGE == 'prod' else []\n"
MIGRATES = {
    "one list or none": EITHER + LOOP,
    "a loop of statements": EITHER
    + "models = []\nfor job_id in JOBS:\n    models.append(load_assets_from_dbt_cloud_job(cloud, job_id))\n",
    "a function": LOAD + EITHER + "models = [load(job_id) for job_id in JOBS]\n",
    "a table": "JOBS = {'prod': [67890, 67900], 'branch': []}[STAGE]\n" + LOOP,
    "names of a table": LOAD
    + "JOBS = {'prod': {'one': 67890, 'other': 67900}, 'branch': {}}\n"
    + "models = [load(job_id) for _, job_id in JOBS[STAGE].items()]\n",
    "a default": "JOBS = {'prod': [67890, 67900]}.get(STAGE, [])\n" + LOOP,
    "a copy": EITHER + LOOP.replace("in JOBS", "in sorted(JOBS)"),
    "branches": "if STAGE == 'prod':\n    JOBS = (67890, 67900)\nelse:\n    JOBS = ()\n" + LOOP,
}
STAYS = {
    "a function that has another job by itself": LOAD.replace("(job_id):", "(job_id=67900):")
    + EITHER
    + "models = [load(job_id) for job_id in JOBS] or [load()]\n",
    "what another module may fill": EITHER + "import elsewhere\n\nelsewhere.fill(JOBS)\n" + LOOP,
    "a list that goes elsewhere": EITHER + "import elsewhere\n\nJOBS = elsewhere.some(JOBS)\n" + LOOP,
    "a function of the file that is called like Python's": "def sorted(jobs):\n    return [*jobs, 67900]\n\n\n"
    + EITHER
    + LOOP.replace("in JOBS", "in sorted(JOBS)"),
    "a function of another file that is called like Python's": "from elsewhere import list\n"
    + EITHER
    + LOOP.replace("in JOBS", "in list(JOBS)"),
    "a list that is sorted in place": EITHER + "JOBS.sort(key=print)\n" + LOOP,
}


def migrated(folder: Path, files: Mapping[str, str]) -> tuple[str, list[str]]:
    texts, report = migrate(folder, files, facts=KNOWN, deployments=DEPLOYMENTS)
    return texts["program.py"], [each.code for each in report.left_for_a_person]


@pytest.mark.parametrize("program", MIGRATES.values(), ids=MIGRATES)
def test_a_deployment_without_jobs_needs_none(tmp_path: Path, program: str) -> None:
    text, left = migrated(tmp_path, {"program.py": HEAD + program})
    assert left == []
    assert {int(found) for found in re.findall(r"^    (\d+): ", text, re.M)} == {67890, 67900}


@pytest.mark.parametrize("program", STAYS.values(), ids=STAYS)
def test_what_may_be_filled_is_not_empty(tmp_path: Path, program: str) -> None:
    text, _ = migrated(tmp_path, {"program.py": HEAD + program})
    assert "DBT_CLOUD_JOBS" not in text


def test_what_another_file_adds_is_no_empty_list(tmp_path: Path) -> None:
    files = {
        "ids.py": "import os\n\nJOBS = [67890] if os.environ['STAGE'] == 'prod' else []\n",
        "more.py": "import ids\n\nids.JOBS.append(67900)\n",
        "program.py": HEAD + "import more\nfrom ids import JOBS\n\n" + LOOP,
    }
    text, _ = migrated(tmp_path, files)
    assert "DBT_CLOUD_JOBS" not in text


TEAM = "class Team(BaseModel):\n    jobs: list[int] = []\n\n\n"
ROW = "class Team(NamedTuple):\n    name: str\n    jobs: tuple = ()\n\n\n"
OF_TEAM = LOOP.replace("in JOBS", "in team.jobs")
OUT_OF_SIGHT = {
    "an object that pydantic reads": "from pydantic import BaseModel\n\n\n"
    + TEAM
    + "team = Team(jobs=[67890]) if STAGE == 'prod' else Team.model_validate({'jobs': [67900]})\n",
    "a row of several that pydantic reads": "from pydantic import BaseModel\n\n\n"
    + TEAM
    + "TEAMS = {'prod': Team(jobs=[67890]), 'branch': Team.model_validate({'jobs': [67900]})}\nteam = TEAMS[STAGE]\n",
    "a tuple that differs in a field": "from typing import NamedTuple\n\n\n"
    + ROW
    + "team = Team('a', (67890,)) if STAGE == 'prod' else Team('b')._replace(jobs=(67900,))\n",
    "a tuple of a list": "from typing import NamedTuple\n\n\n"
    + ROW
    + "team = Team('a', (67890,)) if STAGE == 'prod' else Team._make(['b', (67900,)])\n",
}


@pytest.mark.parametrize("program", OUT_OF_SIGHT.values(), ids=OUT_OF_SIGHT)
def test_lists_of_objects_made_out_of_sight_are_not_known(tmp_path: Path, program: str) -> None:
    text, left = migrated(tmp_path, {"program.py": HEAD + program + OF_TEAM})
    assert "LDC303" in left
    assert "load_assets_from_dbt_cloud_job(cloud, job_id)" in text


IN_SIGHT = {
    "one of two objects": "from pydantic import BaseModel\n\n\n"
    + TEAM
    + "team = Team(jobs=[67890, 67900]) if STAGE == 'prod' else Team(jobs=[67890])\n",
    "an object of a function": "from pydantic import BaseModel\n\n\n"
    + TEAM
    + "def made():\n    return Team(jobs=[67890, 67900])\n\n\nteam = made()\n",
    "an object of an object": "from pydantic import BaseModel\n\n\n"
    + TEAM
    + "class Company(BaseModel):\n    team: Team = Team(jobs=[67890, 67900])\n\n\nteam = Company().team\n",
    "a row of a table": "from typing import NamedTuple\n\n\n"
    + ROW
    + "team = {'prod': Team('a', (67890,)), 'branch': Team('b', (67900,))}[STAGE]\n",
}


@pytest.mark.parametrize("program", IN_SIGHT.values(), ids=IN_SIGHT)
def test_lists_of_objects_made_in_sight_are_known(tmp_path: Path, program: str) -> None:
    text, left = migrated(tmp_path, {"program.py": HEAD + program + OF_TEAM})
    assert left == []
    assert {int(found) for found in re.findall(r"^    (\d+): ", text, re.M)} == {67890, 67900}
