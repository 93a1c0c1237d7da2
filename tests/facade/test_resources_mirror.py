"""Every name of dagster-dbt's legacy modules has its place here, also the private ones that tests replace."""

from __future__ import annotations

import ast
import importlib
import inspect
import subprocess
import sys

import pytest

from legacy_shim.catalogue import LEGACY_MODULES, LEGACY_NAMES


@pytest.mark.parametrize("module", LEGACY_MODULES)
def test_names_that_dagster_dbt_defines_or_takes_from_itself(module: str) -> None:
    """Not those of other packages, which nobody looks for there."""
    theirs = _own_names(module)
    ours = importlib.import_module(f"legacy_shim.cloud.{module}")
    assert theirs
    assert {name for name in theirs if not hasattr(ours, name)} == set()


@pytest.mark.parametrize("module", LEGACY_MODULES)
def test_a_star_import_brings_those_and_nothing_of_how_the_facade_is_made(module: str) -> None:
    brought: dict[str, object] = {}
    exec(f"from legacy_shim.cloud.{module} import *", brought)
    theirs = {name for name in _own_names(module) if not name.startswith("_")}
    assert theirs <= brought.keys()
    of_upstream = vars(importlib.import_module(f"dagster_dbt.cloud.{module}")).keys()
    of_other_releases = {"DbtCloudResourceV2", "SUCCESSFUL_NODE_STATUSES"}  # before 0.20; since 0.29
    assert brought.keys() - of_upstream <= of_other_releases


def _own_names(module: str) -> set[str]:
    theirs = pytest.importorskip(f"dagster_dbt.cloud.{module}")
    return {name for statement in ast.parse(inspect.getsource(theirs)).body for name in _bound_by(statement)}


def _bound_by(statement: ast.stmt) -> list[str]:
    if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
        return [statement.name]
    if isinstance(statement, ast.ImportFrom) and str(statement.module).startswith("dagster_dbt"):
        return [alias.asname or alias.name for alias in statement.names]
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    return [target.id for target in targets if isinstance(target, ast.Name)]


@pytest.mark.parametrize("row", LEGACY_NAMES, ids=lambda row: row.name)
def test_names_of_the_catalogue(row: object) -> None:
    name, module, public = row.name, row.module, row.public  # type: ignore[attr-defined]
    value = getattr(importlib.import_module(f"legacy_shim.cloud.{module}"), name)
    if public:
        assert getattr(importlib.import_module("legacy_shim.cloud"), name) is value


def test_modules_need_no_dagster_dbt() -> None:
    """The client, the resources, the op and the events work where that package has dropped its legacy part."""
    script = (
        "import sys; sys.modules['dagster_dbt.cloud'] = None\n"
        "from legacy_shim.cloud import resources, types, ops, utils\n"
        "assert not any(name.startswith('dagster_dbt.cloud.') for name in sys.modules)"
    )
    subprocess.run([sys.executable, "-W", "ignore", "-c", script], check=True, timeout=120)
