"""Imports of legacy names that a package's ``__init__`` has for others to import: nobody in sight does, but somebody may."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from legacy_shim.catalogue import BY_NAME

from ..analysis.uses.handed_out import handed_out
from ..analysis.uses.index import Index
from ..findings import Finding
from .legacy_imports import LegacyAlias, importers_of, legacy_aliases, reads_of

_ANY = "dbt_cloud_resource"
"""The name under whose code a star counts, which brings all of them."""


def imports_for_others(index: Index) -> list[LegacyAlias]:
    """Each of them, in a tree that is read and not changed yet."""
    if not any(module.is_package for module in index.tree.modules.values()):
        return []
    aliases = legacy_aliases(index)
    told = {(one.module, one.word) for one in handed_out(index)}
    return [
        alias
        for alias in aliases
        if alias.module.is_package
        and (alias.alias.name in BY_NAME or alias.bound == "*")
        and (alias.module, alias.bound) not in told
        and not reads_of(index, alias)
        and not importers_of(index, alias, aliases)
    ]


def site_of(alias: LegacyAlias) -> Finding:
    """The use that such an import is."""
    name = alias.alias.name
    code = BY_NAME.get(name, BY_NAME[_ANY]).code
    return Finding(alias.module.place(alias.alias), code, "stays on the facade", name, migrates=False)


def kept_for_others(alias: LegacyAlias, importers: Iterable[LegacyAlias] = ()) -> Finding:
    """Why it stays: for files in sight that still need it, or for any that may import it."""
    name = alias.alias.name
    files = " and ".join(sorted({one.module.path.name for one in importers}))
    said = (
        f"`{name}` comes from the facade here, because {files} imports it from this file, and still uses it"
        if files
        else f"`{name}` is exported from this file, and comes from the facade: remove it here when nothing uses it"
    )
    return Finding(alias.module.place(alias.alias), "LDC302", said, name)


def is_by_star(index: Index, alias: LegacyAlias) -> bool:
    """Whether the file of the tree that an import names has the name by a star alone."""
    if not alias.from_tree or not isinstance(alias.node, ast.ImportFrom):
        return False
    path = index.tree.resolve(alias.module, alias.node.module or "", alias.node.level)
    home = index.tree.modules.get(path) if path is not None else None
    return home is not None and not index.tree.names(home).at_end(home, alias.alias.name)
