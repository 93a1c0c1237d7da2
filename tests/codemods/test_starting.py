"""What may have Dagster materialize assets, and where: not what is only imported, read of a run, or for checks alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from legacy_shim.codemods.analysis.project.starting import first_start

IMPORTS = "from dagster import *\nfrom dagster import AssetSelection, define_asset_job, materialize\nimport dagster as dg\n"


@pytest.mark.parametrize(
    "text",
    [
        "job = define_asset_job('a')",
        "job = dg.define_asset_job('a', selection='*')",
        "job = define_asset_job('a', selection=AssetSelection.all() | AssetSelection.checks(c))",
        "job = define_asset_job('a', **given)",
        "make = materialize",
        "make = getattr(dg, 'materialize')",
        "request = RunRequest(asset_selection=[key])",
        "late = ScheduleDefinition('n', target='*', cron_schedule='@daily')",
        "from dagster import define_asset_job as job_of",
        "@asset(automation_condition=on_cron)\ndef a(): ...",
    ],
)
def test_the_line_that_may_start_assets_is_named(text: str) -> None:
    found = first_start({Path("jobs.py"): (IMPORTS + text).encode()})
    assert found is not None and found.line == 4


@pytest.mark.parametrize(
    "text",
    [
        "",
        "job = define_asset_job('checks', selection=AssetSelection.checks(not_empty))",
        "job = dg.define_asset_job('checks', dg.AssetSelection.checks_for_assets(orders))",
        "def after(context):\n    return context.dagster_run.asset_selection",
        "# materialize",
        "row = Row(target='prod')",
    ],
)
def test_what_starts_no_assets_is_none(text: str) -> None:
    assert first_start({Path("jobs.py"): (IMPORTS + text).encode()}) is None
