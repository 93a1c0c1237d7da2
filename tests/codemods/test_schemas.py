"""The JSON Schemas that are shipped say what the commands write and what they take."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from cli_runner import run
from test_facts import NIGHTLY, WRONG

from legacy_shim.codemods.schemas import NAMES, schema

TOP = Path(__file__).resolve().parents[2]
_OF_ANOTHER_KEY = "like the key"
"""What no schema can say: a value is equal to its own key."""


def _closed(value: Any) -> Any:
    """A schema that allows no key which it does not name."""
    if isinstance(value, list):
        return [_closed(each) for each in value]
    if not isinstance(value, dict):
        return value
    closed = {key: _closed(each) for key, each in value.items()}
    return {"additionalProperties": False, **closed} if "properties" in value else closed


def _validator(name: str, *, closed: bool = False) -> Any:
    document: Mapping[str, Any] = json.loads(schema(name))
    jsonschema.Draft202012Validator.check_schema(document)
    return jsonschema.Draft202012Validator(_closed(document) if closed else document)


def _holds(name: str, text: str) -> Any:
    """The document, which has what the schema names, and nothing else."""
    document = json.loads(text)
    assert [each.message for each in _validator(name, closed=True).iter_errors(document)] == []
    return document


@pytest.fixture
def project(tmp_path: Path) -> Path:
    shutil.copytree(TOP / "examples" / "legacy_project", tmp_path, dirs_exist_ok=True)
    (tmp_path / "broken.py").write_text("from dagster_dbt import DbtCloudOutput\ndef (\n")
    (tmp_path / "job.sh").write_text("dagster-dbt-cloud cache-compile-references\n")
    return tmp_path


def test_the_reports_of_both_commands(project: Path) -> None:
    for command in (["scan"], ["migrate", "--check"]):
        report = _holds("report", run(project, *command, "--format", "json", ".").stdout)
        assert {"LDC502", "LDC506"} < {finding["code"] for finding in report["findings"]}


def test_a_baseline(project: Path) -> None:
    run(project, "scan", ".", "--write-baseline", "baseline.json")
    assert _holds("baseline", (project / "baseline.json").read_text())["uses"]


@pytest.mark.parametrize("document", [document for document, says in WRONG if not isinstance(document, str)])
def test_facts_that_are_refused_do_not_hold(document: Any) -> None:
    says = next(says for wrong, says in WRONG if wrong is document)
    errors = list(_validator("facts").iter_errors(document))
    assert bool(errors) is (_OF_ANOTHER_KEY not in says), says


def test_facts_that_are_taken_hold() -> None:
    full = {**NIGHTLY, "id": 67890, "earlier": {"name": ["Old"]}, "dbt_version": None, "more": 1}
    document = {"version": 1, "host": "https://x.dbt.com", "account_id": 1, "jobs": {"67890": full}}
    assert list(_validator("facts").iter_errors(document)) == []


def test_the_command_prints_them(tmp_path: Path) -> None:
    assert json.loads(run(tmp_path, "schema", "facts").stdout)["title"].startswith("A facts file")
    done = run(tmp_path, "schema", "nothing")
    assert done.returncode == 2
    assert done.stderr == f"error: 'nothing' is none of {', '.join(NAMES)}\n"
