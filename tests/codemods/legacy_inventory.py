"""What the legacy package of the dagster-dbt beside this Python defines and exports, as JSON. Needs nothing else."""

from __future__ import annotations

import importlib
import json
import pkgutil
import types

import dagster_dbt
import dagster_dbt.cloud


def defined() -> dict[str, list[str]]:
    """The public names that each submodule binds itself: what it defines, constants included."""
    found = {}
    for info in pkgutil.iter_modules(dagster_dbt.cloud.__path__):
        module = importlib.import_module(f"dagster_dbt.cloud.{info.name}")
        found[info.name] = [name for name, value in vars(module).items() if _is_own(module, name, value)]
    return found


def _is_own(module: types.ModuleType, name: str, value: object) -> bool:
    if name.startswith("_") or isinstance(value, types.ModuleType):
        return False
    home = getattr(value, "__module__", None)
    return home == module.__name__ or (home is None and name.isupper())


def exported() -> list[str]:
    """The names of the legacy package at its top, and at the top of ``dagster_dbt``."""
    return [
        name for name in vars(dagster_dbt.cloud) if not name.startswith("_") and hasattr(dagster_dbt, name)
    ]


if __name__ == "__main__":
    print(json.dumps({"defined": defined(), "exported": exported()}))
