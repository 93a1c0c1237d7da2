"""A program of many constructs, as a team has it: what is said of it is true, fits a pull request, and is as told."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from verify_rig import MANIFEST, run_verify

LOANS = Path(__file__).parent / "programs" / "loans"
WITH = ("--definitions", "loans/definitions.py:defs", "--manifest", str(MANIFEST), "--job", "rebuild_all")
_DAILY = 'dbt run --select stg_orders stg_customers --vars \'{"run_date": "2024-03-%s"}\''
_DAILY_NOW = "dbt run --vars '{\"run_date\": \"2024-03-%s\"}' --select 'stg_orders stg_customers'"
_BUILD = "dbt build --exclude tag:nothing --resource-type model seed test"


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the program, with its environment in a file."""
    folder = Path(shutil.copytree(LOANS, tmp_path_factory.mktemp("loans") / "loans"))
    (folder / "local.env").write_text("DBT_CLOUD_API_TOKEN=of-nobody-at-all\n")
    return folder


@pytest.fixture(scope="module")
def document(tree: Path) -> dict[str, Any]:
    output = tree.parent / "result.json"
    options = ("--env-file", "local.env", "--format", "json", "--output", str(output))
    done = run_verify(tree, ".", *WITH, *options, env={})
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("No unexpected changes: ")
    assert "of-nobody-at-all" not in done.stdout + done.stderr + output.read_text()
    found: dict[str, Any] = json.loads(output.read_text())
    return found


def _ran(document: dict[str, Any], action: str, side: str) -> list[tuple[int, int, str, str]]:
    row = next(row for row in document["attempts"] if row["action"] == action)
    return [(each["job"], each["run"], each["command"], each["wait"]) for each in row[side]]


def test_nothing_is_unexpected_and_every_difference_has_its_code(document: dict[str, Any]) -> None:
    assert document["counts"]["critical"] == document["counts"]["unexpected"] == 0
    codes = {row["code"] for row in document["differences"]}
    assert codes == {"LDC202", "LDC203", "LDC205", "LDC206", "LDC208", "LDC213"}
    assert all(row["reasons"] for row in document["differences"])


def test_what_was_tried(document: dict[str, Any]) -> None:
    assert [row["action"] for row in document["attempts"]] == [
        "load",
        "materialize:dbt-cloud",
        "materialize:dbt-cloud/dbt_cloud_job_502@2024-03-01",
        "materialize:dbt-cloud/dbt_cloud_job_502@2024-03-01...2024-03-02",
        "materialize:stg_customers",
        "materialize:warehouse/main/stg_customers",
        "job:rebuild_all",
        "op:refresh.run_refresh",
    ]
    assert all(row["succeeded"] == {"before": True, "after": True} for row in document["attempts"])


def test_the_commands_of_a_job_become_runs_of_it(document: dict[str, Any]) -> None:
    action = "materialize:warehouse/main/stg_customers"
    subset = "--select analytics.staging.stg_customers"
    assert _ran(document, action, "before") == [
        (501, 1, "dbt seed", "no timeout"),
        (501, 1, f"{_BUILD} {subset}", "no timeout"),
    ]
    now = _ran(document, action, "after")
    assert [row[:2] for row in now] == [(501, 1), (501, 2)]
    assert now[0][2] == "dbt seed" and subset in now[1][2]


def test_a_backfill_is_a_run_for_each_partition_in_a_job_that_is_new(document: dict[str, Any]) -> None:
    action = "materialize:dbt-cloud/dbt_cloud_job_502@2024-03-01...2024-03-02"
    assert _ran(document, action, "before") == [
        (502, 1, _DAILY % "01", "no timeout"),
        (502, 2, _DAILY % "02", "no timeout"),
    ]
    row = next(row for row in document["attempts"] if row["action"] == action)
    assert [each["command"] for each in row["after"]] == [_DAILY_NOW % "01", _DAILY_NOW % "02"]
    assert {each["new_job"] for each in row["before"]} == {False}
    assert {each["new_job"] for each in row["after"]} == {True}


def test_ops_run_what_they_ran_and_wait_as_long(document: dict[str, Any]) -> None:
    for side in ("before", "after"):
        assert _ran(document, "op:refresh.run_refresh", side) == [
            (501, 1, "dbt seed", "timeout 3600 s"),
            (501, 1, _BUILD, "timeout 3600 s"),
        ]
        assert _ran(document, "job:rebuild_all", side) == [
            (503, 1, "dbt build --full-refresh", "timeout 7200 s")
        ]


def test_what_it_says_is_short_and_names_each_place(tree: Path) -> None:
    done = run_verify(tree, ".", *WITH, "--env-file", "local.env", env={})
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert len(lines) < 130 and max(map(len, lines)) < 250
    assert (
        "before  the tree as it is: 13 assets, 6 external assets, 0 checks, 3 jobs, 2 schedules, 1 sensor"
        in lines
    )
    start = lines.index("    LDC206 assets carry more, and other, metadata")
    assert [line.split("  ")[3] for line in lines[start + 1 : start + 3]] == [
        "loans/assets.py:20, :29",
        "loans/jobs.py:16",
    ]
    assert "(run 1 of new job 504, 2 nodes, no timeout)" in done.stdout
    assert lines[-1].startswith("No unexpected changes: ")
