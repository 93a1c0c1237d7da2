"""Each command in the documents is one that exists, with options that exist; the guide's own commands run."""

from __future__ import annotations

import importlib
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import typer.main
from documents import TOP, blocks, commands

from legacy_shim.codemods.commands.cli import app

SHELL = [(str(block), line) for block in blocks("shell") for line in commands(block)]
CODEMODS = "python -m legacy_shim.codemods"
PLAIN = ("cd", "export", "git", "source")


def words_of(line: str) -> list[str]:
    return shlex.split(line.split(" > ")[0])


@pytest.mark.parametrize(("place", "line"), SHELL, ids=[f"{place} {line[:50]}" for place, line in SHELL])
def test_the_command_exists(place: str, line: str) -> None:
    words = words_of(line)
    if line.startswith(f"{CODEMODS} "):
        command = typer.main.get_command(app).commands[words[3]]  # type: ignore[attr-defined]
        command.make_context(words[3], words[4:], resilient_parsing=False)
    elif line.startswith("python -m libcst.tool"):
        module, name = next(word for word in words if word.startswith("legacy_shim")).rsplit(".", 1)
        assert hasattr(importlib.import_module(module), name)
    elif words[0] == "python" and words[1] == "-m":
        assert words[2].startswith("legacy_shim") or words[2] in {
            "pytest",
            "venv",
            "benchmarks",
            "libcst.tool",
        }, line
    elif words[0] == "legacy-shim":
        assert '\nlegacy-shim = "' in (TOP / "pyproject.toml").read_text()
        if words[1:] != ["--install-completion"]:  # shown to work by tests/packaging
            command = typer.main.get_command(app).commands[words[1]]  # type: ignore[attr-defined]
            command.make_context(words[1], words[2:], resilient_parsing=False)
    elif words[0] == "make":
        assert re.search(rf"^{words[1]}:", (TOP / "Makefile").read_text(), re.MULTILINE), line
    elif words[:2] == ["pip", "install"]:
        extras = re.findall(r"\[([\w,]+)\]", line)
        known = re.findall(r"^(\w+) = \[", (TOP / "pyproject.toml").read_text(), re.MULTILINE)
        assert {name for extra in extras for name in extra.split(",")} <= set(known), line
    elif words[:2] == ["pip", "uninstall"]:
        assert words[2:] == ["legacy-shim"], line
    else:
        assert words[0] in PLAIN, f"{place}: what is {words[0]}?"


def test_the_commands_of_the_guide_migrate_a_project(tmp_path: Path) -> None:
    """Those for `.`, one after the other, in a copy of the example with a facts file at hand."""
    shutil.copytree(TOP / "examples" / "legacy_project", tmp_path, dirs_exist_ok=True)
    facts = next(block for block in blocks("json") if block.document == "MIGRATION.md")
    (tmp_path / "dbt_cloud_jobs.json").write_text(facts.text)
    (tmp_path / "usage.log").touch()
    lines = [line for place, line in SHELL if place.startswith("MIGRATION.md") and line.startswith(CODEMODS)]
    run = [line for line in lines if re.search(r"\b(scan|migrate)\b.* \.( |$)", line)]
    assert len(run) >= 3, run
    for line in run:
        done = subprocess.run(
            [sys.executable, *words_of(line)[1:]], cwd=tmp_path, capture_output=True, text=True
        )
        assert done.returncode in (0, 1), (line, done.stdout, done.stderr)
    (program,) = (path for path in tmp_path.rglob("*.py") if "DbtCloudWorkspace" in path.read_text())
    assert "dbt_cloud_resource" not in program.read_text()


@pytest.mark.parametrize("document", sorted(path.name for path in TOP.glob("*.md")))
def test_links_to_files_lead_somewhere(document: str) -> None:
    text = (TOP / document).read_text("utf-8")
    text = re.sub(r"`[^`\n]*`", "", text)  # code may look like a link
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
        assert (TOP / target).exists(), (document, target)
