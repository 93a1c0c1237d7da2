"""Code that was generated for one deployment, and another one that is given later: a file of v2 alone is read for that."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from rewriting import FACTS, NIGHTLY, migrate

from legacy_shim.codemods.facts.deployments import Deployment

THREE = replace(FACTS, jobs=(*FACTS.jobs, replace(NIGHTLY, id=67892, name="Dev", environment_id=23)))
HEAD = """
import os
from dagster_dbt import dbt_cloud_resource, load_assets_from_dbt_cloud_job

cloud = dbt_cloud_resource("t", 12345)
"""
ONE = HEAD + 'models = load_assets_from_dbt_cloud_job(cloud, int(os.environ["JOB"]))\n'
LOOP = HEAD + 'models = [load_assets_from_dbt_cloud_job(cloud, int(os.environ[one])) for one in ("JOB",)]\n'
PROD, STAGING, DEV = (
    Deployment(name, {"JOB": str(number)})
    for name, number in (("prod", 67890), ("staging", 67891), ("dev", 67892))
)


@pytest.mark.parametrize("first", [(PROD,), (PROD, DEV)], ids=["a guard", "a table"])
@pytest.mark.parametrize("program", [ONE, LOOP], ids=["one", "a loop"])
def test_the_place_that_refuses_the_job_is_named(
    tmp_path: Path, first: tuple[Deployment, ...], program: str
) -> None:
    texts, report = migrate(tmp_path, {"defs.py": program}, facts=THREE, deployments=first)
    assert not report.left_for_a_person and "raise ValueError" in texts["defs.py"]
    again, report = migrate(tmp_path, texts, facts=THREE, deployments=(*first, STAGING))
    assert again == texts
    assert [one.code for one in report.findings] == ["LDC404"]
    assert "refuses to load" in report.findings[0].message
