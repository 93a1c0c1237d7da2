"""What is told of, what is not, what comes first, and how fast that is known."""

from __future__ import annotations

import copy
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from verify_rig import MANIFEST, TOP

from legacy_shim.codemods.errors import UsageError
from legacy_shim.codemods.findings import Finding, Place
from legacy_shim.codemods.options import Options
from legacy_shim.codemods.reporting.report import Report
from legacy_shim.codemods.verify.actions import Plan, make_plan
from legacy_shim.codemods.verify.compare import compare
from legacy_shim.codemods.verify.judgement import judge
from legacy_shim.codemods.verify.machine import document_of
from legacy_shim.codemods.verify.notes import notes
from legacy_shim.codemods.verify.request import DbtSource, Request, by_project
from legacy_shim.codemods.verify.text import render_text

sys.path.append(str(TOP))
from benchmarks.verify_compare import result_of, snapshots


def _told(code: str, *jobs: int) -> Finding:
    return Finding(Place(Path("defs.py"), 3), code, "", jobs=jobs or (67890,))


def _request(**options: Any) -> Request:
    return Request(Path(), "definitions", Options(), DbtSource({None: MANIFEST}, {}), **options)


def _verdicts(after: dict[str, Any], *told: Finding) -> dict[str, str]:
    before, _ = snapshots(30, faults=False)
    return {row.difference.kind: row.verdict for row in judge(before, after, told)}


def _same() -> dict[str, Any]:
    return copy.deepcopy(snapshots(30, faults=False)[0])


def test_what_is_grave_comes_first_then_what_nobody_told_of() -> None:
    result = result_of(*snapshots(300))
    verdicts = [row.verdict for row in result.differences]
    assert verdicts == sorted(verdicts, key=["critical", "unexpected", "expected"].index)
    kinds = [row.difference.kind for row in result.of("critical")]
    assert kinds == ["asset renamed", "asset lost", "asset added", "dbt commands reach more"]
    text = render_text(result)
    assert text.index("CRITICAL") < text.index("UNEXPECTED") < text.index("EXPECTED: reported")
    assert "reports/model_00298 is reports/model_00298_v2 now; its history" in " ".join(text.split())
    assert document_of(result)["counts"]["critical"] == 4


def test_the_text_of_many_differences_fits_a_pull_request() -> None:
    before, after = snapshots(2000)
    for number, row in enumerate(after["graph"]["assets"].values()):
        row.update(pools=[f"pool_{number}"])
    for row in before["graph"]["assets"].values():
        row.update(owners=["team:x"])
    text = render_text(result_of(before, after))
    assert len(text) < 20_000 and max(map(len, text.splitlines())) < 250
    owners = text[text.index("  owners: ") :].splitlines()
    assert owners[0].endswith(" and 1,995 more") and owners[1:3] == ["    - team:x", "    + nothing"]
    assert "  pools: and 1,991 more; --format html and json have them all" in text
    assert len(document_of(result_of(before, after))["differences"]) > 14_000


def test_the_text_of_many_jobs_fits_a_pull_request() -> None:
    result = result_of(*snapshots(30))
    places = [Place(Path(f"defs_{number}.py"), 3) for number in range(400)]
    findings = tuple(Finding(place, "LDC209", "loading has a time limit " * 4) for place in places)
    plan = Plan({f"materialize:asset_{number}": f"Only asset_{number}" for number in range(900)}, ())
    text = render_text(replace(result, findings=findings, plan=plan))
    assert len(text) < 20_000
    assert "      and 375 more places; --format html and json have them all" in text
    assert "  and 861 more; --format html and json have them all" in text


def test_a_difference_whose_code_was_not_told_is_unexpected() -> None:
    after = _same()
    next(iter(after["graph"]["assets"].values()))["kinds"] = ["dbtcloud"]
    assert _verdicts(after) == {"kinds": "unexpected"}
    assert _verdicts(after, _told("LDC206")) == {"kinds": "expected"}
    assert _verdicts(after, _told("LDC206", 67891)) == {"kinds": "unexpected"}


def test_what_is_said_of_jobs_that_the_code_does_not_say_is_said_of_any() -> None:
    after = _same()
    next(iter(after["graph"]["assets"].values()))["kinds"] = ["dbtcloud"]
    of_any = replace(_told("LDC206"), jobs=())
    assert _verdicts(after, of_any) == {"kinds": "expected"}
    assert _verdicts(after, _told("LDC206", 67891), of_any) == {"kinds": "expected"}
    assert _verdicts(after, replace(of_any, code="LDC207")) == {"kinds": "unexpected"}


@pytest.mark.parametrize(
    ("jobs", "verdict"),
    [
        ((67890, 5), "expected"),
        ((67890, 6), "unexpected"),
        ((67899, 5), "unexpected"),
        ((67890,), "unexpected"),
    ],
)
def test_another_job_is_told_of_by_its_number(jobs: tuple[int, ...], verdict: str) -> None:
    after = _same()
    for run in after["runs"]:
        run["job_id"] = 5
    assert _verdicts(after, _told("LDC204", *jobs)) == {"dbt Cloud job": verdict}


