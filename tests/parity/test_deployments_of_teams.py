"""How teams tell staging from production: each program runs before and after in each deployment, and nothing is untold."""

from __future__ import annotations

import pytest
from before_and_after import Bench
from test_deployments_run import CLOUD, DEFS, HEAD, in_each

WHERE = {"prod": {"WHERE": "prod"}, "staging": {"WHERE": "staging"}}
IDS = {"prod": {"A": "67890", "B": "67891"}, "staging": {"A": "67893", "B": "67893"}}
JOBS = {"prod": {67890}, "staging": {67893}}
LOAD = "load_assets_from_dbt_cloud_job"

ONE_JOB: dict[str, str | dict[str, str]] = {
    "chosen below the resource": HEAD
    + CLOUD
    + 'JOBS = {"prod": 67890, "staging": 67893}\n'
    + f'models = {LOAD}(cloud, JOBS[os.environ["WHERE"]])\n'
    + DEFS,
    "a class of settings": HEAD
    + """
class Settings:
    def __init__(self):
        self.where = os.environ["WHERE"]
        self.job_id = {"prod": 67890, "staging": 67893}[self.where]


settings = Settings()
"""
    + CLOUD
    + f"models = {LOAD}(cloud, settings.job_id)\n"
    + DEFS,
    "classes for each deployment": HEAD
    + """
class Prod:
    JOB = 67890


class Staging(Prod):
    JOB = 67893


config = {"prod": Prod, "staging": Staging}[os.environ["WHERE"]]
"""
    + CLOUD
    + f"models = {LOAD}(cloud, config.JOB)\n"
    + DEFS,
    "a function": HEAD
    + """
def job_of(where):
    if where == "prod":
        return 67890
    return 67893


"""
    + CLOUD
    + f'models = {LOAD}(cloud, job_of(os.environ["WHERE"]))\n'
    + DEFS,
    "a factory of definitions": HEAD
    + CLOUD
    + f"""
def build(where: str) -> Definitions:
    job_id = 67890 if where == "prod" else 67893
    return Definitions(assets=[{LOAD}(dbt_cloud=cloud, job_id=job_id)])


defs = build(os.environ["WHERE"])
""",
    "a resource that a function makes": HEAD
    + "def connect():\n    return "
    + CLOUD.removeprefix("cloud = ")
    + f'\n\nJOB = 67890 if os.environ["WHERE"] == "prod" else 67893\nmodels = {LOAD}(connect(), JOB)\n'
    + DEFS,
    "a dict of the deployment": HEAD
    + 'CONFIG = {\n    "prod": {"job": 67890, "group": "prod"},\n    "staging": {"job": 67893, "group": "staging"},\n}'
    + '\nHERE = CONFIG[os.getenv("WHERE", "staging")]\n'
    + CLOUD
    + f'models = {LOAD}(cloud, HERE["job"], node_info_to_group_fn=lambda node: HERE["group"])\n'
    + DEFS,
    "loaded in branches": HEAD
    + CLOUD
    + f'if os.environ["WHERE"] == "prod":\n    models = {LOAD}(cloud, 67890)\nelse:\n    models = {LOAD}(cloud, 67893)\n'
    + DEFS,
    "an enumeration and a choice by match": HEAD
    + """
from enum import Enum


class Job(Enum):
    prod = 67890
    staging = 67893


def job_of(where):
    match where:
        case "prod":
            return Job["prod"].value
        case _:
            return Job["staging"].value


"""
    + CLOUD
    + 'assert job_of(os.environ["WHERE"]) == Job[os.environ["WHERE"]].value\n'
    + f'models = {LOAD}(cloud, Job[os.environ["WHERE"]].value)\n'
    + DEFS,
    "two files and a package of settings": {
        "settings/__init__.py": "from .jobs import JOB_ID\n",
        "settings/jobs.py": 'import os\n\nJOB_ID = {"prod": 67890, "staging": 67893}[os.environ["WHERE"]]\n',
        "resources.py": HEAD + CLOUD,
        "definitions.py": f"from dagster import Definitions\nfrom dagster_dbt import {LOAD}\nimport settings\n"
        f"from resources import cloud\n\nmodels = {LOAD}(cloud, settings.JOB_ID)\n" + DEFS,
    },
}
SEVERAL_JOBS: dict[str, str] = {
    "a loop over distinct ids": f'ids = sorted({{int(os.environ["A"]), int(os.environ["B"])}})\n'
    f"models = [{LOAD}(cloud, i) for i in ids]\n",
    "a factory": f"def make(resource, job_id):\n    return {LOAD}(resource, int(job_id))\n\n\n"
    'models = [make(cloud, os.environ["A"])]\n',
    "two loads": f'models = [{LOAD}(cloud, int(os.environ["A"]))]\n'
    f'if os.environ["A"] != os.environ["B"]:\n    models.append({LOAD}(cloud, int(os.environ["B"])))\n',
    "lists of each deployment": 'JOBS = {"67890": [67890, 67891], "67893": [67893]}[os.environ["A"]]\n'
    f"models = []\nfor job_id in JOBS:\n    models.append({LOAD}(cloud, job_id))\n",
}


@pytest.mark.parametrize("name", ONE_JOB)
def test_each_deployment_runs_its_job(bench: Bench, name: str) -> None:
    done = in_each(bench, ONE_JOB[name], WHERE, "materialize:all")
    for deployment, (before, after) in done.sides.items():
        assert {number for number, _ in before.commands} == JOBS[deployment]
        assert {number for number, _ in after.commands} == JOBS[deployment], done.migration.now()
        assert sorted(after.nodes) == sorted(before.nodes)
        assert after.each("group") == before.each("group")


@pytest.mark.parametrize("name", SEVERAL_JOBS)
def test_each_deployment_runs_its_jobs(bench: Bench, name: str) -> None:
    program = HEAD + CLOUD + SEVERAL_JOBS[name] + "defs = Definitions(assets=models)\n"
    done = in_each(bench, program, IDS, "materialize:all", change=apart)
    for _, (before, after) in done.sides.items():
        assert sorted(after.nodes) == sorted(before.nodes), done.migration.now()


def apart(cloud: object) -> None:
    """Jobs 67890 and 67891 build other models."""
    cloud.jobs[67890]["execute_steps"] = ["dbt build --select tag:daily"]  # type: ignore[attr-defined]
