"""Every program under ``tests/cases``: what users see before is what they see after, or they were told."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections import Counter
from importlib.util import find_spec
from pathlib import Path

import pytest
from parity_case import INSTALLED, Case, load_cases, texts_of
from parity_run import Migration, Runner
from parity_warm import Warm

from legacy_shim.catalogue import BY_NAME
from legacy_shim.codemods.verify.compare import compare
from legacy_shim.codemods.verify.judgement import judge

CASES = load_cases()
UPSTREAM_SHIPS_LEGACY = find_spec("dagster_dbt.cloud") is not None
LEFT_BY_OLDER = ("LDC308", "LDC309")
"""Why more stays on the facade where dagster-dbt has no form for it yet: it, and what belongs to it."""
CLOUD_IDS = "dagster_dbt/cloud_"
"""What the metadata of an asset has begun with since dagster-dbt 0.29, and with the facade on every release."""


def _by_name(case: Case) -> str:
    return case.name


@pytest.fixture(params=CASES, ids=_by_name)
def runner(request: pytest.FixtureRequest, warm: Warm, tmp_path: Path) -> Runner:
    return Runner(request.param, warm, tmp_path)


def test_facade_does_what_upstream_did(runner: Runner) -> None:
    if not (runner.case.upstream and UPSTREAM_SHIPS_LEGACY):
        pytest.skip("upstream's own legacy package cannot run this program")
    upstream = runner.snapshot(runner.copy(), "upstream", install=False)
    assert upstream["error"] is None, upstream["error"]["traceback"]
    facade = runner.snapshot(runner.work / "program", "facade", install=True)
    assert facade["error"] is None, facade["error"]["traceback"]
    _assert_everything_ran(facade)
    if not any(_cloud_ids(asset) for asset in _assets(upstream)):
        for asset in _assets(facade):
            asset["metadata"] = {k: v for k, v in asset["metadata"].items() if k not in _cloud_ids(asset)}
    differences = [
        str(row)
        for row in compare(upstream, facade)
        if f"{row.kind} of {row.subject}" not in runner.case.upstream_allowed
    ]
    assert differences == [], "\n".join(differences)


def _assets(document: dict) -> list[dict]:
    return list(document["graph"]["assets"].values())


def _cloud_ids(asset: dict) -> set[str]:
    return {name for name in asset["metadata"] if name.startswith(CLOUD_IDS)}


def test_migration_keeps_what_users_see(runner: Runner) -> None:
    before = runner.snapshot(runner.copy(), "before", install=True)
    assert before["error"] is None, before["error"]["traceback"]
    _assert_everything_ran(before)

    folder = runner.work / "program"
    original = texts_of(folder)
    migration = runner.migrate(folder)
    _assert_files_are_sound(runner.case, original, migration)

    after = runner.snapshot(folder, "after", install=False)
    assert after["error"] is None, after["error"]["traceback"]
    _assert_told(runner.case, before, after, migration)
    _assert_told_exactly(runner.case, migration)

    migrated = texts_of(folder)
    runner.migrate(folder, "again")
    assert texts_of(folder) == migrated, "a second migration changed something"


def _assert_everything_ran(document: dict) -> None:
    failed = [row for row in document["actions"] if not row["success"]]
    assert not failed, json.dumps(failed, indent=1)
    assert document["actions"], "a case that executes nothing shows nothing"


def _assert_files_are_sound(case: Case, original: dict[str, str], migration: Migration) -> None:
    if case.is_exact:
        assert migration.exit_code == (1 if case.keeps else 0), migration.said
    texts = texts_of(migration.folder)
    for path, text in texts.items():
        if path.endswith(".py"):
            compile(text, path, "exec")
            assert _legacy_imports(text) == [], f"{path} still imports legacy names from dagster_dbt"
        if path in original:
            assert _layout(text) == _layout(original[path]), (
                f"{path}: line ends, the last newline or the BOM changed"
            )
    if case.untouched:
        assert texts == original
        assert migration.findings == []
    else:
        assert texts != original
    if case.is_exact and case.expected_files is not None:
        assert texts == case.expected_files
    new = _lint(migration.folder) - _lint(case.before)
    assert not new, f"ruff finds what was not there before: {dict(new)}"


def _layout(text: str) -> tuple[bool, bool, bool, bool]:
    """Whether there are CRLF ends, whether there are others, whether the last line has an end, whether there is a BOM."""
    crlf = text.count("\r\n")
    return crlf > 0, text.count("\n") > crlf, text.endswith("\n"), text.startswith("\ufeff")


def _legacy_imports(text: str) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            if node.module == "dagster_dbt.cloud" or node.module.startswith("dagster_dbt.cloud."):
                found.append(node.module)
            elif node.module == "dagster_dbt":
                found += [alias.name for alias in node.names if alias.name in BY_NAME]
        elif isinstance(node, ast.Import):
            found += [
                a.name
                for a in node.names
                if a.name == "dagster_dbt.cloud" or a.name.startswith("dagster_dbt.cloud.")
            ]
    return found


def _lint(folder: Path) -> Counter[str]:
    """How often ruff's default rules and its import order find something, by rule."""
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", "--extend-select=I"]
    done = subprocess.run([*command, "--output-format=json", "."], cwd=folder, capture_output=True, text=True)
    return Counter(str(row["code"]) for row in json.loads(done.stdout))


def _assert_told(case: Case, before: dict, after: dict, migration: Migration) -> None:
    """The migration told of each difference, with its code, at the place of its job."""
    rows = (row.difference for row in judge(before, after, migration.told) if row.verdict != "expected")
    untold = [str(row) for row in rows if f"{row.kind} of {row.subject}" not in case.allowed]
    assert untold == [], "\n".join([*untold, f"told of: {sorted(migration.codes)}"])
    kept = {code for code in migration.codes if code.startswith("LDC3")}
    assert kept == set(case.keeps) if case.is_exact else kept <= {*case.keeps, *LEFT_BY_OLDER}


def _assert_told_exactly(case: Case, migration: Migration) -> None:
    if case.is_exact and case.expected_findings is not None:
        rows = [f"{row['path']}:{row['line']} {row['code']}" for row in migration.findings]
        # Where v2 cannot cancel yet, this is reported for every run.
        hidden = " LDC216" if INSTALLED.lacks("cancel") else " none"
        assert sorted(row for row in rows if not row.endswith(hidden)) == [
            row for row in case.expected_findings if not row.endswith(hidden)
        ]
