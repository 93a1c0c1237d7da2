"""One resource with jobs of several environments."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from rewriting import HOURLY, NIGHTLY, clean, migrate_one

from legacy_shim.codemods.facts.jobs import Facts

STAGING = replace(HOURLY, name="Staging", environment_id=23, execute_steps=("dbt build --select tag:daily",))
BOTH = Facts((NIGHTLY, STAGING))
LOADS = """
from dagster import Definitions, job, op
from dagster_dbt import dbt_cloud_resource, load_assets_from_dbt_cloud_job

cloud = dbt_cloud_resource("t", 12345)
nightly = load_assets_from_dbt_cloud_job(cloud, 67890)
staging = load_assets_from_dbt_cloud_job(cloud, 67891)
"""
STAYS = """

@op(required_resource_keys={"dbt_cloud"})
def rename(context):
    context.resources.dbt_cloud.update_job(67890, name="Nightly (old)")


@job(resource_defs={"dbt_cloud": cloud})
def admin():
    rename()


defs = Definitions(assets=[nightly, staging], jobs=[admin])
"""
R11 = LOADS + "defs = Definitions(assets=[nightly, staging])\n"


def test_beside_a_use_that_stays_each_workspace_has_a_name_of_its_own(tmp_path: Path) -> None:
    text, codes = migrate_one(tmp_path, LOADS + STAYS, facts=BOTH)
    for environment in (22, 23):
        assert text.count(f"cloud_environment_{environment} = DbtCloudWorkspace(") == 1
        assert f"workspace=cloud_environment_{environment}," in text
    assert 'cloud = dbt_cloud_resource("t", 12345)\n' in text and "LDC304" in codes


@pytest.mark.parametrize("later", [BOTH, Facts((NIGHTLY, HOURLY))], ids=["other", "same"])
def test_facts_that_come_later_give_what_they_would_have_given_at_once(tmp_path: Path, later: Facts) -> None:
    first, codes = migrate_one(tmp_path / "steps", R11, facts=Facts((NIGHTLY,)))
    assert first == clean(R11).replace("from dagster_dbt import", "from legacy_shim import")
    assert "LDC401" in codes
    second, codes = migrate_one(tmp_path / "steps", first, facts=later)
    assert not any(code[3] in "34" for code in codes)
    assert second == migrate_one(tmp_path / "once", R11, facts=later)[0]
