"""Dagster gives a load that stays what is bound to its key, whichever resource it was loaded with: that stays with it."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate

HEAD = """
import os
import random

from dagster import Definitions, job, op
from dagster_dbt import DbtCloudClientResource, load_assets_from_dbt_cloud_job

running = DbtCloudClientResource(auth_token="t", account_id=12345)
loading = DbtCloudClientResource(auth_token="t", account_id=12345)
"""
JOB = "JOB = random.choice([67890])\n"
LOAD = "finance = load_assets_from_dbt_cloud_job(loading, JOB)\n"
STAY = {
    "a job that cannot be determined": JOB + LOAD + 'defs = Definitions(assets=[finance], resources={"dbt_cloud": running})\n',
    "assets that are led away": "JOB = 67890\n" + LOAD + "print(random.choice([finance]))\n"
    'defs = Definitions(assets=[finance], resources={"dbt_cloud": running})\n',
    "a load that is to be kept": "JOB = 67890\n" + LOAD.replace(")\n", ")  # legacy-shim: keep\n")
    + 'defs = Definitions(assets=[finance], resources={"dbt_cloud": running})\n',
    "definitions that are merged": JOB
    + "def loads():\n    return Definitions(assets=[load_assets_from_dbt_cloud_job(loading, JOB)])\n\n\n"
    'defs = Definitions.merge(loads(), Definitions(resources={"dbt_cloud": running}))\n',
    "a dict of resources": JOB + LOAD + 'RESOURCES = {"dbt_cloud": running}\n'
    "defs = Definitions(assets=[finance], resources=RESOURCES)\n",
}  # fmt: skip
MIGRATE = {
    "another key": JOB + LOAD + "\n@op\ndef go(dbt: DbtCloudClientResource):\n    dbt.get_dbt_client().run_job_and_poll(67890)\n"
    '\n\ndefs = Definitions(assets=[finance], resources={"dbt": running})\n',
    "a load that migrates": "JOB = 67890\n" + LOAD + 'defs = Definitions(assets=[finance], resources={"dbt_cloud": running})\n',
}  # fmt: skip


@pytest.mark.parametrize("name", STAY)
def test_what_is_bound_stays_with_the_load(tmp_path: Path, name: str) -> None:
    texts, report = migrate(tmp_path, {"program.py": HEAD + STAY[name]})
    assert "DbtCloudWorkspace" not in texts["program.py"]
    said = [one.message for one in report.findings if one.code == "LDC308" and one.place.line == 7]
    assert len(said) == 1
    assert 'it is bound to "dbt_cloud", and Dagster gives it to the load at' in said[0]


@pytest.mark.parametrize("name", MIGRATE)
def test_what_a_load_does_not_get_migrates(tmp_path: Path, name: str) -> None:
    texts, _ = migrate(tmp_path, {"program.py": HEAD + MIGRATE[name]})
    assert "running = DbtCloudWorkspace(" in texts["program.py"]


def test_a_load_of_a_file_that_nothing_imports_gets_what_is_bound_anywhere(tmp_path: Path) -> None:
    files = {
        "loads.py": "import random\nfrom dagster_dbt import DbtCloudClientResource, load_assets_from_dbt_cloud_job\n\n"
        'loading = DbtCloudClientResource(auth_token="t", account_id=12345)\n' + JOB + LOAD,
        "definitions.py": "from importlib import import_module\nfrom dagster import Definitions, load_assets_from_modules\n"
        "from dagster_dbt import DbtCloudClientResource\n\n"
        'running = DbtCloudClientResource(auth_token="t", account_id=12345)\n'
        'defs = Definitions(load_assets_from_modules([import_module(input())]), resources={"dbt_cloud": running})\n',
    }
    texts, _ = migrate(tmp_path, files)
    assert all("DbtCloudWorkspace" not in text for text in texts.values())


def test_a_load_of_another_code_location_keeps_nothing_here(tmp_path: Path) -> None:
    one = HEAD + JOB + LOAD + 'defs = Definitions(assets=[finance], resources={"dbt_cloud": loading})\n'
    other = (
        HEAD
        + 'defs = Definitions(jobs=[], resources={"dbt_cloud": running})\n'
        + (
            "\n\n@op\ndef go(dbt_cloud: DbtCloudClientResource):\n    dbt_cloud.get_dbt_client().run_job_and_poll(67890)\n"
        )
    )
    texts, _ = migrate(tmp_path, {"one.py": one, "other.py": other})
    assert "loading = DbtCloudClientResource(" in texts["one.py"]
    assert "running = DbtCloudWorkspace(" in texts["other.py"]


OTHERS = {
    "another token": 'DbtCloudClientResource(auth_token="another", account_id=12345)',
    "the token of another variable": 'DbtCloudClientResource(auth_token=EnvVar("OTHER"), account_id=12345)',
    "another host": 'DbtCloudClientResource(auth_token=EnvVar("TOKEN"), account_id=12345, dbt_cloud_host="https://emea.dbt.com")',
}
ALIKE = {
    "the same variable": 'DbtCloudClientResource(auth_token=os.environ["TOKEN"], account_id=12345)',
    "a dict": 'dbt_cloud_resource.configured({"auth_token": {"env": "TOKEN"}, "account_id": int(os.environ["ACCOUNT"])})',
    "the host of dbt Cloud": 'DbtCloudClientResource(auth_token=EnvVar("TOKEN"), account_id=12345, dbt_cloud_host="https://cloud.getdbt.com/")',
}
BOUND = """
import os

from dagster import Definitions, EnvVar
from dagster_dbt import DbtCloudClientResource, dbt_cloud_resource, load_assets_from_dbt_cloud_job

loading = DbtCloudClientResource(auth_token=EnvVar("TOKEN"), account_id=12345)
finance = load_assets_from_dbt_cloud_job(loading, 67890)
defs = Definitions(assets=[finance], resources={"dbt_cloud": BOUND})
"""


@pytest.mark.parametrize("name", OTHERS)
def test_assets_that_run_with_other_credentials_stay(tmp_path: Path, name: str) -> None:
    texts, report = migrate(tmp_path, {"program.py": BOUND.replace("BOUND", OTHERS[name])})
    assert "DbtCloudWorkspace" not in texts["program.py"]
    said = [one.message for one in report.findings if one.code == "LDC302"]
    assert "its assets run with the resource that is bound to `dbt_cloud`" in said[0]


@pytest.mark.parametrize("name", ALIKE)
def test_assets_that_run_with_the_same_credentials_migrate(tmp_path: Path, name: str) -> None:
    texts, _ = migrate(tmp_path, {"program.py": BOUND.replace("BOUND", ALIKE[name])})
    assert "legacy_shim" not in texts["program.py"]
