"""The guide has one section for each code, and `explain` shows it."""

from __future__ import annotations

import ast
import re
import shlex
from pathlib import Path

import pytest

from legacy_shim.catalogue import CODES, LEGACY_NAMES, Code
from legacy_shim.codemods.errors import UsageError
from legacy_shim.codemods.reporting import explain as explain_module
from legacy_shim.codemods.reporting import guide as guide_module
from legacy_shim.codemods.reporting.explain import explain
from legacy_shim.codemods.reporting.guide import (
    SAFETY,
    guide_text,
    head,
    section,
    sections,
    updated,
    why,
)

TOP = Path(__file__).resolve().parents[2]
GUIDE = (TOP / "MIGRATION.md").read_text("utf-8")


def test_the_codes_part_follows_from_the_catalogue() -> None:
    """Heads, order and families. After a change of the catalogue: ``python -m legacy_shim.codemods.reporting.guide``."""
    assert updated(GUIDE) == GUIDE


def test_each_code_has_exactly_one_section_in_order() -> None:
    assert [code for code, _ in sections(GUIDE)] == [code.code for code in CODES]


@pytest.mark.parametrize("code", CODES, ids=lambda code: code.code)
def test_each_section_says_more_than_the_catalogue(code: Code) -> None:
    text = section(code, GUIDE)
    assert text.startswith(head(code))
    assert SAFETY[code.safety] in text
    assert len(why(text)) > 80, "a person should say why"


@pytest.mark.parametrize("code", CODES, ids=lambda code: code.code)
def test_codes_that_a_section_refers_to_exist(code: Code) -> None:
    assert set(re.findall(r"LDC\d{3}", section(code, GUIDE))) <= {each.code for each in CODES}


def test_examples_are_python() -> None:
    examples = re.findall(r"^```python\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)
    assert len(examples) > 5
    for example in examples:
        ast.parse(example.replace("(...)", "()"))


def test_commands_of_the_guide_exist() -> None:
    """Each command line in the guide is one that the tool understands, `verify` and its like included."""
    import typer.main

    from legacy_shim.codemods.commands.cli import app

    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    joined = GUIDE.replace("\\\n", " ")  # as a shell reads a line that goes on
    found = re.findall(r"python -m legacy_shim\.codemods (\w+)([^\n`>]*)", joined)
    assert {name for name, _ in found} >= {"scan", "lookup", "migrate", "explain"}
    for name, rest in found:
        assert name in commands, name
        options = {option for parameter in commands[name].params for option in parameter.opts}
        given = {word for word in shlex.split(rest) if word.startswith("--")}
        assert given <= options, (name, given - options)


def test_links_inside_the_guide_lead_somewhere() -> None:
    headings = re.findall(r"^#+ (.*)$", GUIDE, re.MULTILINE)
    anchors = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    links = re.findall(r"\]\(#([^)]+)\)", GUIDE)
    assert links
    assert set(links) <= anchors


def test_a_comment_in_an_example_does_not_end_its_section() -> None:
    assert "# after" in explain("LDC101")
    assert "access_url has no default" in explain("LDC101").replace("`", "")


def test_updated_puts_a_new_code_in_its_place_and_keeps_what_people_wrote() -> None:
    guide = "# Guide\n\nHello.\n\n### LDC102 old title\n\nold\n\nold\n\nWritten by hand.\n\n### LDC101 x\n\na\n\nb\n\nMine."
    fresh = updated(guide)
    assert fresh.startswith("# Guide\n\nHello.\n\n## LDC1xx")
    assert [code for code, _ in sections(fresh)] == [code.code for code in CODES]
    assert why(section(CODES[1], fresh)) == "Written by hand."
    assert why(section(CODES[0], fresh)) == "Mine."
    assert updated(fresh) == fresh


def test_a_code_in_any_case_and_a_legacy_name() -> None:
    assert explain("ldc104") == explain("LDC104") == explain("load_assets_from_dbt_cloud_job")
    assert explain("LDC104").startswith("### LDC104 load_assets_from_dbt_cloud_job\n")


@pytest.mark.parametrize("row", LEGACY_NAMES, ids=lambda row: row.name)
def test_the_section_of_a_name_tells_its_replacement(row: object) -> None:
    name, replacement = row.name, row.replacement  # type: ignore[attr-defined]
    assert f"`{name}`" in explain(name)
    assert replacement in explain(name)


def test_without_a_guide_the_catalogue_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explain_module, "guide_text", lambda: "")
    assert explain("LDC301") == head(next(code for code in CODES if code.code == "LDC301"))


@pytest.mark.parametrize(
    ("word", "hint"), [("LDC999", "LDC"), ("dbt_cloud_resorce", "dbt_cloud_resource"), ("ldc20l", "LDC2")]
)
def test_a_word_that_is_neither_is_answered_with_the_nearest(word: str, hint: str) -> None:
    with pytest.raises(
        UsageError, match=f"{word!r} is neither a code nor a legacy name; did you mean .*{hint}"
    ):
        explain(word)


def test_the_guide_is_found_in_this_installation() -> None:
    assert guide_text() == GUIDE


def test_there_is_one_copy_of_the_guide() -> None:
    beside = Path(guide_module.__file__).with_name("MIGRATION.md")
    assert beside.is_symlink()
    assert beside.resolve() == TOP / "MIGRATION.md"


def test_the_guide_is_found_where_a_checkout_has_no_links(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "codemods" / "reporting"
    package.mkdir(parents=True)
    (tmp_path / "MIGRATION.md").write_text("the guide")
    (package / "MIGRATION.md").write_text("../../MIGRATION.md")
    monkeypatch.setattr(guide_module, "__file__", str(package / "guide.py"))
    monkeypatch.setattr(guide_module.resources, "files", lambda _: package)
    assert guide_text() == "the guide"
    (package / "MIGRATION.md").unlink()
    assert guide_text() == ""
