"""A table whose last facts come after developers have edited what reads it: no column goes that something still reads."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import FACTS, migrate

from legacy_shim.codemods.facts.deployments import Deployment
from legacy_shim.codemods.facts.jobs import Facts

PROGRAM = """
import os

from dagster import Definitions
from dagster_dbt import dbt_cloud_resource, load_assets_from_dbt_cloud_job

cloud = dbt_cloud_resource.configured({"auth_token": {"env": "DBT_CLOUD_API_TOKEN"}, "account_id": 12345})
models = load_assets_from_dbt_cloud_job(cloud, int(os.environ["JOB"]))
defs = Definitions(assets=[models])
"""
DEPLOYMENTS = (Deployment("prod", {"JOB": "67890"}), Deployment("dev", {"JOB": "67891"}))
Pairs = tuple[tuple[str, str], ...]
SEEN: dict[str, Pairs] = {
    "nothing": (),
    "other names": (("dbt_job", "facts"), ("DBT_CLOUD_JOBS", "JOBS")),
    "a comment": (("dbt_job = ", "# of the deployment\ndbt_job = "),),
}
READ_OTHERWISE: dict[str, Pairs] = {
    "the function, called for each": (("dbt_job = dbt_cloud_facts(job_id)\n", ""), ("dbt_job[", "dbt_cloud_facts(job_id)[")),
    "the row, by its method": (("defs = ", 'PROJECT = dbt_job.get("project_id")\ndefs = '),),
    "the row, handed to a function": (("defs = ", "ROW = dict(dbt_job)\ndefs = "),),
    "the row, by a computed key": (("defs = ", 'PLACE = [dbt_job[key] for key in ("project_id",)]\ndefs = '),),
    "the table": (("defs = ", 'PROJECTS = {row["project_id"] for row in DBT_CLOUD_JOBS.values()}\ndefs = '),),
}  # fmt: skip


def _filled(tmp_path: Path, pairs: Pairs, more: dict[str, str] | None = None) -> tuple[str, str]:
    """The program before the last facts, and after."""
    texts, _ = migrate(tmp_path, {"defs.py": PROGRAM}, facts=Facts(FACTS.jobs[:1]), deployments=DEPLOYMENTS)
    text = texts["defs.py"]
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    texts, _ = migrate(tmp_path, {"defs.py": text, **(more or {})}, deployments=DEPLOYMENTS)
    assert "missing_row" in text and "missing_row" not in texts["defs.py"]
    return text, texts["defs.py"]


@pytest.mark.parametrize("case", SEEN)
def test_a_column_that_says_the_same_of_all_is_written_where_it_is_read(tmp_path: Path, case: str) -> None:
    before, after = _filled(tmp_path, SEEN[case])
    assert '"project_id"' in before and '"project_id"' not in after
    assert "project_id=11" in after


@pytest.mark.parametrize("case", READ_OTHERWISE)
def test_a_table_that_is_read_in_another_way_keeps_its_columns(tmp_path: Path, case: str) -> None:
    _, after = _filled(tmp_path, READ_OTHERWISE[case])
    assert after.count('"project_id": 11') == 2


def test_a_table_that_another_file_imports_keeps_its_columns(tmp_path: Path) -> None:
    other = {"other.py": "from defs import DBT_CLOUD_JOBS\n\nprint(DBT_CLOUD_JOBS)\n"}
    _, after = _filled(tmp_path, (), other)
    assert after.count('"project_id": 11') == 2
