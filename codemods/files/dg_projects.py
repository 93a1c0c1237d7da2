"""Projects in the layout of Dagster's ``dg``: which folder holds the definitions that it loads by themselves.

    [tool.dg.project]
    root_module = "shop"            # its definitions are in shop/defs, or src/shop/defs
    defs_module = "shop.defs"       # where they are elsewhere

Source: https://docs.dagster.io/api/dg/dg-cli, ``dagster.components.core.defs_module``, ``dagster.components.core.decl``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from legacy_shim.regular_file import read_bytes

from .code_locations import PYPROJECT, parse_toml

_DG = "dg.toml"
_LARGEST = 1024 * 1024
"""Bytes. What is larger is data."""
COMPONENT_FILES = ("defs.yaml", "component.yaml")
"""The files that make a folder a component, which then decides what else of the folder is loaded."""
_LOADED_ALONE = "definitions.py"


def defs_folder(path: Path) -> Path | None:
    """The folder of definitions that a file is in, of the project nearest above; None where it is in none."""
    path = path.resolve()
    for folder in path.parents:
        project = _project_in(folder)
        if project is not None:
            return next((one for one in _candidates(folder, project) if one in path.parents), None)
        if (folder / ".git").exists():
            break
    return None


def against_new_folder(path: Path, defs: Path) -> str:
    """Why a new folder beside a file in a folder of definitions would not be loaded; empty where it is."""
    if path.name == _LOADED_ALONE:
        return f"a file called {_LOADED_ALONE} is loaded instead of what stands beside it"
    for folder in path.resolve().parents:
        for name in (*COMPONENT_FILES, _LOADED_ALONE):
            if (folder / name).exists():
                return f"{folder.name}/{name} says what is loaded of its folder"
        if folder == defs:
            break
    return ""


def _project_in(folder: Path) -> Mapping[str, Any] | None:
    """The table of the project that is configured in a folder."""
    for name, keys in ((_DG, ("project",)), (PYPROJECT, ("tool", "dg", "project"))):
        if not (folder / name).is_file():
            continue
        try:
            found: Any = parse_toml(read_bytes(folder / name, largest=_LARGEST).decode("utf-8-sig"))
        except (OSError, ValueError):
            continue
        for key in keys:
            found = found.get(key) if isinstance(found, Mapping) else None
        if isinstance(found, Mapping):
            return found
    return None


def _candidates(folder: Path, project: Mapping[str, Any]) -> Iterator[Path]:
    root, module = project.get("root_module"), project.get("defs_module")
    name = module if isinstance(module, str) else f"{root}.defs" if isinstance(root, str) else ""
    if name:
        yield folder.joinpath("src", *name.split("."))
        yield folder.joinpath(*name.split("."))
