"""Where a project says that its code locations start: ``workspace.yaml`` and ``pyproject.toml``.

    load_from:                                  [tool.dagster]              [tool.dg.project]
      - python_module: shop.definitions         module_name = "shop"        root_module = "shop"
      - python_file: jobs/finance.py

Source: https://docs.dagster.io/deployment/code-locations/workspace-yaml, https://docs.dagster.io/api/dg/dg-cli.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from legacy_shim.regular_file import read_bytes

from .yaml_files import LARGEST, yaml_text

WORKSPACE = "workspace.yaml"
PYPROJECT = "pyproject.toml"
_KINDS = {"python_module": "module_name", "python_package": "package_name", "python_file": "relative_path"}


@dataclass(frozen=True)
class Entry:
    """Where a code location starts."""

    folder: Path
    """The folder from which its module or file is looked up."""
    parts: tuple[str, ...]
    """Those of its path there, without the suffix."""

    def candidates(self) -> Iterator[Path]:
        """The files that it may be."""
        for base in (self.folder, self.folder / "src"):
            target = Path(os.path.normpath(base.joinpath(*self.parts)))
            yield target.with_name(f"{target.name}.py")
            yield target / "__init__.py"


@dataclass(frozen=True)
class Entries:
    """All that a project declares; not whole where a file that may declare more cannot be read."""

    found: tuple[Entry, ...] = ()
    are_whole: bool = True


def declared_entries(files: Iterable[Path]) -> Entries:
    """The code locations that are declared beside or above the files, up to the top of the repository."""
    found: dict[Entry, None] = {}
    are_whole = True
    for folder in _folders(files):
        for name, read in ((WORKSPACE, _of_workspace), (PYPROJECT, _of_pyproject)):
            path = folder / name
            if path.is_file():
                entries = read(path)
                are_whole = are_whole and None not in entries
                found.update(dict.fromkeys(entry for entry in entries if entry is not None))
    return Entries(tuple(found), are_whole)


def _folders(files: Iterable[Path]) -> list[Path]:
    found: dict[Path, None] = {}
    for folder in {path.parent for path in files}:
        real = Path(os.path.realpath(folder))
        for above in (real, *real.parents):
            if above in found:
                break
            found[above] = None
            if (above / ".git").exists():
                break
    return sorted(found)


def _of_workspace(path: Path) -> list[Entry | None]:
    import yaml  # type: ignore[import-untyped]  # Few projects need it here.

    try:
        document = yaml.safe_load(yaml_text(path))
    except (OSError, ValueError, yaml.YAMLError):
        return [None]
    rows = document.get("load_from") if isinstance(document, Mapping) else None
    return [_of_row(path.parent, row) for row in rows] if isinstance(rows, list) else [None]


def _of_row(folder: Path, row: Any) -> Entry | None:
    """One row of ``load_from``; None where it cannot be read. What a server serves starts in no file of ours."""
    if not isinstance(row, Mapping) or len(row) != 1:
        return None
    kind, given = next(iter(row.items()))
    if kind not in _KINDS:
        return None
    target = given.get(_KINDS[kind]) if isinstance(given, Mapping) else given
    base = given.get("working_directory") if isinstance(given, Mapping) else None
    if not isinstance(target, str) or not isinstance(base, (str, type(None))):
        return None
    if kind == "python_file":
        return Entry(folder, Path(target).with_suffix("").parts)
    return Entry(folder / base if base else folder, tuple(target.split(".")))


def _of_pyproject(path: Path) -> list[Entry | None]:
    try:
        tool = _table(parse_toml(read_bytes(path, largest=LARGEST).decode("utf-8-sig")), "tool")
    except (OSError, ValueError):
        return [None]
    dagster, project = _table(tool, "dagster"), _table(_table(tool, "dg"), "project")
    target, root = project.get("code_location_target_module"), project.get("root_module")
    names = [dagster.get("module_name"), target]
    rows = dagster.get("modules")
    names += [row.get("name") for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []
    if isinstance(root, str) and not target:
        names.append(f"{root}.definitions")
    return [Entry(path.parent, tuple(name.split("."))) for name in names if isinstance(name, str)]


def parse_toml(text: str) -> Mapping[str, Any]:
    """A TOML document. Raises ValueError for what is none."""
    # Imported here: few projects need it, and start-up counts.
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _table(parent: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = parent.get(key)
    return found if isinstance(found, Mapping) else {}
