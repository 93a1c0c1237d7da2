"""Who may import whom, read from the code and seen in running processes."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
CODEMODS = sorted((TOP / "codemods").rglob("*.py"))
SHARED = (
    "catalogue",
    "dbt_commands",
    "json_text",
    "regular_file",
    "start",
    "usage_record",
    "visible",
    "snapshot.schema",
)
"""Modules of ``legacy_shim`` that the codemod uses too."""
CLOUD = sorted((TOP / "legacy_shim" / "cloud").rglob("*.py"))


def _imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, at its top or inside, with relative ones made absolute."""
    relative = path.relative_to(TOP).with_suffix("")
    package = ["legacy_shim", *relative.parts] if relative.parts[0] == "codemods" else list(relative.parts)
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level]) if node.level else ""
            module = ".".join(part for part in (base, node.module) if part)
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


def _reaches(imported: str, package: str) -> bool:
    return imported == package or imported.startswith(f"{package}.")


@pytest.mark.parametrize("path", CODEMODS, ids=lambda path: path.relative_to(TOP).as_posix())
def test_the_codemod_imports_neither_dagster_nor_dbt(path: Path) -> None:
    for imported in _imports(path):
        root = imported.partition(".")[0]
        assert not root.startswith("dagster"), imported
        assert root not in {"dbt", "dbt_common", "werkzeug", "codemods"}, imported


@pytest.mark.parametrize("path", CODEMODS, ids=lambda path: path.relative_to(TOP).as_posix())
def test_the_codemod_shares_with_the_run_time_only_what_imports_nothing(path: Path) -> None:
    if path.name == "other_commands.py":  # it hands words on to the commands that are not the codemod's
        return
    for imported in _imports(path):
        if imported.startswith("legacy_shim.") and not _reaches(imported, "legacy_shim.codemods"):
            assert any(_reaches(imported, f"legacy_shim.{name}") for name in SHARED), imported


@pytest.mark.parametrize("name", SHARED)
def test_what_both_sides_share_imports_nothing_but_the_standard_library(name: str) -> None:
    for imported in _imports((TOP / "legacy_shim" / name.replace(".", "/")).with_suffix(".py")):
        if any(_reaches(imported, f"legacy_shim.{other}") for other in SHARED):
            continue
        assert imported.partition(".")[0] in sys.stdlib_module_names, imported


@pytest.mark.parametrize("path", CODEMODS, ids=lambda path: path.relative_to(TOP).as_posix())
def test_imports_inside_the_codemod_are_relative(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and not node.level:
            assert not _reaches(node.module or "", "legacy_shim.codemods"), ast.unparse(node)


@pytest.mark.parametrize("path", CLOUD, ids=lambda path: path.relative_to(TOP).as_posix())
def test_the_facade_imports_neither_the_codemod_nor_the_emulator(path: Path) -> None:
    for imported in _imports(path):
        assert not _reaches(imported, "legacy_shim.codemods"), imported
        assert not _reaches(imported, "legacy_shim.emulator"), imported
        assert imported.partition(".")[0] not in {"libcst", "werkzeug", "dbt", "duckdb"}, imported


ROOMS = ("files", "analysis", "facts", "editing", "planning", "constructs")
"""The folders of the codemod from the ground up: one may know those before it, and none behind it."""
GROUND = {"deep_stack", "garbage", "errors", "exhaustive", "findings", "options"}
"""What lies below them all."""


@pytest.mark.parametrize(
    "path",
    [path for path in CODEMODS if path.relative_to(TOP).parts[1] in ROOMS],
    ids=lambda path: path.relative_to(TOP).as_posix(),
)
def test_data_flows_one_way(path: Path) -> None:
    room = path.relative_to(TOP).parts[1]
    allowed = {*ROOMS[: ROOMS.index(room) + 1], *GROUND}
    for imported in _imports(path):
        if _reaches(imported, "legacy_shim.codemods"):
            parts = imported.split(".")
            assert len(parts) < 3 or parts[2] in allowed, imported


def test_the_rules_have_files_to_look_at() -> None:
    assert len(CODEMODS) > 20
    assert len(CLOUD) > 5


def _loaded(statement: str) -> set[str]:
    """The modules that a fresh process has loaded after a statement."""
    code = f"{statement}\nimport sys\nprint(*sorted(sys.modules), sep='\\n')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def _loaded_by_module(*arguments: str) -> set[str]:
    """The modules that a run of the command line imports, as Python itself tells it."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "legacy_shim.codemods", *arguments],
        capture_output=True,
        text=True,
        check=True,
    )
    return {
        line.rpartition("|")[2].strip()
        for line in done.stderr.splitlines()
        if line.startswith("import time:")
    }


def test_import_legacy_shim_is_cheap() -> None:
    loaded = _loaded("import legacy_shim")
    assert "legacy_shim" in loaded
    assert not {name.partition(".")[0] for name in loaded} & {
        "dagster",
        "dagster_dbt",
        "libcst",
        "requests",
        "typer",
    }
    assert "legacy_shim.codemods" not in loaded


def test_every_module_of_the_codemod_loads_without_dagster() -> None:
    names = [
        ".".join(["legacy_shim", *path.relative_to(TOP).with_suffix("").parts]).removesuffix(".__init__")
        for path in CODEMODS
        if path.stem != "__main__"
    ]
    loaded = _loaded("\n".join(f"import {name}" for name in names))
    assert "legacy_shim.codemods.pipeline" in loaded
    assert not {name.partition(".")[0] for name in loaded} & {"dagster", "dagster_dbt", "dbt", "werkzeug"}


def test_help_loads_nothing_slow() -> None:
    loaded = _loaded_by_module("--help")
    assert "legacy_shim.codemods.commands.cli" in loaded
    assert not {name.partition(".")[0] for name in loaded} & {"libcst", "requests", "rich", "dagster", "yaml"}


@pytest.mark.parametrize("command", ["scan", "migrate"])
def test_a_tree_without_legacy_names_loads_nothing_that_analyses(command: str, tmp_path: Path) -> None:
    (tmp_path / "assets.py").write_text("from dagster import asset\n")
    loaded = _loaded_by_module(command, str(tmp_path))
    assert "legacy_shim.codemods.pipeline" in loaded
    rooms = {name.split(".")[2] for name in loaded if name.startswith("legacy_shim.codemods.")}
    assert "pydantic" not in loaded
    assert not rooms & {"constructs", "planning", "editing", "facts_at_hand", "verify", "deciding"}
    assert "legacy_shim.codemods.analysis.inference" not in loaded


def test_explain_loads_nothing_slow() -> None:
    loaded = _loaded_by_module("explain", "LDC101")
    assert "legacy_shim.codemods.reporting.guide" in loaded
    assert not {name.partition(".")[0] for name in loaded} & {"libcst", "requests", "rich", "dagster"}
