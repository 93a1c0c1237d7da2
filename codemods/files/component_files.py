"""What stands in the ``defs.yaml`` of a component, and in which line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .yaml_files import yaml_text

FILE = "defs.yaml"


@dataclass(frozen=True)
class Cell:
    """A value, and the line and column where it begins, both from 1."""

    value: Any
    line: int
    column: int


def read_component(folder: Path) -> Mapping[tuple[str, ...], Cell]:
    """The values of the component in a folder, by the keys that lead to them; empty where it cannot be read."""
    import yaml  # type: ignore[import-untyped]  # Few projects need it here.

    try:
        loader = yaml.SafeLoader(yaml_text(folder / FILE))
        root = loader.get_single_node()
        return {} if root is None else dict(_cells(loader, root, ()))
    except (OSError, ValueError, yaml.YAMLError):
        return {}


def _cells(loader: Any, node: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Cell]]:
    mark = node.start_mark
    if node.id != "mapping":
        yield path, Cell(loader.construct_object(node, deep=True), mark.line + 1, mark.column + 1)
        return
    for key, value in node.value:
        yield from _cells(loader, value, (*path, str(key.value)))
