"""Which files of a tree are run when one of them is imported."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from ..syntax.source_module import Module
from .prefilter import loads_packages
from .source_tree import Tree

_LIMIT = 2000
"""Files to parse: of a tree that is larger nobody waits for the answer."""
_BY_NAME = (
    "import_module",
    "__import__",
    "spec_from_file_location",
    "runpy",
    "iter_modules",
    "walk_packages",
)
"""What imports modules whose names may come from anywhere."""


def reached_from(tree: Tree, start: Path) -> frozenset[Path] | None:
    """The files that importing one runs, itself included; None where that is not known.

    What Dagster collects from packages counts, and all that stands in a package that is collected.
    """
    found: dict[Path, None] = {}
    wanted = [start]
    while wanted:
        path = wanted.pop()
        if path in found:
            continue
        found[path] = None
        if len(found) > _LIMIT:
            return None
        module = tree.module_at(path)
        if module is None or any(name in module.text for name in _BY_NAME):
            return None
        wanted += _run_by(tree, module)
    return frozenset(found)


def _run_by(tree: Tree, module: Module) -> Iterator[Path]:
    collects = loads_packages(module.text.encode())
    yield from _packages_around(tree, module.path)
    if collects:
        yield from _inside(tree, module.path.parent)
    for name, level in _imported(module):
        path = tree.resolve(module, name, level)
        if path is not None:
            yield path
            yield from _packages_around(tree, path)
            if collects and path.name == "__init__.py":
                yield from _inside(tree, path.parent)


def _imported(module: Module) -> Iterator[tuple[str, int]]:
    for node in module.nodes:
        if isinstance(node, ast.Import):
            yield from ((alias.name, 0) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or "", node.level
            for alias in node.names:
                yield ".".join(filter(None, [node.module, alias.name])), node.level


def _packages_around(tree: Tree, path: Path) -> Iterator[Path]:
    """The packages that a file is in are imported before it."""
    for folder in path.parents:
        package = folder / "__init__.py"
        if package not in tree.known:
            return
        yield package


def _inside(tree: Tree, folder: Path) -> Iterator[Path]:
    return (path for path in tree.paths if folder in path.parents)
