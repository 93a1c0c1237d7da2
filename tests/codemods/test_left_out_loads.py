"""A deployment that does not set the variable of a job id needs none where the code does without it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from rewriting import migrate

from legacy_shim.codemods.facts.deployments import Deployment
from legacy_shim.codemods.facts.jobs import Facts

HEAD = """
import os

from dagster import *
from dagster_dbt import DbtCloudClientResource, load_assets_from_dbt_cloud_job

cloud = DbtCloudClientResource(auth_token=os.environ["DBT_CLOUD_API_TOKEN"], account_id=12345)
assets = []
"""
PROD = Deployment("prod", {"JOB": "67890"})
STAGING = Deployment("staging", {"JOB": "67891"})
DEV = Deployment("dev", {"OTHER": "1"})
WITHOUT: dict[str, str] = {
    "is not None": """
if (job := os.environ.get("JOB")) is not None:
    assets.append(load_assets_from_dbt_cloud_job(cloud, int(job)))
""",
    "truth": """
job = os.getenv("JOB")
if job:
    assets.append(load_assets_from_dbt_cloud_job(cloud, int(job)))
""",
    "else": """
job = os.getenv("JOB")
if not job:
    print("no dbt here")
else:
    assets.append(load_assets_from_dbt_cloud_job(cloud, int(job)))
""",
    "in os.environ": """
if "JOB" in os.environ:
    assets.append(load_assets_from_dbt_cloud_job(cloud, int(os.environ["JOB"])))
""",
    "a conditional expression": """
assets += [load_assets_from_dbt_cloud_job(cloud, int(os.environ["JOB"]))] if "JOB" in os.environ else []
""",
    "and": """
if os.getenv("OTHER") != "1" and os.getenv("JOB"):
    assets.append(load_assets_from_dbt_cloud_job(cloud, int(os.environ["JOB"])))
""",
    "return": """
def dbt_assets():
    job = os.getenv("JOB")
    if job is None:
        return []
    return [load_assets_from_dbt_cloud_job(cloud, int(job))]

assets += dbt_assets()
""",
}
"""Code that does not need the variable."""
BY_TABLE: dict[str, str] = {
    "None in a table": """
job = {"67890": 67890, "67891": 67891}.get(os.getenv("JOB", ""))
if job is not None:
    assets.append(load_assets_from_dbt_cloud_job(cloud, job))
""",
    "None by a pattern": """
match os.getenv("JOB", "none"):
    case "67890":
        job = 67890
    case "67891":
        job = 67891
    case _:
        job = None
if job:
    assets.append(load_assets_from_dbt_cloud_job(cloud, job))
""",
}
HANDLED: dict[str, str] = {
    "a handler": """
try:
    JOB = int(os.environ["JOB"])
except KeyError:
    JOB = 67891
assets.append(load_assets_from_dbt_cloud_job(cloud, JOB))
""",
    "a handler of several errors in a function": """
def job_id():
    try:
        return int(os.environ["JOB"])
    except (KeyError, ValueError):
        return 67891

assets.append(load_assets_from_dbt_cloud_job(cloud, job_id()))
""",
}
"""Code that has another job then."""
NEEDED: dict[str, str] = {
    "no test": 'assets.append(load_assets_from_dbt_cloud_job(cloud, int(os.environ["JOB"])))\n',
    "a test of something else": """
if os.getenv("OTHER"):
    assets.append(load_assets_from_dbt_cloud_job(cloud, int(os.environ["JOB"])))
""",
    "or": """
if os.getenv("OTHER") or os.getenv("JOB"):
    assets.append(load_assets_from_dbt_cloud_job(cloud, int(os.environ["JOB"])))
""",
    "a test that goes on": """
if not os.getenv("JOB"):
    print("no dbt here")
assets.append(load_assets_from_dbt_cloud_job(cloud, int(os.environ["JOB"])))
""",
    "a test with a default": """
if os.getenv("JOB", "1"):
    assets.append(load_assets_from_dbt_cloud_job(cloud, int(os.environ["JOB"])))
""",
    "a handler of something else": """
try:
    JOB = int(os.environ["JOB"])
except ValueError:
    JOB = 67891
