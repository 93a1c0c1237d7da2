"""Where an id may be None, and the code asks for that before it loads, None is no job."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate

from legacy_shim.codemods.facts.deployments import Deployment

HEAD = """
import os
from dataclasses import dataclass

from dagster import Definitions
from dagster_dbt import DbtCloudClientResource, load_assets_from_dbt_cloud_job

cloud = DbtCloudClientResource(auth_token=os.environ["T"], account_id=12345)
ENV = os.environ.get("ENV", "prod")
OTHER = os.environ.get("OTHER")
JOB = 67891 if ENV == "prod" else None
"""
TAIL = '\ndefs = Definitions(assets=assets, resources={"dbt_cloud": cloud})\n'
LOAD = "load_assets_from_dbt_cloud_job(cloud, JOB)"
MIGRATE = {
    "by its truth": f"assets = [{LOAD}] if JOB else []\n",
    "by is not": f"assets = []\nif JOB is not None:\n    assets = [{LOAD}]\n",
    "and something else": f"assets = [{LOAD}] if JOB and not OTHER else []\n",
    "the other way round": f"assets = [] if JOB is None else [{LOAD}]\n",
    "in a loop": "assets = []\nfor job in (67890, None, 67891):\n    if job is None:\n        continue\n"
    "    assets.append(load_assets_from_dbt_cloud_job(cloud, job))\n",
    "in a comprehension": "assets = [load_assets_from_dbt_cloud_job(cloud, job) for job in (67890, None) if job]\n",
    "in a function": "def made(job):\n    if not job:\n        return []\n    return [load_assets_from_dbt_cloud_job(cloud, job)]\n\n\n"
    "assets = made(JOB)\n",
    "by a name of its own": "assets = []\nif job := JOB:\n    assets = [load_assets_from_dbt_cloud_job(cloud, job)]\n",
    "from a dict": f'JOB = {{"prod": 67890, "next": 67891}}.get(ENV)\nassets = [{LOAD}] if JOB else []\n',
    "a field": "@dataclass\nclass Settings:\n    job: int | None\n\n\nSETTINGS = Settings(67891) if ENV == 'prod' else Settings(None)\n"
    "assets = [load_assets_from_dbt_cloud_job(cloud, SETTINGS.job)] if SETTINGS.job else []\n",
}  # fmt: skip
STAY = {
    "not asked": f"assets = [{LOAD}]\n",
    "something else is asked": f"assets = [{LOAD}] if OTHER else []\n",
    "either is enough": f"assets = [{LOAD}] if JOB or OTHER else []\n",
    "asked wrongly": f"assets = [{LOAD}] if not JOB else []\n",
    "asked after it": f"assets = [{LOAD}]\nif not JOB:\n    assets = []\n",
    "asked outside of the function": "def made(job):\n    return [load_assets_from_dbt_cloud_job(cloud, job)]\n\n\nassets = made(JOB) if JOB else []\n",
    "another of the loop": 'assets = [load_assets_from_dbt_cloud_job(cloud, job) for name, job in [("a", 67890), ("b", None)] if name]\n',
    "asked in passing": f"assets = []\nif not JOB:\n    print(OTHER)\nassets = [{LOAD}]\n",
    "from a dict, not asked": f'JOB = {{"prod": 67890, "next": 67891}}.get(ENV)\nassets = [{LOAD}]\n',
    "from a dict that is changed": f'JOBS = {{"prod": 67890}}\nJOBS.update(json())\nJOB = JOBS.get(ENV)\nassets = [{LOAD}] if JOB else []\n',
    "popped from a dict": f'JOB = {{"prod": 67890, "next": 67891}}.pop(ENV)\nassets = [{LOAD}] if JOB else []\n',
}  # fmt: skip


@pytest.mark.parametrize("name", MIGRATE)
def test_none_is_no_job(tmp_path: Path, name: str) -> None:
    texts, report = migrate(tmp_path, {"program.py": HEAD + MIGRATE[name] + TAIL})
    assert "legacy_shim" not in texts["program.py"]
    assert "LDC402" not in {one.code for one in report.findings}


@pytest.mark.parametrize("name", STAY)
def test_it_may_be_none_where_it_is_loaded(tmp_path: Path, name: str) -> None:
    texts, _ = migrate(tmp_path, {"program.py": HEAD + STAY[name] + TAIL})
    assert "DbtCloudWorkspace" not in texts["program.py"]


@pytest.mark.parametrize("name", ["by its truth", "by is not", "from a dict", "in a function"])
def test_a_deployment_without_a_job_has_none(tmp_path: Path, name: str) -> None:
    deployments = (Deployment("prod", {"ENV": "prod"}), Deployment("dev", {"ENV": "dev"}))
    texts, _ = migrate(tmp_path, {"program.py": HEAD + MIGRATE[name] + TAIL}, deployments=deployments)
    assert "legacy_shim" not in texts["program.py"]
    assert "@dbt_cloud_assets(" in texts["program.py"]
