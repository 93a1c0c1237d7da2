"""Imports of modules that no path shows, and that may be a file which hands out something legacy.

from acme.cloud import cloud        lib/cloud.py, where an import hook, `__path__` or a build step calls `lib` so
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..inference.values import Values
from ..project.prefilter import NEVER_IN_THE_TREE
from ..syntax.source_module import Module
from .carriers import NONE, Carriers
from .index import Index


@dataclass(frozen=True, eq=False)
class NotFound:
    """An import that names no file, one that it may mean, and the legacy values that it would bring."""

    module: Module
    alias: ast.alias
    name: str
    """What it is imported from."""
    home: Module
    carried: Values


def modules_not_found(index: Index) -> Iterator[NotFound]:
    """Each import that names no file, and may bring something legacy."""
    if not index.references:
        return
    finder = _Finder(index, Carriers(index, index.bound_keys))
    for path in sorted(index.tree.modules):
        module = index.tree.modules[path]
        for node in module.of(ast.ImportFrom, ast.Import):
            for alias in node.names:
                if not finder.is_found(module, node, alias):
                    yield from finder.of_import(module, node, alias)


@dataclass(frozen=True)
class _Finder:
    index: Index
    carriers: Carriers

    def is_found(self, module: Module, node: ast.ImportFrom | ast.Import, alias: ast.alias) -> bool:
        """Whether an import names a file of the tree, or a package whose names are known."""
        resolve = self.index.tree.resolve
        if isinstance(node, ast.Import):
            return _is_known(alias.name) or resolve(module, alias.name, 0) is not None
        name = node.module or ""
        inside = ".".join(filter(None, [name, alias.name]))
        return (not node.level and _is_known(name)) or any(
            resolve(module, each, node.level) is not None for each in (name, inside)
        )

    def of_import(
        self, module: Module, node: ast.ImportFrom | ast.Import, alias: ast.alias
    ) -> Iterator[NotFound]:
        """What the import of a name may bring: the name of a file, or a file of which names are read."""
        of = node.module or "" if isinstance(node, ast.ImportFrom) else ""
        shown = alias.asname or alias.name
        known = self.carriers.of_all(self.index.evaluator.global_values(module, shown))
        for home in self.index.tree.parsed_as(of.rpartition(".")[2]) if of else ():
            # `try: from .x import y`, `except ImportError: from x import y` has it from elsewhere, too.
            carried = self._under(home, alias.name) - known
            if carried and home is not module:
                yield NotFound(module, alias, of, home, carried)
        for home in self.index.tree.parsed_as(alias.name.rpartition(".")[2]):
            names = _read_of(module, shown) if home is not module else ()
            carried = NONE.union(*(self._under(home, name) for name in names)) - known
            if carried:
                yield NotFound(module, alias, ".".join(filter(None, [of, alias.name])), home, carried)

    def _under(self, home: Module, name: str) -> Values:
        """The legacy values that a name of a file carries; all of its names for a star."""
        names = self.index.tree.names(home).tables.get(home.tree, {}) if name == "*" else (name,)
        values = self.index.evaluator.global_values
        return NONE.union(*(self.carriers.of_all(values(home, each)) for each in names))


def _is_known(name: str) -> bool:
    return name.partition(".")[0] in NEVER_IN_THE_TREE


def _read_of(module: Module, name: str) -> set[str]:
    """The names that a file reads of a module which it has under a name: ``clouds.cloud``."""
    return set(re.findall(rf"(?<![\w.]){re.escape(name)}\s*\.\s*(\w+)", module.text))