assets.append(load_assets_from_dbt_cloud_job(cloud, JOB))
""",
}


def _said(tmp_path: Path, program: str) -> tuple[str, list[str]]:
    text = f"{HEAD}{program}\ndefs = Definitions(assets=assets)\n"
    texts, report = migrate(tmp_path, {"defs.py": text}, deployments=(PROD, DEV))
    return texts["defs.py"], [one.message for one in report.findings if one.code == "LDC402"]


@pytest.mark.parametrize("case", WITHOUT)
def test_a_deployment_needs_no_variable_that_the_code_does_without(tmp_path: Path, case: str) -> None:
    text, said = _said(tmp_path, WITHOUT[case])
    assert "legacy_shim" not in text
    assert said == []
    # A deployment that nobody gave may have another job there: the code says so when it loads.
    assert "raise ValueError(" in text


@pytest.mark.parametrize("case", WITHOUT)
def test_facts_that_come_later_make_the_same_of_it(tmp_path: Path, case: str) -> None:
    text = f"{HEAD}{WITHOUT[case]}\ndefs = Definitions(assets=assets)\n"
    once, _ = migrate(tmp_path / "once", {"defs.py": text}, deployments=(PROD, DEV))
    first, _ = migrate(tmp_path / "steps", {"defs.py": text}, facts=Facts(()), deployments=(PROD, DEV))
    assert "missing_fact" in first["defs.py"]
    assert migrate(tmp_path / "steps", first, deployments=(PROD, DEV))[0] == once


@pytest.mark.parametrize("case", [*WITHOUT, *BY_TABLE])
def test_rows_are_looked_up_where_the_assets_are_loaded_alone(tmp_path: Path, case: str) -> None:
    program = {**WITHOUT, **BY_TABLE}[case]
    text = f"{HEAD}{program}\ndefs = Definitions(assets=assets)\n"
    deployments = (PROD, STAGING, DEV)
    texts, report = migrate(tmp_path, {"defs.py": text}, deployments=deployments)
    assert "DBT_CLOUD_JOBS" in texts["defs.py"]
    assert _looked_up_at_once(texts["defs.py"]) == []
    assert not any("dev" in one.message for one in report.findings if one.code in ("LDC214", "LDC402"))
    # A deployment that nobody gave may leave it out as well.
    known, _ = migrate(tmp_path, {"defs.py": text}, deployments=(PROD, STAGING))
    assert _looked_up_at_once(known["defs.py"]) == []


def test_rows_are_looked_up_beside_the_workspace_where_each_deployment_has_one(tmp_path: Path) -> None:
    text = f"{HEAD}{NEEDED['no test']}\ndefs = Definitions(assets=assets)\n"
    texts, _ = migrate(tmp_path, {"defs.py": text}, deployments=(PROD, STAGING))
    assert _looked_up_at_once(texts["defs.py"]) == ["dbt_job"]


def _looked_up_at_once(text: str) -> list[str]:
    """The names at the top of a file that hold the row of a job."""
    return [
        ast.unparse(statement.targets[0])
        for statement in ast.parse(text).body
        if isinstance(statement, ast.Assign) and "dbt_cloud_facts(" in ast.unparse(statement.value)
    ]


@pytest.mark.parametrize("case", HANDLED)
def test_a_deployment_has_the_job_that_the_code_takes_without_the_variable(tmp_path: Path, case: str) -> None:
    _, said = _said(tmp_path, HANDLED[case])
    assert said == []


@pytest.mark.parametrize("case", NEEDED)
def test_a_deployment_is_told_to_set_a_variable_that_the_code_needs(tmp_path: Path, case: str) -> None:
    _, said = _said(tmp_path, NEEDED[case])
    assert said == ["set JOB in deployment dev"]


def test_a_variable_that_the_code_sets_itself_is_no_unset_one(tmp_path: Path) -> None:
    program = 'os.environ.setdefault("JOB", "67891")\n' + WITHOUT["truth"]
    text, _ = _said(tmp_path, program)
    assert "load_assets_from_dbt_cloud_job" in text


def test_the_variable_that_is_set_is_not_the_one_that_lacks(tmp_path: Path) -> None:
    program = """
for team in ("A", "B"):
    assets.append(load_assets_from_dbt_cloud_job(cloud, int(os.environ[f"JOB_{team}"])))
"""
    text = f"{HEAD}{program}\ndefs = Definitions(assets=assets)\n"
    deployments = (
        Deployment("prod", {"JOB_A": "67890", "JOB_B": "67891"}),
        Deployment("dev", {"JOB_A": "67891"}),
    )
    _, report = migrate(tmp_path, {"defs.py": text}, deployments=deployments)
    (said,) = {one.message for one in report.findings if one.code == "LDC402"}
    asked = 'set each variable that `int(os.environ[f"JOB_{team}"])` may read, and not JOB_A alone, in deployment dev'
    assert said == asked
