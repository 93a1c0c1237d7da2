"""Imports of a ``dagster_dbt`` that the tree itself has: a vendored copy or a fork, which is not the installed one."""

from __future__ import annotations

import ast
from collections.abc import Container, Iterator
from pathlib import Path

from legacy_shim.catalogue import BY_NAME

from ..analysis.inference.legacy_names import LEGACY_PACKAGES
from ..analysis.syntax.source_module import Module
from ..analysis.uses.index import Index
from ..findings import Finding


def imports_of_forks(index: Index, around: Container[Path] = ()) -> Iterator[Finding]:
    """One finding for each file outside of the fork that imports something legacy from ``dagster_dbt``.

    Files `around` the given paths are only read: nothing is said of them.
    """
    forks = index.tree.forks
    for module in index.tree.modules.values() if forks else ():
        own = module.path in around or any(module.path.is_relative_to(fork.parent) for fork in forks)
        found = None if own else next(_legacy_imports(module), None)
        if found is not None:
            said = f"`dagster_dbt` may be the package of the tree in {_shown(module, forks[0])}: its imports are left as they are"
            yield Finding(module.place(found), "LDC302", said, "dagster_dbt")


def _legacy_imports(module: Module) -> Iterator[ast.stmt]:
    for node in module.nodes:
        names = [alias.name for alias in node.names] if isinstance(node, (ast.Import, ast.ImportFrom)) else []
        if isinstance(node, ast.Import) and LEGACY_PACKAGES.intersection(names):
            yield node
        is_of_package = isinstance(node, ast.ImportFrom) and not node.level and node.module in LEGACY_PACKAGES
        if isinstance(node, ast.stmt) and is_of_package and {"*", *BY_NAME}.intersection(names):
            yield node


def _shown(module: Module, fork: Path) -> Path:
    """The folder of a fork, as short as it can be said."""
    top = next((above for above in module.path.parents if fork.is_relative_to(above)), None)
    return fork.parent.relative_to(top) if top is not None else fork.parent
