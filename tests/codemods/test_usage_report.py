"""A usage log beside the source: what is used, how often, when last, and what was never seen."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

import pytest
from cli_runner import make_project, run

from legacy_shim.usage_record import UsageRecord, format_line

RECORD = UsageRecord(
    time=datetime(2026, 11, 25, 3, 30, tzinfo=timezone.utc),
    code="LDC104",
    name="load_assets_from_dbt_cloud_job",
    use="call",
    file="DEFS",
    line=9,
    module="defs",
    count=10,
    process="a",
    pid=1,
    python="3.11.7",
    run=None,
)
LOADED = "File loaded, this use not recorded (methods of a client and annotations never are)"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_project(tmp_path)


def shown(folder: Path, *records: UsageRecord, tail: str = "") -> str:
    here = [replace(each, file=each.file.replace("DEFS", str(folder / "defs.py"))) for each in records]
    (folder / "usage.log").write_text("".join(map(format_line, here)) + tail)
    done = run(folder, "scan", ".", "--usage", "usage.log")
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_counts_of_processes_and_runs_add_up(folder: Path) -> None:
    later = replace(RECORD, process="b", run="r1", count=5, time=datetime(2026, 11, 26, tzinfo=timezone.utc))
    out = shown(folder, replace(RECORD, count=1), RECORD, later)
    assert (
        "defs.py:9:13  LDC104 load_assets_from_dbt_cloud_job  15 times, in 1 run, last 2026-11-26 00:00 UTC"
        in out
    )
    assert f"{LOADED}\n  defs.py:5:13  LDC101 dbt_cloud_resource\n" in out
    assert out.endswith("2 legacy uses: 1 used, 1 in loaded files, 0 never loaded.\n")


def test_a_file_that_nothing_was_seen_of(folder: Path) -> None:
    out = shown(folder)
    assert out.startswith("File never loaded: may be code to delete\n")
    assert "2 legacy uses: 0 used, 0 in loaded files, 2 never loaded." in out


def test_a_file_that_was_loaded_is_never_proposed_for_deletion(folder: Path) -> None:
    out = shown(folder, replace(RECORD, use="load", code="", name="", line=0, count=1))
    assert out.startswith(f"{LOADED}\n  defs.py:5:13")
    assert "2 legacy uses: 0 used, 2 in loaded files, 0 never loaded." in out


def test_a_line_inside_the_statement_is_its_use(folder: Path) -> None:
    out = shown(folder, replace(RECORD, code="LDC101", name="dbt_cloud_resource", line=6))
    assert "defs.py:5:13  LDC101 dbt_cloud_resource  10 times" in out


def test_a_log_of_a_container_is_matched_by_module(folder: Path) -> None:
    out = shown(folder, replace(RECORD, file="/app/defs.py"))
    assert "Used\n  defs.py:9:13" in out


def test_uses_of_other_code_are_told(folder: Path) -> None:
    out = shown(folder, replace(RECORD, file="/app/other.py", module="other"), replace(RECORD, line=2))
    assert "Logged where this source has no legacy use" in out
    assert "/app/other.py:9  LDC104 load_assets_from_dbt_cloud_job  10 times" in out
    assert "defs.py:2  LDC104" in out


def test_lines_that_cannot_be_read_are_counted(folder: Path) -> None:
    assert shown(folder, RECORD, tail='{"v": 1, "ti').endswith("1 line of the log could not be read.\n")


def test_as_json(folder: Path) -> None:
    shown(folder, RECORD)
    done = run(folder, "scan", ".", "--usage", "usage.log", "--format", "json")
    document = json.loads(done.stdout)
    first, second = document["sites"]
    assert (first["count"], first["last"], first["file_loaded"]) == (0, None, True)
    assert (second["count"], second["last"]) == (10, "2026-11-25T03:30:00+00:00")
    assert document["elsewhere"] == [] and document["unreadable_lines"] == 0


def test_a_log_that_is_not_there_and_a_format_that_is_none(folder: Path) -> None:
    assert run(folder, "scan", ".", "--usage", "none.log").returncode == 2
    shown(folder, RECORD)
    assert run(folder, "scan", ".", "--usage", "usage.log", "--format", "sarif").returncode == 2


def test_what_the_facade_writes_is_what_is_read(folder: Path) -> None:
    """The facade at work, in a process of its own, and its log beside the same source."""
    done = subprocess.run(
        [sys.executable, "-c", "import legacy_shim; legacy_shim.install(); import defs"],
        cwd=folder,
        env={**os.environ, "LEGACY_SHIM_USAGE_LOG": str(folder / "real.log"), "DBT_CLOUD_API_TOKEN": "x"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    out = run(folder, "scan", ".", "--usage", "real.log").stdout
    assert "2 legacy uses: 2 used, 0 in loaded files, 0 never loaded." in out
