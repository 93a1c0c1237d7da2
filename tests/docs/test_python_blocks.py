"""The Python in the documents is true: the codemod makes each `after` of its `before`, and the rest runs."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import dagster
import pytest
from documents import TOP, Block, blocks

from legacy_shim.catalogue import BY_NAME, LEGACY_NAMES, LegacyName
from legacy_shim.codemods import pipeline
from legacy_shim.codemods.facts.jobs import Facts, load_facts
from legacy_shim.codemods.options import Options
from legacy_shim.codemods.reporting.guide import sections

RESOURCE = """\
dbt_cloud = dbt_cloud_resource.configured(
    {"auth_token": {"env": "DBT_CLOUD_API_TOKEN"}, "account_id": 12345}
)
"""
TEXT = (TOP / "MIGRATION.md").read_text("utf-8")
GUIDE = dict(sections(TEXT))
PYTHON = blocks("python")
BY_HAND = [block for block in PYTHON if "# after, by hand\n" in block.text]
PAIRS = [block for block in PYTHON if "# before\n" in block.text and block not in BY_HAND]
KEPT = [block for block in PYTHON if "legacy-shim: keep" in block.text]
RUN = [block for block in PYTHON if block not in [*PAIRS, *BY_HAND, *KEPT]]


def halves(block: Block) -> tuple[str, str]:
    before, after = re.split(r"^# after(?:, by hand)?\n", block.text, flags=re.MULTILINE)
    return before.split("# before\n")[1], after


def with_imports(text: str) -> str:
    """A program of an example: the imports that it leaves out, and the resource if it has none."""
    program = text if re.search(r"^(dbt_cloud|client) = ", text, re.MULTILINE) else f"{RESOURCE}\n\n{text}"
    names = {node.id for node in ast.walk(ast.parse(program)) if isinstance(node, ast.Name)}
    made = {
        node.name for node in ast.walk(ast.parse(program)) if isinstance(node, ast.ClassDef | ast.FunctionDef)
    }
    theirs = ", ".join(sorted(name for name in names - made if hasattr(dagster, name)))
    lines = ["import os", f"from dagster import {theirs}" if theirs else ""]
    homes = {name: "dagster_dbt" if BY_NAME[name].public else f"dagster_dbt.cloud.{BY_NAME[name].module}"
             for name in sorted(names & set(BY_NAME))}  # fmt: skip
    lines += [f"from {home} import {name}" for name, home in homes.items()]
    return "\n".join(line for line in lines if line) + f"\n\n{program}"


def migrated(folder: Path, text: str) -> str:
    """What the codemod makes of a program, with the facts that the guide shows."""
    (folder / "facts.json").write_text(blocks("json")[0].text)
    (job,) = load_facts([folder / "facts.json"]).jobs
    daily = replace(job, execute_steps=("dbt build --select tag:daily",))
    weekly = replace(
        job, id=67891, name="Weekly", execute_steps=("dbt seed", "dbt build --select tag:weekly")
    )
    program = folder / "program.py"
    program.write_text(text)
    options = Options(facts=Facts((daily, weekly)), env={"DBT_JOB_ID": "67890"})
    report = pipeline.write(pipeline.migrate([program], options))
    assert not report.file_problems
    return program.read_text()


def without_imports(text: str) -> str:
    tree = ast.parse(text)
    imports = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    lines = text.splitlines(keepends=True)
    return "".join(lines[max((node.end_lineno or 0 for node in imports), default=0) :])


def formatted(text: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "format", "--isolated", "--line-length=100", "-"],
        input=text, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout.strip() + "\n"


@pytest.mark.parametrize("block", PAIRS, ids=str)
def test_the_codemod_makes_after_of_before(block: Block, tmp_path: Path) -> None:
    before, after = halves(block)
    text = formatted(without_imports(migrated(tmp_path, with_imports(before))))
    assert text.endswith(formatted(after)), text


@pytest.mark.parametrize("block", KEPT, ids=str)
def test_what_is_to_be_kept_is_kept(block: Block, tmp_path: Path) -> None:
    text = migrated(tmp_path, with_imports(block.text))
    assert text.endswith(block.text)
    assert "from legacy_shim import" in text


@pytest.mark.parametrize("block", RUN, ids=str)
def test_the_others_run(block: Block, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text("" if "import" in block.text else "from dagster import *\n")
    program.write_text(program.read_text() + block.text)
    done = subprocess.run([sys.executable, str(program)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("row", LEGACY_NAMES, ids=lambda row: row.name)
def test_each_name_stands_before_and_not_after(row: LegacyName) -> None:
    """In the section of its code: what the codemod writes, or what a person does. LDC113 is of workflows."""
    if row.code == "LDC113":
        before, after = (block for block in blocks("yaml") if block.text in GUIDE[row.code])
        assert "dagster-dbt-cloud" in before.text
        assert "dagster-dbt-cloud" not in after.text
        return
    shown = PAIRS if row.public else [*PAIRS, *BY_HAND]
    pairs = [halves(block) for block in shown if block.text in GUIDE[row.code]]
    assert any(re.search(rf"\b{row.name}\b", before) for before, _ in pairs)
    assert not any(re.search(rf"\b{row.name}\b", after) for _, after in pairs)


def test_the_table_of_names_is_that_of_the_catalogue() -> None:
    found = re.findall(r"^\| `(\w+)` \| (.*) \| \[(LDC\d{3})\]\(#.*\) \|$", TEXT, re.MULTILINE)
    assert found == [(row.name, row.replacement, row.code) for row in LEGACY_NAMES]


def test_each_legacy_name_is_in_the_section_of_its_code() -> None:
    for row in LEGACY_NAMES:
        assert re.search(rf"\b{row.name}\b", GUIDE[row.code]), row.name


def test_the_facts_of_the_guide_are_read(tmp_path: Path) -> None:
    for block in blocks("json"):
        (tmp_path / "facts.json").write_text(block.text)
        (job,) = load_facts([tmp_path / "facts.json"]).jobs
        assert (job.name, job.project_id, job.environment_id) == ("Nightly", 11, 22)


def test_every_block_is_of_a_kind_that_is_checked() -> None:
    measured = {"text"}  # what the benchmarks printed
    for block in blocks():
        allowed = measured if block.document == "BENCHMARKS.md" else set()
        assert block.language in {"python", "json", "shell", "toml", "yaml", *allowed}, block
