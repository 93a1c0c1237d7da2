"""A job that is added to migrated code: the row that its table needs is named, or why a row is not enough."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from rewriting import FACTS, NIGHTLY, migrate

from legacy_shim.codemods.facts.jobs import Facts, Job

PROGRAM = """
from dagster import Definitions
from dagster_dbt import DbtCloudClientResource, load_assets_from_dbt_cloud_job

JOBS = {"core": 67890, "finance": 67891}
cloud = DbtCloudClientResource(auth_token="t", account_id=12345)
defs = Definitions(assets=[load_assets_from_dbt_cloud_job(cloud, job) for job in JOBS.values()])
"""
HR = replace(NIGHTLY, id=67892, name="HR", execute_steps=("dbt build --select tag:hr",))


def added(folder: Path, *jobs: Job) -> tuple[str, list[str]]:
    """The migrated program with one more job, and what a second migration says of it."""
    once, _ = migrate(folder, {"program.py": PROGRAM})
    more = once["program.py"].replace('"finance": 67891}', '"finance": 67891, "hr": 67892}')
    return more, told(folder, more, *jobs)


def told(folder: Path, text: str, *jobs: Job) -> list[str]:
    _, report = migrate(folder, {"program.py": text}, facts=Facts((*FACTS.jobs, *jobs)))
    return [each.message for each in report.findings if each.code == "LDC404"]


def test_the_row_that_is_lacking_is_named_and_is_enough(tmp_path: Path) -> None:
    text, (said,) = added(tmp_path, HR)
    found = re.search(r"add the row `(67892: .*)` to `DBT_CLOUD_JOBS`", said)
    assert found is not None, said
    assert '"select": "tag:hr"' in found[1]
    row = f"DBT_CLOUD_JOBS = {{\n    {found[1]},"
    assert told(tmp_path, text.replace("DBT_CLOUD_JOBS = {", row), HR) == []


def test_a_job_without_facts_is_looked_up_first(tmp_path: Path) -> None:
    _, (said,) = added(tmp_path)
    assert "run `lookup`, and `migrate` again: it says the row of job 67892" in said


@pytest.mark.parametrize(
    "job",
    [
        replace(HR, environment_id=23),
        replace(HR, project_id=12, environment_id=24),
        replace(HR, execute_steps=()),
    ],
)
def test_a_job_that_no_row_can_say_needs_the_files_as_they_were(tmp_path: Path, job: Job) -> None:
    _, (said,) = added(tmp_path, job)
    assert "restore the files as they were before the migration" in said
