"""The renderings of a report."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from legacy_shim.catalogue import CODES
from legacy_shim.codemods.commands.advice import next_steps
from legacy_shim.codemods.files.sources import Change, read_source
from legacy_shim.codemods.findings import Finding, Place
from legacy_shim.codemods.reporting.formats import render
from legacy_shim.codemods.reporting.formats.diff import (
    colour_diff,
    render_diff,
)
from legacy_shim.codemods.reporting.formats.palette import COLORED
from legacy_shim.codemods.reporting.formats.text import Detail, Look, render_text
from legacy_shim.codemods.reporting.report import (
    Report,
    Sites,
    Units,
    sorted_findings,
)
from legacy_shim.codemods.schemas import schema

KEPT = Finding(
    Place(Path("src/defs.py"), 3, 5),
    "LDC304",
    "`update_job` has no counterpart: 100%, really",
    "DbtCloudClient",
    related=(Place(Path("src/jobs.py"), 8, 1),),
)
UNNAMED = Finding(Place(Path("src/defs.py"), 9), "LDC402", "set JOB_ID, or pass --env-file with its value")
MISSING = Finding(Place(Path("src/a b,c.py"), 9, 2), "LDC401", "job 67890: its project")
TOLD = Finding(Place(Path("src/defs.py"), 1, 1), "LDC201", "read at import")
BROKEN = Finding(Place(Path("old.py"), 1, 7), "LDC502", "invalid syntax")


@pytest.fixture
def change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Change:
    monkeypatch.chdir(tmp_path)
    Path("a.py").write_bytes(b"import os\nx = 1\n")
    return Change(read_source(Path("a.py")), "import os\nx = 2\n")


def _report(*findings: Finding, **parts: Any) -> Report:
    return Report(findings=sorted_findings(findings), files=4, **parts)


# text


def test_a_clean_report_is_one_line() -> None:
    assert render_text(_report()) == "No use of the legacy dbt Cloud API in 4 Python files.\n"


def test_each_code_is_explained_once_with_its_places_beneath() -> None:
    other = Finding(Place(Path("src/z.py"), 2, 1), "LDC201", "read at import")
    text = render_text(_report(KEPT, TOLD, other, sites=Sites(3, 2, 1)))
    assert text.count("Set the variables for the code server") == 1
    assert text.count("read at import\n      src/defs.py:1:1\n      src/z.py:2:1\n") == 1
    assert (
        "    src/defs.py:3:5  `update_job` has no counterpart: 100%, really\n      see src/jobs.py:8:1\n"
        in text
    )
    assert text.index("STAYS ON THE FACADE") < text.index("NEEDS ACTION BEFORE YOU DEPLOY")
    assert "\033" not in text


def test_a_hundred_places_with_one_message_take_a_hundred_lines() -> None:
    findings = [Finding(Place(Path("a.py"), line), "LDC206", "more is shown") for line in range(1, 101)]
    text = render_text(_report(*findings, sites=Sites(1, 1)))
    assert text.count("more is shown") == 1
    assert len(text.splitlines()) < 110


def test_counts_of_what_would_be_and_of_what_was_done(change: Change) -> None:
    parts = {"sites": Sites(5, 4, 1), "units": Units(3, 1, 1, 1), "changes": (change,)}
    would = render_text(_report(**parts))
    assert "5 legacy uses in 4 Python files: 4 can be migrated, 1 would be kept on the facade.\n" in would
    assert (
        "3 resources, with everything that uses them: 1 would become v2, 1 would become v2 in part, 1 would stay"
        in would
    )
    assert "1 file would change; nothing was written:\n  a.py\n" in would
    done = render_text(_report(**parts, wrote=True))
    assert "4 migrated, 1 kept on the facade.\n" in done
    assert "1 became v2, 1 became v2 in part, 1 stayed on the facade.\n" in done
    assert "1 file changed:\n  a.py\n" in done


def test_problems_and_links_are_counted() -> None:
    text = render_text(_report(BROKEN, outside=(Path("lib"),)))
    assert "1 file could not be processed" in text
    assert "Not followed: lib is a symbolic link that leads out of the given paths.\n" in text


def test_colours_only_add_escapes() -> None:
    report = _report(KEPT, MISSING, TOLD, BROKEN, sites=Sites(3, 2, 1))
    coloured = render_text(report, look=Look(COLORED), advice=("do this",))
    plain = render_text(report, advice=("do this",))
    assert coloured != plain
    for name in ("strong", "quiet", "good", "warn", "bad", "end"):
        coloured = coloured.replace(getattr(COLORED, name), "")
    assert coloured == plain


def test_every_code_can_be_rendered_in_every_format(tmp_path: Path) -> None:
    report = _report(*(Finding(Place(Path("a.py")), code.code, "") for code in CODES))
    for form in ("text", "markdown", "json", "sarif", "github"):
        text = render(report, form, root=tmp_path)
        assert text.endswith("\n")
        assert all(code.code in text for code in CODES)


LOAD = tuple(
    Finding(Place(Path(f"{name}.py"), 2, 1), code, "")
    for name in ("a", "b")
    for code in ("LDC202", "LDC205", "LDC207", "LDC222")
)
ELSEWHERE = Finding(Place(Path("c.py"), 9, 1), "LDC216", "goes on")


def test_changes_that_come_with_every_load_are_one_paragraph() -> None:
    text = render_text(_report(*LOAD, ELSEWHERE, sites=Sites(2, 2)))
    assert (
        text
        == """\
