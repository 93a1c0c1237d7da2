"""Kept legacy names that a star import brings: a file needs the facade's import of each, or the facade's star.

from dagster_dbt import *           ->  from dagster_dbt import *
print(DbtCloudOutput)                   from legacy_shim import DbtCloudOutput

                                        print(DbtCloudOutput)
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from itertools import pairwise

from ..analysis.inference.values import External, InTree, legacy_name
from ..analysis.syntax.source_module import Module
from ..analysis.uses.handed_out import handed_out
from ..analysis.uses.index import Index
from .legacy_imports import LegacyAlias

_PACKAGE = "dagster_dbt"


def brought_by_stars(
    index: Index, needed: Iterable[LegacyAlias], dropped: Iterable[LegacyAlias], rewritten: frozenset[ast.AST]
) -> tuple[frozenset[LegacyAlias], list[tuple[Module, str]]]:
    """The stars of the legacy package that become the facade's, and the names that files import from it beside stars."""
    needed = tuple(needed)
    for_others = set(_for_others(index, needed, rewritten))
    homes = {module for module, _ in for_others}
    stars = frozenset(alias for alias in dropped if alias.bound == "*" and alias.module in homes)
    whole = {alias.module for alias in (*stars, *needed) if alias.bound == "*"}
    wanted = dict.fromkeys(
        [
            *_read_here(index, rewritten),
            *((module, name) for module, name in for_others if module not in whole),
        ]
    )
    return stars, sorted(wanted, key=lambda one: (str(one[0].path), one[1]))


def _read_here(index: Index, rewritten: frozenset[ast.AST]) -> Iterable[tuple[Module, str]]:
    for reference in index.references:
        module, first = reference.module, reference.chain[0]
        if first in rewritten or not isinstance(first, ast.Name):
            continue
        is_name = any(
            isinstance(value, External) and legacy_name(value) for value in index.values(module, first)
        )
        # A file of the tree that surely brings it keeps its own import of it.
        by_star = index.evaluator.star_imports.bound(module, first)
        is_bound = bool(index.tree.names(module).lookup(module, first.id, first)) or any(
            not binding.adds for binding in by_star
        )
        if is_name and not is_bound and _has_star(index, module):
            yield module, first.id


def _for_others(
    index: Index, needed: Iterable[LegacyAlias], rewritten: frozenset[ast.AST]
) -> Iterable[tuple[Module, str]]:
    """The files that others have a legacy name from, which these have by a star."""
    found = [(told.module, told.word) for told in handed_out(index)]
    for alias in needed:
        if alias.from_tree and isinstance(alias.node, ast.ImportFrom):
            path = index.tree.resolve(alias.module, alias.node.module or "", alias.node.level)
            home = index.tree.modules.get(path) if path is not None else None
            found += [(home, alias.alias.name)] if home is not None else []
    for reference in index.references:
        if reference.chain[0] in rewritten:
            continue
        for link, inner in pairwise(reference.chain):
            homes = [value for value in index.values(reference.module, link) if isinstance(value, InTree)]
            read = index.values(reference.module, inner) if homes else frozenset()
            names = {legacy_name(value) for value in read if isinstance(value, External)}
            found += [(value.module, name) for value in homes for name in sorted(names) if name]
    for home, name in found:
        if not index.tree.names(home).at_end(home, name) and _has_star(index, home):
            yield home, name


def _has_star(index: Index, module: Module) -> bool:
    """Whether a file has names of the legacy package by a star, of its own or of files that it has names from so."""
    homes = (module, *index.tree.behind_stars(module))
    stars = (star for home in homes for star in index.tree.names(home).stars)
    return any(star.module.split(".")[0] == _PACKAGE for star in stars)