@pytest.mark.parametrize(
    ("field", "before", "after"),
    [
        ("tags", {"team": "data"}, {"daily": ""}),
        ("owners", ["team:data"], []),
        ("description", "What we sell.", "Orders"),
        (
            "metadata",
            {"dagster_dbt/cloud_account_id": ["I", 12345]},
            {"dagster_dbt/cloud_account_id": ["I", 1]},
        ),
    ],
)
def test_what_the_user_had_put_there_is_not_lost_as_told(field: str, before: Any, after: Any) -> None:
    old, new = _same(), _same()
    key = next(iter(old["graph"]["assets"]))
    link = {"dbt Cloud Job": ["UrlMetadataValue", "x"]}
    for document, value in ((old, before), (new, after)):
        document["graph"]["assets"][key][field] = {**link, **value} if field == "metadata" else value
    rows = judge(old, new, [_told("LDC206")])
    assert [(row.difference.kind, row.verdict) for row in rows] == [(field, "unexpected")]


@pytest.mark.parametrize(
    ("description", "shown"),
    [
        ("Runs a dbt Cloud job and waits until its run has succeeded.", []),
        ("Initiates a run for a dbt Cloud job, then polls until the run completes.", []),
        ("Refreshes finance.", [("op description", "unexpected")]),
    ],
)
def test_how_the_legacy_op_of_an_asset_describes_itself_need_not_stay(
    description: str, shown: list[tuple[str, str]]
) -> None:
    before, after = _same(), _same()
    for document, said in ((before, description), (after, None)):
        op = {"config_schema": None, "tags": {}, "required_resources": [], "retry_policy": None}
        document["graph"]["asset_ops"]["run_finance"] = {**op, "description": said}
    assert [(row.difference.kind, row.verdict) for row in judge(before, after, [])] == shown


def test_a_run_that_fails_on_both_sides_shows_nothing() -> None:
    before, after = _same(), _same()
    for document in (before, after):
        document["actions"][0].update(success=False, materialized=[], errors=[{"message": "no storage"}])
    assert [(row.difference.kind, row.verdict) for row in judge(before, after, [])] == [
        ("not shown", "unexpected")
    ]


def test_a_rename_shows_once() -> None:
    before, after = _same(), _same()
    assets = after["graph"]["assets"]
    key = next(key for key in assets if any(key in row["deps"] for row in assets.values()))
    for row in assets.values():
        row["deps"] = sorted("new" if dep == key else dep for dep in row["deps"])
    assets["new"] = {**assets.pop(key), "group": "other"}
    assets["new"]["metadata"] |= {
        "dagster_dbt/unique_id": ["TextMetadataValue", f"model.shop.{key.split('/')[1]}"]
    }
    for row in after["actions"][0]["materialized"]:
        row["asset"] = "new" if row["asset"] == key else row["asset"]
    found = [(row.kind, row.subject) for row in compare(before, after) if row.kind != "metadata"]
    assert sorted(found) == [("asset renamed", key), ("group", "new")]


def test_each_op_has_a_subset_and_partitions_of_its_own() -> None:
    before = _same()
    assets = before["graph"]["assets"]
    for number, row in enumerate(assets.values()):
        if number % 2:
            row.update(op="second", first_partitions=["2024-01-01", "2024-01-02"])
    plan = make_plan(before, before, _request())
    assert list(plan.actions)[:3] == [
        "materialize:dbt-cloud",
        "materialize:dbt-cloud/second@2024-01-01",
        "materialize:dbt-cloud/second@2024-01-01...2024-01-02",
    ]
    assert len(plan.actions) == 5
    chosen = make_plan(before, before, _request(partition="2024-03-01", subset=(next(iter(assets)),)))
    assert "materialize:dbt-cloud/second@2024-03-01" in chosen.actions
    assert len(chosen.actions) == 3


def test_a_job_that_is_not_there() -> None:
    with pytest.raises(UsageError, match="--job nightly: there is no such job"):
        make_plan(_same(), _same(), _request(jobs=("nightly",)))


def test_files_by_project(tmp_path: Path) -> None:
    one, other = tmp_path / "one.json", tmp_path / "a=b.json"
    for path in (one, other):
        path.write_text("{}")
    assert by_project([str(one), f"11={other}"], "--manifest") == {None: one, 11: other}
    with pytest.raises(UsageError, match="twice"):
        by_project([str(one), str(other)], "--manifest")


def _notes(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    return notes(before, after, Plan({"materialize:dbt-cloud": "Everything"}, ()), Report())


def test_what_fails_before_alone_may_be_the_fault_of_the_legacy_package() -> None:
    before, after = _same(), _same()
    assert _notes(before, after) == []
    before["actions"][0].update(success=False)
    assert ["legacy_shim enable" in note for note in _notes(before, after)] == [True]
    assert _notes(after, before) == []
    after["actions"][0].update(success=False)
    assert _notes(before, after) == []
