"""Loads that become functions although ``--to`` asks for another target: the same text, whichever facts come first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations
from pathlib import Path

import pytest
from rewriting import HOURLY, NIGHTLY

from legacy_shim.codemods import pipeline
from legacy_shim.codemods.facts.deployments import Deployment
from legacy_shim.codemods.facts.jobs import Facts, Job
from legacy_shim.codemods.options import Options, Target
from legacy_shim.codemods.reporting.report import Report

STAGING = replace(NIGHTLY, id=67892, name="Everything")
JOBS = (NIGHTLY, HOURLY, STAGING)
DEPLOYMENTS = (Deployment("prod", {"WHERE": "prod"}), Deployment("staging", {"WHERE": "staging"}))
PROGRAM = """\
import os
from dagster import Definitions
from dagster_dbt import dbt_cloud_resource, load_assets_from_dbt_cloud_job

PROD = os.environ["WHERE"] == "prod"
client = dbt_cloud_resource.configured({"auth_token": "t", "account_id": 12345})
a = load_assets_from_dbt_cloud_job(dbt_cloud=client, job_id=67890 if PROD else 67892)
b = load_assets_from_dbt_cloud_job(dbt_cloud=client, job_id=67891)
defs = Definitions(assets=[a, b], resources={"dbt_cloud": client})
"""


def migrated(folder: Path, steps: Sequence[Sequence[Job]], to: Target) -> tuple[str, Report]:
    folder.mkdir()
    program = folder / "program.py"
    program.write_text(PROGRAM)
    for jobs in steps:
        options = Options(facts=Facts(tuple(jobs)), to=to, deployments=DEPLOYMENTS)
        report = pipeline.write(pipeline.migrate([folder], options))
    return program.read_text(), report


@pytest.mark.parametrize("to", ["decorator", "component", "specs"])
def test_the_order_of_the_facts_decides_nothing(tmp_path: Path, to: Target) -> None:
    at_once, _ = migrated(tmp_path / "once", [JOBS], to)
    assert "legacy_shim" not in at_once
    for number, order in enumerate(permutations(JOBS)):
        steps = [order[:count] for count in range(1, len(order) + 1)]
        assert migrated(tmp_path / str(number), steps, to)[0] == at_once


@pytest.mark.parametrize("to", ["component", "specs"])
def test_the_reason_says_that_the_deployments_differ(tmp_path: Path, to: Target) -> None:
    _, report = migrated(tmp_path / "once", [JOBS], to)
    said = [finding.message for finding in report.findings if finding.code == "LDC311"]
    assert said[0].startswith("deployments run different jobs here: ")
