"""Small programs on which a naive codemod breaks silently: what becomes of each."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate, migrate_one

from legacy_shim.codemods.facts.jobs import load_facts

INPUTS = Path(__file__).resolve().parents[1] / "small_inputs"
BOTH = ("facts2.json", "facts3.json")
"""Job 67891 in another environment than job 67890, and in the same."""


def _files(name: str) -> dict[str, str]:
    folder = INPUTS / name
    found = (path for path in sorted(folder.rglob("*")) if path.is_file() and "__pycache__" not in path.parts)
    return {str(path.relative_to(folder)): path.read_text() for path in found}


def _facts(name: str = "facts.json"):
    return load_facts([INPUTS / name])


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("argument_made_once", {"LDC302", "LDC308"}),
        ("dynamic_output", set()),
        ("escaping_client", {"LDC303", "LDC308"}),
        ("failure_read", set()),
        ("iterated_loads", set()),
        ("key_prefix_package", {"LDC302", "LDC308"}),
        ("nested_resource", set()),
        ("r01_comment_above_local_import", set()),
        ("r03_lazy_guarded_import", set()),
        ("r09_preview_v2_path", set()),
        ("r17_vendored", set()),
        ("r19_literal_ldc201", set()),
        ("run_config_of_client", {"LDC302", "LDC308"}),
        ("self_referring", set()),
    ],
)
def test_a_small_program_is_migrated_or_kept(tmp_path: Path, name: str, kept: set[str]) -> None:
    files = _files(name)
    texts, report = migrate(tmp_path, files, facts=_facts())

    assert {finding.code for finding in report.findings if finding.code.startswith("LDC3")} == kept
    assert bool(report.sites.kept) == bool(kept)
    if name == "r17_vendored":
        assert texts == files
    if kept:
        assert "cloud_v2" not in "".join(texts.values())


def test_a_client_that_escapes_is_named_with_the_call_that_takes_it(tmp_path: Path) -> None:
    _, report = migrate(tmp_path, _files("escaping_client"), facts=_facts())

    assert any("prune" in finding.message for finding in report.findings if finding.code == "LDC303")


def test_a_token_that_was_read_at_import_is_not_reported_as_read_later(tmp_path: Path) -> None:
    _, codes = migrate_one(tmp_path, _files("r19_literal_ldc201")["app.py"], facts=_facts())

    assert "LDC201" not in codes


@pytest.mark.parametrize("facts", BOTH)
@pytest.mark.parametrize("name", ["two_environments_beside", "r11_literal_second_job_later"])
def test_facts_that_come_later_end_where_all_at_once_do(tmp_path: Path, name: str, facts: str) -> None:
    files = _files(name)
    migrate(tmp_path / "later", files, facts=_facts())
    kept = {path: (tmp_path / "later" / path).read_text() for path in files}
    later, _ = migrate(tmp_path / "later", kept, facts=_facts(facts))
    at_once, _ = migrate(tmp_path / "at_once", files, facts=_facts(facts))

    assert later == at_once


@pytest.mark.parametrize("facts", BOTH)
def test_two_code_locations_share_no_job(tmp_path: Path, facts: str) -> None:
    texts, report = migrate(tmp_path, _files("r14_two_locations"), facts=_facts(facts))

    assert 'adhoc_job_name="Nightly"' in texts["a/definitions.py"]
    assert 'adhoc_job_name="Daily"' in texts["b/definitions.py"]
    assert "LDC204" not in {finding.code for finding in report.findings}
