"""Tables of jobs by deployment, in which some deployment has not all: what it lacks is no job of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate

from legacy_shim.codemods.facts.deployments import Deployment

PROGRAM = """
import os
from dataclasses import dataclass
from typing import cast
from dagster import Definitions
from dagster_dbt import DbtCloudClientResource, load_assets_from_dbt_cloud_job

{}

cloud = DbtCloudClientResource(auth_token="t", account_id=12345)
assets = [load_assets_from_dbt_cloud_job(cloud, {})]
{}
    assets.append(load_assets_from_dbt_cloud_job(cloud, {}))
defs = Definitions(assets=assets)
"""
READ = 'DEPLOYMENT = os.environ["DEPLOYMENT"]\n'
CAST = 'DEPLOYMENT = cast(str, os.environ.get("DEPLOYMENT", "prod"))\n'
JOBS = 'JOBS = {"prod": {"a": 67890, "b": 67891}, "staging": {"a": 67891}}\n'
MORE = 'JOBS = {"prod": {"a": 67890, "b": 67891}, "staging": {"a": 67891, **more()}}\n'
BOTH = tuple(Deployment(name, {"DEPLOYMENT": name}) for name in ("prod", "staging"))
IF = 'if "b" in JOBS[DEPLOYMENT]:'
A, B = 'JOBS[DEPLOYMENT]["a"]', 'JOBS[DEPLOYMENT]["b"]'
PAIR = "@dataclass\nclass Team:\n    job: int\n\n\na = Team(67890)\nb = Team(67891)"


def migrated(folder: Path, *parts: str) -> tuple[str, list[str]]:
    """What becomes of the program, and where a job is said to be loaded twice."""
    texts, report = migrate(folder, {"program.py": PROGRAM.format(*parts)}, deployments=BOTH)
    assert report.sites.kept == 0
    return texts["program.py"], [each.message for each in report.findings if each.code == "LDC223"]


@pytest.mark.parametrize("read", [READ, CAST])
def test_a_job_that_a_deployment_lacks_is_none_of_it(tmp_path: Path, read: str) -> None:
    text, twice = migrated(tmp_path, read + JOBS, A, IF, B)
    assert twice == []
    assert text.count("67891: {") <= 1
    assert "dbt_cloud_workspace_2" not in text
    assert 'name="dbt_cloud_job_67891"' in text
    if read == READ:  # A deployment that is not given may have another job there.
        assert f"    if int({B}) != 67891:\n        raise ValueError(" in text


@pytest.mark.parametrize(
    ("head", "first", "second"),
    [
        (PAIR, "a.job", "b.job"),
        (READ + 'JOBS = {"prod": [67890, 67891], "staging": [67891, 67890]}\n', "JOBS[DEPLOYMENT][0]", "JOBS[DEPLOYMENT][1]"),
        (READ, '67890 if DEPLOYMENT == "prod" else 67891', '67891 if DEPLOYMENT == "prod" else 67890'),
    ],
)  # fmt: skip
def test_loads_of_other_jobs_in_each_deployment_load_none_twice(
    tmp_path: Path, head: str, first: str, second: str
) -> None:
    assert migrated(tmp_path, head, first, "if True:", second)[1] == []


@pytest.mark.parametrize(
    ("head", "first", "second"),
    [
        ("A = 67890", "A", "67890"),
        (READ + JOBS, A, '67891 if DEPLOYMENT == "staging" else 67890'),
    ],
)
def test_a_job_that_two_loads_load_is_named(tmp_path: Path, head: str, first: str, second: str) -> None:
    twice = migrated(tmp_path, head, first, "if True:", second)[1]
    assert twice and all("Dagster refuses both in one code location" in each for each in twice)


def test_a_table_that_is_not_all_known_may_have_any_key(tmp_path: Path) -> None:
    texts, _ = migrate(tmp_path, {"program.py": PROGRAM.format(READ + MORE, A, IF, B)}, deployments=BOTH)
    assert 'name="dbt_cloud_job_67891"' not in texts["program.py"]