2 legacy uses in 4 Python files: 2 can be migrated.
  Behaves differently    9  LDC202 LDC205 LDC207 LDC216 LDC222

BEHAVES DIFFERENTLY

LDC202 each command of the job is a dbt Cloud run of its own
LDC205 dbt tests become asset checks
LDC207 a failed run reports what succeeded
LDC222 a model that is gone from the project is skipped
  these 4 come together, at 2 locations:
    a.py:2:1
    b.py:2:1

LDC216 a run that times out continues in dbt Cloud  1 location
  Do: Set a timeout for the job in dbt Cloud.
    c.py:9:1  goes on

"""
    )


def test_verbose_explains_each_code_and_quiet_shows_the_summary_alone() -> None:
    report = _report(*LOAD, sites=Sites(2, 2))
    verbose = render_text(report, look=Look(detail=Detail.VERBOSE))
    assert "come together" not in verbose
    assert all(code.means in verbose for code in CODES if code.code in {"LDC202", "LDC205", "LDC207"})
    assert render_text(report, look=Look(detail=Detail.QUIET)) == (
        "2 legacy uses in 4 Python files: 2 can be migrated.\n"
        "  Behaves differently    8  LDC202 LDC205 LDC207 LDC222\n\n"
    )
    statistics = render_text(report, look=Look(detail=Detail.STATISTICS))
    assert "    2  LDC205  dbt tests become asset checks\n" in statistics
    assert "a.py" not in statistics


@pytest.mark.parametrize("width", [60, 80, 200])
def test_no_line_is_wider_than_the_terminal_and_no_word_is_broken(width: int) -> None:
    findings = [
        Finding(Place(Path("src/defs.py"), line), code.code, "x" * 30) for line, code in enumerate(CODES, 1)
    ]
    wide = render_text(_report(*findings), look=Look(detail=Detail.VERBOSE))
    text = render_text(_report(*findings), look=Look(detail=Detail.VERBOSE, width=width))
    assert max(map(len, text.splitlines())) <= width
    assert text.split() == wide.split()


def test_the_most_serious_comes_first(tmp_path: Path) -> None:
    cosmetic = Finding(Place(Path("a.py")), "LDC206", "")
    findings = (cosmetic, TOLD, ELSEWHERE, KEPT, MISSING, BROKEN)
    wanted = ["LDC502", "LDC401", "LDC304", "LDC201", "LDC216", "LDC206"]
    for form in ("github", "markdown"):
        text = render(_report(*findings), form, root=tmp_path)
        if form == "markdown":
            text = text[text.index("###") :]
        assert sorted(wanted, key=text.index) == wanted


def test_markdown_shows_what_it_is_given_and_no_markup_of_it(tmp_path: Path) -> None:
    odd = Finding(
        Place(Path("a`b|<i>.py"), 3), "LDC303", "it goes to `f`, <b>bold</b> *stars* [link](http://x)"
    )
    text = render(_report(odd, sites=Sites(1, 0, 1)), "markdown", root=tmp_path)
    assert "`` a`b|<i>.py:3:1 ``" in text
    assert "<b>" not in text.replace("\\<b", "")
    assert "\\[link\\](http://x)" in text
    assert "**1 legacy use in 4 Python files: 0 can be migrated, 1 would be kept on the facade.**" in text


# what to run next


@pytest.mark.parametrize(
    ("command", "findings", "parts", "steps"),
    [
        ("scan", (), {}, []),
        ("scan", (), {"sites": Sites(1, 1)}, ["migrate --diff 'a dir'"]),
        (
            "scan",
            (MISSING,),
            {"sites": Sites(1, 1)},
            ["lookup 'a dir'", "migrate --diff 'a dir'", "explain LDC401"],
        ),
        (
            "scan",
            (UNNAMED,),
            {"sites": Sites(1, 1)},
            [
                "name the variables that hold the job ids, in one --env-file for each deployment",
                "lookup --env-file FILE 'a dir'",
                "migrate --diff --env-file FILE 'a dir'",
                "explain LDC402",
            ],
        ),
        (
            "scan",
            (replace(MISSING, code="LDC403"),),
            {"sites": Sites(1, 1)},
            ["lookup --job-id ID 'a dir'", "migrate --diff 'a dir'", "explain LDC403"],
        ),
        ("migrate", (TOLD,), {"wrote": True}, ["explain LDC201"]),
    ],
)
def test_advice(command: str, findings: tuple[Finding, ...], parts: dict[str, Any], steps: list[str]) -> None:
    advice = next_steps(_report(*findings, **parts), command, [Path("a dir")])
    assert [
        step.removeprefix("python -m legacy_shim.codemods ").partition("   (")[0] for step in advice
    ] == steps


def test_advice_on_a_dry_run_and_after_it(change: Change) -> None:
    dry = next_steps(_report(changes=(change,)), "migrate", [Path("src")])
    assert dry == ("python -m legacy_shim.codemods migrate src",)
    wrote = next_steps(_report(MISSING, changes=(change,), wrote=True), "migrate", [Path("src")])
    assert [step.split()[3] for step in wrote if step.startswith("python")] == [
        "lookup",
        "migrate",
        "explain",
    ]
    assert any("git diff" in step for step in wrote)


def test_advice_repeats_the_options_that_decide_what_is_migrated(change: Change) -> None:
    given = [("--env-file", ".env"), ("--skip", "LDC105"), ("--polling-sensor", "")]
    advice = next_steps(_report(MISSING, changes=(change,)), "migrate", [Path("src")], given)
    assert advice[:2] == (
        "python -m legacy_shim.codemods lookup --env-file .env src",
        "python -m legacy_shim.codemods migrate --env-file .env --skip LDC105 --polling-sensor src",
    )


# JSON


def test_json_keeps_to_its_schema(change: Change, tmp_path: Path) -> None:
    report = _report(KEPT, MISSING, BROKEN, changes=(change,), facts_files=(Path("dbt_cloud_jobs.json"),))
    document = json.loads(render(report, "json", root=tmp_path))
    jsonschema.validate(document, json.loads(schema("report")))
    assert document["changed"] == ["a.py"]
    assert document["facts_files"] == ["dbt_cloud_jobs.json"]
    (kept,) = (row for row in document["findings"] if row["code"] == "LDC304")
    assert (kept["path"], kept["line"], kept["column"], kept["name"]) == (
        "src/defs.py",
        3,
        5,
        "DbtCloudClient",
    )
    assert kept["related"] == [{"path": "src/jobs.py", "line": 8, "column": 1}]
    assert (kept["for_a_person"], kept["file_problem"]) == (True, False)


# SARIF


SARIF_SCHEMA = json.loads(Path(__file__).with_name("sarif-2.1.0.schema.json").read_text("utf-8"))
"""The schema of OASIS, revision rtm.5, as its authors distribute it."""


def _sarif(report: Report, root: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(render(report, "sarif", root=root))
    jsonschema.Draft4Validator(
        SARIF_SCHEMA, format_checker=jsonschema.Draft4Validator.FORMAT_CHECKER
    ).validate(document)
    (run,) = document["runs"]
    assert isinstance(run, dict)
    return run


def test_sarif_that_is_wrong_would_be_found(tmp_path: Path) -> None:
    document = json.loads(render(_report(KEPT), "sarif", root=tmp_path))
    document["runs"][0]["results"][0]["level"] = "fatal"
    with pytest.raises(jsonschema.ValidationError, match="fatal"):
        jsonschema.Draft4Validator(SARIF_SCHEMA).validate(document)


def test_sarif_points_into_the_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir(tmp_path / "sub")
    elsewhere = Finding(Place(Path("/elsewhere/x.py"), 1), "LDC501", "no")
    run = _sarif(_report(KEPT, MISSING, elsewhere), tmp_path)
    places = {
        result["ruleId"]: result["locations"][0]["physicalLocation"]["artifactLocation"]
        for result in run["results"]
    }
    assert places["LDC304"] == {"uri": "sub/src/defs.py", "uriBaseId": "%SRCROOT%"}
    assert places["LDC401"] == {"uri": "sub/src/a%20b%2Cc.py", "uriBaseId": "%SRCROOT%"}
    assert places["LDC501"] == {"uri": "file:///elsewhere/x.py"}


def test_sarif_rules_and_results_belong_together(tmp_path: Path) -> None:
    run = _sarif(_report(KEPT, MISSING, TOLD, BROKEN), tmp_path)
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["LDC201", "LDC304", "LDC401", "LDC502"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    levels = {result["ruleId"]: result["level"] for result in run["results"]}
    assert levels == {"LDC201": "note", "LDC304": "warning", "LDC401": "error", "LDC502": "error"}
    (related,) = next(result["relatedLocations"] for result in run["results"] if result["ruleId"] == "LDC304")
    assert related["physicalLocation"]["region"] == {"startLine": 8, "startColumn": 1}


def test_sarif_fingerprints_survive_moved_lines_and_tell_twins_apart(tmp_path: Path) -> None:
    def prints(*lines: int) -> list[str]:
        findings = [Finding(Place(Path("a.py"), line), "LDC304", "same") for line in lines]
        return [
            row["partialFingerprints"]["legacyShim/v1"]
            for row in _sarif(_report(*findings), tmp_path)["results"]
        ]

    assert prints(1, 2) == prints(11, 22)
    assert len(set(prints(1, 2))) == 2


# GitHub


def test_github_annotations_escape_what_has_a_meaning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = render(_report(KEPT, MISSING, TOLD), "github", root=tmp_path)
    lines = text.splitlines()
    assert lines[0].startswith(
        "::error file=src/a b%2Cc.py,line=9,col=2,title=LDC401 the facts of a dbt Cloud job"
    )
    assert lines[1].startswith(
        "::warning file=src/defs.py,line=3,col=5,title=LDC304 kept%3A the client method"
    )
    assert "::`update_job` has no counterpart: 100%25, really%0ACall the dbt Cloud API yourself" in lines[1]
    assert lines[2].startswith("::notice file=src/defs.py,line=1,col=1,")
    assert len(lines) == 3


# diff

TEXTS_OF_A_PATCH = {
    "lf": (b"a = 1\nb = 2\nc = 3\n", "b = 2", "b = 4"),
    "crlf": (b"a = 1\r\nb = 2\r\nc = 3\r\n", "b = 2", "b = 4\r\nd = 5"),
    "no last newline": (b"a = 1\nb = 2", "b = 2", "b = 4"),
    "last newline lost": (b"a = 1\nb = 2\n", "b = 2\n", "b = 4"),
    "bom": (b"\xef\xbb\xbfa = 1\nb = 2\n", "a = 1", "a = 4"),
    "latin-1": (b"# coding: latin-1\na = '\xe9'\nb = 2\n", "b = 2", "b = 4"),
    "form feed and line separator": (b"a = 1\x0c\nb = '\xe2\x80\xa8'\nc = 3\n", "c = 3", "c = 4"),
    "lone carriage returns": (b"a = 1\rb = 2\rc = 3\n", "c = 3", "c = 4"),
    "far apart": (b"a = 1\n" + b"x = 0\n" * 50 + b"b = 2\n", "a = 1", "a = 9"),
}


@pytest.mark.parametrize(("data", "old", "new"), TEXTS_OF_A_PATCH.values(), ids=TEXTS_OF_A_PATCH.keys())
@pytest.mark.parametrize("name", ["a.py", "a dir/b c.py"])
@pytest.mark.skipif(shutil.which("git") is None, reason="needs git to apply the patch")
def test_git_applies_the_patch_byte_for_byte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, data: bytes, old: str, new: str
) -> None:
    monkeypatch.chdir(tmp_path)
    path = Path(name)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    source = read_source(path)
    patch = render_diff(Change(source, source.text.replace(old, new)))
    subprocess.run(["git", "init", "-q"], check=True)
    subprocess.run(
        ["git", "-c", "core.autocrlf=false", "apply", "--whitespace=nowarn", "-"], input=patch, check=True
    )
    assert path.read_bytes() == data.replace(old.encode(), new.encode())


def test_a_patch_of_an_absolute_path_is_relative_to_here(change: Change, tmp_path: Path) -> None:
    absolute = Change(read_source(tmp_path / "a.py"), change.new_text)
    assert render_diff(absolute) == render_diff(change)
    assert render_diff(change).startswith(b"--- a/a.py\n+++ b/a.py\n@@ -1,2 +1,2 @@\n")


def test_a_coloured_diff_has_the_same_lines(change: Change) -> None:
    text = colour_diff(change, COLORED)
    assert f"{COLORED.bad}-x = 1{COLORED.end}\n" in text
    assert f"{COLORED.good}+x = 2{COLORED.end}\n" in text
    for name in ("strong", "quiet", "good", "warn", "bad", "end"):
        text = text.replace(getattr(COLORED, name), "")
    assert text.encode() == render_diff(change)


def test_a_coloured_diff_shows_no_carriage_returns(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"x = 1\r\n")
    assert "\r" not in colour_diff(Change(read_source(path), "x = 2\r\n"), COLORED)


def test_findings_are_sorted_and_each_told_once() -> None:
    later = Finding(Place(Path("src/defs.py"), 10, 1), "LDC101", "x")
    assert sorted_findings([later, KEPT, KEPT, TOLD]) == (TOLD, KEPT, later)
    assert os.fspath(later.place.path) == "src/defs.py"
