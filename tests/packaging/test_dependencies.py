"""Whatever is imported is declared: what a package of others happens to bring may be gone with its next release."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
DATA = (
    "tests/small_inputs/",
    "tests/cases",
    "tests/verify/programs",
    "examples/legacy_project",
    "tests/emulator/dbt_project",
)
"""Programs and projects that tests run; they are nobody's imports."""


def _files(folder: str) -> list[Path]:
    found = sorted((TOP / folder).rglob("*.py"))
    return [path for path in found if not path.relative_to(TOP).as_posix().startswith(DATA)]


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def _declared(*extras: str) -> set[str]:
    tomllib = pytest.importorskip("tomllib")
    project = tomllib.loads((TOP / "pyproject.toml").read_text("utf-8"))["project"]
    rows = [
        *project["dependencies"],
        *(row for extra in extras for row in project["optional-dependencies"][extra]),
    ]
    return {_normal(re.split(r"[\s<>=!~\[;]", row)[0]) for row in rows}


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


OWN = {"legacy_shim", "codemods", "benchmarks", "examples"}
LOCAL = {path.stem for path in _files("tests")}
"""Modules of tests, which import each other by their names."""
ONLY_FOR_TYPES = {"_typeshed", "typing_extensions"}
AREAS = [
    *((path, ()) for path in _files("legacy_shim") if "emulator" not in path.parts),
    *((path, ("emulator",)) for path in _files("legacy_shim/emulator")),
    *((path, ()) for path in _files("codemods")),
    *((path, ("emulator", "test")) for path in (*_files("tests"), *_files("examples"))),
    *((path, ("emulator", "test", "bench")) for path in _files("benchmarks")),
]


def test_every_import_is_declared() -> None:
    by_module = metadata.packages_distributions()
    missing = []
    for path, extras in AREAS:
        declared = _declared(*extras)
        for name in _imported(path):
            if name in sys.stdlib_module_names or name in OWN | LOCAL | ONLY_FOR_TYPES:
                continue
            if not {_normal(each) for each in by_module.get(name, [name])} & declared:
                missing.append(f"{path.relative_to(TOP)}: {name}")
    assert not missing


def test_the_rule_sees_what_is_not_declared(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("import numpy.linalg\nfrom pandas import x\nfrom . import y\n")
    assert list(_imported(tmp_path / "a.py")) == ["numpy", "pandas"]
    assert "numpy" not in _declared("emulator", "test")
    assert {"requests", "python-dotenv", "pydantic", "urllib3", "dagster-shared"} <= _declared()
