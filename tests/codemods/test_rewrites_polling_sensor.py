"""The sensor of --polling-sensor: written where every tick can succeed, given to Definitions once, and explained."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from rewriting import HOURLY, NIGHTLY

from legacy_shim.codemods import pipeline
from legacy_shim.codemods.facts.jobs import Facts
from legacy_shim.codemods.options import Options

HEAD = """
from dagster import *
from dagster_dbt import dbt_cloud_resource, load_assets_from_dbt_cloud_job
one = dbt_cloud_resource("t", 12345)
two = dbt_cloud_resource("t", 12345)
models = load_assets_from_dbt_cloud_job(one, 67890)
"""
WHOLE = replace(NIGHTLY, execute_steps=("dbt build",), triggers={"schedule": True})
OTHER = replace(HOURLY, execute_steps=("dbt run",), environment_id=23, triggers={"schedule": False})


def migrated(folder: Path, program: str, *jobs: object) -> tuple[str, list[tuple[str, str]]]:
    path = folder / "program.py"
    path.write_text(HEAD.lstrip("\n") + program)
    options = Options(facts=Facts(jobs), env={}, polling_sensor=True)  # type: ignore[arg-type]
    report = pipeline.write(pipeline.migrate([folder], options))
    return path.read_text(), [(finding.code, finding.message) for finding in report.findings]


@pytest.mark.parametrize(
    ("given", "left"),
    [
        ("", ", sensors=[dbt_cloud_polling_sensor, dbt_cloud_polling_sensor_2]"),
        (", sensors=[mine]", ", sensors=[mine, dbt_cloud_polling_sensor, dbt_cloud_polling_sensor_2]"),
    ],
)
def test_the_sensors_of_two_workspaces_are_given_once(tmp_path: Path, given: str, left: str) -> None:
    program = (
        "more = load_assets_from_dbt_cloud_job(two, 67891)\n"
        f"mine = None\ndefs = Definitions(assets=[models, more]{given})\n"
    )
    text, _ = migrated(tmp_path, program, WHOLE, OTHER)
    assert f"defs = Definitions(assets=[models, more]{left})\n" in text
    compile(text, "program.py", "exec")


def test_runs_by_the_schedule_of_the_reused_job_are_said_to_be_passed_over(tmp_path: Path) -> None:
    program = "more = load_assets_from_dbt_cloud_job(two, 67891)\ndefs = Definitions(assets=[models, more])\n"
    _, findings = migrated(tmp_path, program, WHOLE, OTHER)
    said = [message for code, message in findings if code == "LDC221" and "schedule" in message]
    assert said == [
        "`dbt_cloud_polling_sensor` ignores all runs of job 67890 (Nightly), also those that its own schedule starts"
    ]


@pytest.mark.parametrize(
    ("program", "jobs", "why"),
    [
        ("defs = Definitions(assets=[models])\n", [NIGHTLY], "outside of the selection"),
        (
            "more = load_assets_from_dbt_cloud_job(one, 67891, lambda node: node['name'])\n"
            "defs = Definitions(assets=[models, more])\n",
            [WHOLE, replace(OTHER, environment_id=22)],
            "its workspace loads several jobs",
        ),
    ],
)
def test_no_sensor_is_written_whose_ticks_would_fail(
    tmp_path: Path, program: str, jobs: list[object], why: str
) -> None:
    text, findings = migrated(tmp_path, program, *jobs)
    assert "@dbt_cloud_assets" in text
    assert "polling_sensor" not in text
    assert [code for code, message in findings if why in message] == ["LDC302"]
