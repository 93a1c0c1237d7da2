"""``map(int, texts)`` goes through the numbers that the texts are."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate

HEAD = """
import os

from dagster import Definitions
from dagster_dbt import DbtCloudClientResource, load_assets_from_dbt_cloud_job

cloud = DbtCloudClientResource(auth_token=os.environ["T"], account_id=12345)
"""
TAIL = """
assets = [load_assets_from_dbt_cloud_job(cloud, job_id) for job_id in JOBS]
defs = Definitions(assets=assets, resources={"dbt_cloud": cloud})
"""
MIGRATE = {
    "a variable": 'JOBS = list(map(int, os.environ["JOBS"].split(",")))\n',
    "a variable with a default": 'JOBS = tuple(map(int, os.getenv("JOBS", "67890").split(",")))\n',
    "at once": 'JOBS = map(int, os.environ["JOBS"].split(","))\n',
    "a list": 'JOBS = list(map(int, ["67890", "67891"]))\n',
    "numbers": "JOBS = sorted(map(int, (67890, 67891)))\n",
}
STAY = {
    "another int": 'def int(text):\n    return 67890\n\n\nJOBS = list(map(int, os.environ["JOBS"].split(",")))\n',
    "an int that is imported": 'from theirs import int\nJOBS = list(map(int, os.environ["JOBS"].split(",")))\n',
    "another map": 'from theirs import map\nJOBS = list(map(int, os.environ["JOBS"].split(",")))\n',
    "a star": 'from theirs import *\nJOBS = list(map(int, os.environ["JOBS"].split(",")))\n',
    "another function": 'JOBS = list(map(abs, [67890]))\n',
    "several at a time": 'JOBS = list(map(int, ["67890"], [16]))\n',
    "what is not known": "JOBS = list(map(int, input().split()))\n",
    "a list that is changed": 'JOBS = list(map(int, ["67890"]))\nprint(JOBS.sort(key=theirs))\nvars()["JOBS"].append(67891)\n',
}  # fmt: skip


@pytest.mark.parametrize("name", MIGRATE)
def test_the_numbers_are_known(tmp_path: Path, name: str) -> None:
    texts, _ = migrate(tmp_path, {"program.py": HEAD + MIGRATE[name] + TAIL}, env={"JOBS": "67890,67891"})
    assert MIGRATE[name] in texts["program.py"]
    assert "67890: {" in texts["program.py"]
    assert "legacy_shim" not in texts["program.py"]


@pytest.mark.parametrize("name", STAY)
def test_anything_else_is_not_known(tmp_path: Path, name: str) -> None:
    texts, _ = migrate(tmp_path, {"program.py": HEAD + STAY[name] + TAIL}, env={"JOBS": "67890,67891"})
    assert "DbtCloudWorkspace" not in texts["program.py"]
