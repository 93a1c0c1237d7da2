"""A use of a legacy name is counted once, and alike by each command, over all programs of ``tests/cases``."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from rewriting import FACTS, clean, migrate
from typer.testing import CliRunner

from legacy_shim.codemods import pipeline
from legacy_shim.codemods.commands.cli import app
from legacy_shim.codemods.facts.jobs import Facts
from legacy_shim.codemods.options import Options
from legacy_shim.codemods.reporting.report import Sites, Units
from legacy_shim.codemods.verify.notes import uses_kept

CASES = Path(__file__).resolve().parents[1] / "cases"
PROGRAMS = sorted(path for path in CASES.glob("*/before") if path.is_dir())
JOBS = {
    "version": 1,
    "host": "https://cloud.getdbt.com",
    "account_id": 12345,
    "jobs": {
        str(job_id): {
            "name": f"Job {job_id}",
            "project_id": 11,
            "environment_id": 22,
            "execute_steps": ["dbt build"],
            "generate_docs": False,
            "triggers": {"schedule": False},
            "name_is_unique": True,
        }
        for job_id in range(67885, 67900)
    },
}


def _json(folder: Path, *words: str) -> dict[str, Any]:
    """What a command writes as JSON, of the program in a folder."""
    target = folder / "report.json"
    arguments = [words[0], str(folder / "program"), *words[1:], "--format", "json", "--output", str(target)]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code in (0, 1), done.output
    return json.loads(target.read_text())


def _counts(folder: Path) -> dict[str, tuple[int, ...]]:
    """How many uses each command counts: in all, and of what becomes v2."""
    scan = _json(folder, "scan")
    sites = [row for row in scan["findings"] if row["code"].startswith("LDC1")]
    check, dry = _json(folder, "migrate", "--check"), _json(folder, "migrate", "--diff")
    baseline, log = folder / "known.json", folder / "usage.log"
    done = CliRunner().invoke(app, ["scan", str(folder / "program"), "--write-baseline", str(baseline)])
    assert done.exit_code == 0, done.output
    accepted = sum(len(use["lines"]) for use in json.loads(baseline.read_text())["uses"])
    compared = _json(folder, "scan", "--baseline", str(baseline))
    baseline.write_text(json.dumps({"version": 1, "uses": []}))
    new = _json(folder, "scan", "--baseline", str(baseline))
    log.write_text("")
    usage = _json(folder, "scan", "--usage", str(log))
    assert compared["sites"]["total"] == 0
    written = _json(folder, "migrate")
    assert written["sites"] == dry["sites"] == check["sites"] == scan["sites"]
    return {
        "scan": (scan["sites"]["total"], scan["sites"]["migrated"]),
        "the uses that scan lists": (
            len(sites),
            sum(row["message"] == "can become v2" for row in sites),
        ),
        "migrate": (written["sites"]["total"], written["sites"]["migrated"]),
        "scan beside an empty baseline": (new["sites"]["total"], new["sites"]["migrated"]),
        "what a baseline accepts": (accepted,),
        "scan beside a usage log": (len(usage["sites"]),),
    }


@pytest.mark.parametrize("is_known", [True, False], ids=["with facts", "without facts"])
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.parent.name)
def test_each_command_counts_the_same(
    program: Path, is_known: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()  # where the search for facts ends
    shutil.copytree(program, tmp_path / "program")
    facts = tmp_path / "program" / "dbt_cloud_jobs.json"
    if not is_known:
        facts.unlink(missing_ok=True)
    elif not facts.is_file():
        facts.write_text(json.dumps(JOBS))
    found = _counts(tmp_path)
    whole = found["scan"]
    assert {name: count for name, count in found.items() if count != whole[: len(count)]} == {}


def test_the_programs_are_there() -> None:
    assert len(PROGRAMS) > 25


RUN = """
from dagster import Definitions, job, op
from dagster_dbt import dbt_cloud_resource

cloud = dbt_cloud_resource.configured({"auth_token": "t", "account_id": 12345})


@op(required_resource_keys={"dbt_cloud"})
def run(context):
    ran = context.resources.dbt_cloud.run_job_and_poll(67890)
    context.log.info(f"{ran.run_id} of {ran.job_id} of {ran.run_id}")


@job
def nightly():
    run()


defs = Definitions(jobs=[nightly], resources={"dbt_cloud": cloud})
"""


def test_what_stands_in_a_string_at_one_place_is_counted_as_it_is_listed(tmp_path: Path) -> None:
    (tmp_path / "defs.py").write_text(RUN)
    report = pipeline.scan([tmp_path], Options(facts=FACTS))
    assert report.sites.total == sum(finding.code.startswith("LDC1") for finding in report.findings)


def test_verify_counts_what_stays_as_scan_does(tmp_path: Path) -> None:
    kept = RUN.replace("(67890)", "(67890, 'why', ['dbt run'], 'a schema')")
    (tmp_path / "defs.py").write_text(kept)
    scanned = pipeline.scan([tmp_path], Options(facts=FACTS))
    _, report = migrate(tmp_path, {"defs.py": kept})
    assert scanned.sites.kept == report.sites.kept > 1
    (said,) = uses_kept(report)
    assert said.startswith(f"{scanned.sites.kept} uses stay ")


def test_a_placeholder_is_no_use_and_is_left_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Code that became v2 uses nothing legacy, even where a fact is missing."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    shutil.copytree(CASES / "documented_load_assets" / "before", tmp_path / "program")
    (tmp_path / "program" / "dbt_cloud_jobs.json").unlink(missing_ok=True)
    done = CliRunner().invoke(app, ["migrate", str(tmp_path / "program")])
    assert done.exit_code == 1 and "missing_fact" in "".join(
        path.read_text() for path in (tmp_path / "program").rglob("*.py")
    )
    assert _counts(tmp_path)["scan"] == (0, 0)
    (tmp_path / "program" / "dbt_cloud_jobs.json").write_text(json.dumps(JOBS))
    scanned = CliRunner().invoke(app, ["scan", str(tmp_path / "program")])
    assert scanned.exit_code == 1


def test_uses_that_only_lack_facts_are_counted_as_waiting_for_them(tmp_path: Path) -> None:
    loads = """
        from dagster_dbt import dbt_cloud_resource, load_assets_from_dbt_cloud_job

        cloud = dbt_cloud_resource.configured({"auth_token": "x", "account_id": 12345})
        one = load_assets_from_dbt_cloud_job(cloud, 67890)
        two = load_assets_from_dbt_cloud_job(cloud, 67891)
    """
    kept = loads.replace("67891)", "67891, partitions_def=elsewhere.of(cloud))")
    assert _scanned(tmp_path, loads, Facts()) == (
        Sites(3, 0, 3, waiting=3),
        Units(1, kept=1, waiting=1),
        {"LDC401"},
    )
    assert _scanned(tmp_path, loads, FACTS)[:2] == (Sites(3, 3, 0), Units(1, 1))
    sites, units, codes = _scanned(tmp_path, kept, FACTS)
    assert sites.kept and "LDC303" in codes and not (sites.waiting or units.waiting)


def _scanned(folder: Path, text: str, facts: Facts) -> tuple[Sites, Units, set[str]]:
    """The counts of a scan, and the codes of what is missing or stays."""
    (folder / "defs.py").write_text(clean(text))
    report = pipeline.scan([folder], Options(facts=facts))
    return report.sites, report.units, {row.code for row in report.findings if row.code[3] in "34"}
