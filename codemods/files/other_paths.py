"""Other paths by which files are imported: through symbolic links, and by the names that a project gives its folders.

    services/a/shared -> ../../libs/common        from shared.cloud import cloud
    package-dir = {acme = "lib"}                  from acme.cloud import cloud

Source: https://setuptools.pypa.io/en/latest/userguide/package_discovery.html,
https://hatch.pypa.io/latest/config/build/#rewriting-paths.
"""

from __future__ import annotations

import ast
import configparser
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from legacy_shim.regular_file import read_bytes

from .code_locations import PYPROJECT, parse_toml
from .walk import Link

_SETUP_CFG = "setup.cfg"
_SETUP_PY = "setup.py"
DECLARING = frozenset({PYPROJECT, _SETUP_CFG, _SETUP_PY})
"""The files that may say which folder a package is read from."""
_LARGEST = 1024 * 1024
"""Bytes. What is larger is data."""


def other_paths(
    files: Sequence[Path], links: Iterable[Link], declaring: Iterable[Path]
) -> Mapping[Path, Path]:
    """The files by their other paths."""
    renamed = [*links, *(link for path in declaring for link in _declared(path))]
    if not renamed:
        return {}
    reals = {os.path.realpath(path): path for path in files}
    found: dict[Path, Path] = {}
    for link in renamed:
        if link.target in reals:
            found[link.path] = reals[link.target]
            continue
        inside = link.target + os.sep
        if not (os.path.realpath(link.path.parent) + os.sep).startswith(
            inside
        ):  # it leads to what it stands in
            found |= {
                link.path / real.removeprefix(inside): path
                for real, path in reals.items()
                if real.startswith(inside)
            }
    return {path: file for path, file in found.items() if path != file}


def _declared(path: Path) -> Iterator[Link]:
    try:
        text = read_bytes(path, largest=_LARGEST).decode("utf-8-sig")
        folders = _READING[path.name](text)
    except (OSError, ValueError, SyntaxError, RecursionError, configparser.Error):
        return
    for name, folder in folders.items():
        if isinstance(name, str) and isinstance(folder, str) and name:
            yield Link(
                path.parent.joinpath(*name.replace("/", ".").split(".")),
                os.path.realpath(path.parent / folder),
            )


def _of_pyproject(text: str) -> Mapping[Any, Any]:
    tool = _at(parse_toml(text), "tool")
    sources = _at(tool, "hatch", "build", "targets", "wheel", "sources") or _at(
        tool, "hatch", "build", "sources"
    )
    return {**_at(tool, "setuptools", "package-dir"), **{name: folder for folder, name in sources.items()}}


def _at(table: Mapping[str, Any], *names: str) -> Mapping[str, Any]:
    for name in names:
        table = table.get(name, {})
        if not isinstance(table, Mapping):
            return {}
    return table


def _of_setup_cfg(text: str) -> Mapping[Any, Any]:
    parser = configparser.RawConfigParser()
    parser.read_string(text)
    lines = parser.get("options", "package_dir", fallback="").splitlines()
    pairs = (line.partition("=") for line in lines if "=" in line)
    return {name.strip(): folder.strip() for name, _, folder in pairs}


def _of_setup_py(text: str) -> Mapping[Any, Any]:
    given = (
        word.value
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call)
        for word in node.keywords
        if word.arg == "package_dir"
    )
    return next((ast.literal_eval(value) for value in given if isinstance(value, ast.Dict)), {})


_READING = {PYPROJECT: _of_pyproject, _SETUP_CFG: _of_setup_cfg, _SETUP_PY: _of_setup_py}
