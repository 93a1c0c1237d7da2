"""A workspace that is written beside one of the tree names the same job: v2 keeps one state for each environment."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate

LEGACY = """
from dagster_dbt import dbt_cloud_resource, load_assets_from_dbt_cloud_job

cloud = dbt_cloud_resource.configured({"auth_token": {"env": "DBT_CLOUD_API_TOKEN"}, "account_id": 12345})
assets = load_assets_from_dbt_cloud_job(dbt_cloud=cloud, job_id=67890)
"""
WORKSPACE = """
import os

from dagster_dbt.cloud_v2 import DbtCloudCredentials, DbtCloudWorkspace

workspace = DbtCloudWorkspace(
    credentials=DbtCloudCredentials(12345, os.environ["TOKEN"], "https://cloud.getdbt.com"),
    project_id=11,
    environment_id=%s,%s
)
"""
MAIN = """
from dagster import Definitions
from first import *
from second import *

defs = Definitions()
"""


def _second(tmp_path: Path, workspace: str) -> tuple[str, list[str]]:
    files = {"first.py": workspace, "second.py": LEGACY, "main.py": MAIN}
    texts, report = migrate(tmp_path, files)
    return texts["second.py"], [f"{finding.code} {finding.message}" for finding in report.findings]


def _name(text: str) -> list[str]:
    return [line.split('"')[1] for line in text.splitlines() if "adhoc_job_name" in line]


def test_units_that_migrate_one_after_the_other_share_the_job_of_the_first(tmp_path: Path) -> None:
    other = LEGACY.replace("67890", "67891")
    texts, _ = migrate(tmp_path, {"first.py": other})
    text, said = _second(tmp_path, texts["first.py"])
    assert _name(texts["first.py"]) == _name(text) == ["Hourly"]
    assert any("the commands of job 67890 run in job 67891 (Hourly)" in line for line in said)


@pytest.mark.parametrize(
    ("environment", "name", "named"),
    [
        (22, '\n    adhoc_job_name="Hourly",', ["Hourly"]),
        (22, '\n    adhoc_job_name="Nightly",', ["Nightly"]),
        (22, "", []),
        (23, '\n    adhoc_job_name="Hourly",', ["Nightly"]),
        (23, "", ["Nightly"]),
    ],
)
def test_the_job_is_that_of_a_workspace_of_the_same_environment(
    tmp_path: Path, environment: int, name: str, named: list[str]
) -> None:
    text, said = _second(tmp_path, WORKSPACE % (environment, name))
    assert _name(text) == named
    beside = "the workspace of its environment at first.py:5 runs in a job that Dagster creates"
    assert any(line.startswith("LDC203") and beside in line for line in said) == (not named)


def test_a_job_that_the_facts_do_not_have_is_asked_for(tmp_path: Path) -> None:
    text, said = _second(tmp_path, WORKSPACE % (22, '\n    adhoc_job_name="By hand",'))
    assert "load_assets_from_dbt_cloud_job" in text
    assert any("first.py:5 runs in the job 'By hand' of the same environment" in line for line in said)


def test_a_row_of_a_table_says_it_too(tmp_path: Path) -> None:
    table = (
        'DBT_CLOUD_JOBS = {67891: {"environment_id": 22, "name": "Hourly"}}\nrow = DBT_CLOUD_JOBS[67891]\n'
    )
    reads = WORKSPACE % ('row["environment_id"]', '\n    adhoc_job_name=row["name"],')
    text, _ = _second(tmp_path, table + reads)
    assert _name(text) == ["Hourly"]


BEHIND_NAMES = {
    "constants": ("ENVIRONMENT = 22\nNAME = 'Hourly'\n", "ENVIRONMENT", "NAME"),
    "a class of settings": ("class Cloud:\n    environment = 22\n    job = 'Hourly'\n", "Cloud.environment", "Cloud.job"),
    "a default": ("import os\nNAME = os.getenv('DBT_JOB_NAME', 'Hourly')\n", "22", "NAME"),
    "a dict": ("CLOUD = {'environment': 22, 'job': 'Hourly'}\n", "CLOUD['environment']", "CLOUD['job']"),
    "a row of its own form": ("JOBS = {67891: dict(environment_id=22, name='Hourly')}\nrow = JOBS[67891]\n", "row['environment_id']", "row['name']"),
    "a row with a column of theirs": ("JOBS = {67891: {'environment_id': 22, 'name': 'Hourly', 'owner': 'a'}}\nrow = JOBS[67891]\n", "row['environment_id']", "row['name']"),
    "a row that is set": ("JOBS = {}\nJOBS[67891] = {'environment_id': 22, 'name': 'Hourly'}\nrow = JOBS[67891]\n", "row['environment_id']", "row['name']"),
}  # fmt: skip


@pytest.mark.parametrize("case", BEHIND_NAMES)
def test_what_a_workspace_says_may_stand_behind_a_name(tmp_path: Path, case: str) -> None:
    before, environment, name = BEHIND_NAMES[case]
    text, _ = _second(tmp_path, before + WORKSPACE % (environment, f"\n    adhoc_job_name={name},"))
    assert _name(text) == ["Hourly"]


@pytest.mark.parametrize(
    "other", ["67890", "{}", "[]", "dict()", "other(1)", '{"name": "Hourly"}', "{**other}"]
)
def test_what_stands_under_the_number_of_a_job_need_not_be_a_row(tmp_path: Path, other: str) -> None:
    table = f"JOBS = {{67890: {other}, 67891: {other}}}\nJOBS[67890] = {other}\n"
    text, _ = _second(tmp_path, table + WORKSPACE % (22, '\n    adhoc_job_name="Hourly",'))
    assert _name(text) == ["Hourly"]


def test_parameters_of_a_function_say_it_too(tmp_path: Path) -> None:
    body = WORKSPACE.replace("project_id=11", "project_id=project").replace(
        "%s,%s", "environment, adhoc_job_name=name,"
    )
    head, _, made = body.partition("workspace = ")
    text, _ = _second(
        tmp_path,
        f"{head}def make(project, environment, name):\n    return {made.strip()}\n\nworkspace = make(11, 22, 'Hourly')\n",
    )
    assert _name(text) == ["Hourly"]


def test_a_workspace_of_a_test_says_nothing_of_the_code(tmp_path: Path) -> None:
    files = {"test_jobs.py": "from defs import assets\n" + WORKSPACE % (22, ""), "defs.py": LEGACY}
    texts, _ = migrate(tmp_path, files)
    assert _name(texts["defs.py"]) == ["Nightly"]
