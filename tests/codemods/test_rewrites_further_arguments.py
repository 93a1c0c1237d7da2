"""``def made(*ids)``: a loop goes through what the calls give, where these are all and write each argument."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate

HEAD = """
import functools
import os

from dagster import Definitions
from dagster_dbt import DbtCloudClientResource, load_assets_from_dbt_cloud_job

cloud = DbtCloudClientResource(auth_token=os.environ["T"], account_id=12345)

"""
TAIL = '\ndefs = Definitions(assets=assets, resources={"dbt_cloud": cloud})\n'
LOADS = "    return [load_assets_from_dbt_cloud_job(cloud, one) for one in ids]\n\n\n"
MADE = "def made(*ids):\n" + LOADS
BOTH = (67890, 67891)
MIGRATE = {
    "one call": (MADE + "assets = made(67890, 67891)\n", BOTH),
    "two calls": (MADE + "assets = [*made(67890), *made(67891)]\n", BOTH),
    "behind others": ("def made(group, *ids):\n" + LOADS + 'assets = made("g", 67890, 67891)\n', BOTH),
    "a name of the module that is called so too": ("ids = [67891]\n\n\n" + MADE + "assets = made(67890)\n", (67890,)),
    "or others": ("def made(*ids):\n    if not ids:\n        ids = (67890,)\n" + LOADS + "assets = made(67891)\n", BOTH),
    "a name of the module beside a parameter": (
        "ids = [67890]\n\n\ndef other(*ids):\n    return ids\n\n\ndef made():\n" + LOADS + "assets = made()\n",
        (67890,),
    ),
}  # fmt: skip
STAY = {
    "a list that is spread": "JOBS = [67891]\n\n\n" + MADE + "assets = made(*JOBS)\n",
    "something spread before": MADE + "assets = made(*[], 67891)\n",
    "another name for it": MADE + "again = made\nassets = again(67890) if os.getenv('N') else made(67891)\n",
    "a partial": MADE + "assets = functools.partial(made, 67891)()\n",
    "a decorator": "def deco(f):\n    return lambda *ids: f(67890)\n\n\n@deco\n" + MADE + "assets = made(67891)\n",
    "a method": "class Team:\n    def made(self, *ids):\n        return [load_assets_from_dbt_cloud_job(cloud, one) for one in ids]\n\n\n"
    "assets = Team().made(67891)\n",
    "a part of them": "def made(*ids):\n    return [load_assets_from_dbt_cloud_job(cloud, one) for one in ids[1:]]\n\n\nassets = made(67890, 67891)\n",
    "what a star of a loop takes, or others": "for first, *ids in [(1, 67891)]:\n    if not ids:\n        ids = (67890,)\n"
    "assets = [load_assets_from_dbt_cloud_job(cloud, one) for one in ids]\n",
    "what a match takes, or others": "match [1, 67891]:\n    case [first, *ids]:\n        if not ids:\n            ids = (67890,)\n"
    "assets = [load_assets_from_dbt_cloud_job(cloud, one) for one in ids]\n",
    "what is given by name, or others": "def made(**ids):\n    if not ids:\n        ids = {67890: 1}\n" + LOADS + "assets = made(a=67891)\n",
}  # fmt: skip


@pytest.mark.parametrize("name", MIGRATE)
def test_the_arguments_are_known(tmp_path: Path, name: str) -> None:
    program, jobs = MIGRATE[name]
    texts, _ = migrate(tmp_path, {"program.py": HEAD + program + TAIL})
    assert [job for job in BOTH if f"    {job}: {{" in texts["program.py"]] == list(jobs)
    assert "legacy_shim" not in texts["program.py"]


@pytest.mark.parametrize("name", STAY)
def test_they_are_not_known(tmp_path: Path, name: str) -> None:
    texts, _ = migrate(tmp_path, {"program.py": HEAD + STAY[name] + TAIL})
    assert "DbtCloudWorkspace" not in texts["program.py"]
