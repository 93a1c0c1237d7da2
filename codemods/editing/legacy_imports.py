"""Which legacy imports are still needed once the migrating uses are rewritten, file by file."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from legacy_shim.catalogue import BY_NAME

from ..analysis.inference.legacy_names import LEGACY_PACKAGES
from ..analysis.inference.values import (
    External,
    InTree,
    Values,
    legacy_name,
)
from ..analysis.syntax.functions import decorator_name
from ..analysis.syntax.scopes import Imported
from ..analysis.syntax.source_module import (
    FUNCTIONS,
    Module,
)
from ..analysis.uses.handed_out import handed_out
from ..analysis.uses.index import Index
from . import previews
from .edits import (
    Import,
)
from .facade_names import FACADE, has_name

_PACKAGE = "dagster_dbt"
_WORD = re.compile(r"\w+")
_TAKING_TYPES = frozenset(
    {"cast", "TypeVar", "NewType", "ForwardRef", "assert_type", "TypeAliasType", "ParamSpec"}
)
"""Functions of ``typing`` that take types in quotes."""


@dataclass(frozen=True, eq=False)
class LegacyAlias:
    """One name that an import statement brings in, and that is legacy or leads to something legacy."""

    module: Module
    node: ast.Import | ast.ImportFrom
    alias: ast.alias
    bound: str
    is_name: bool
    """Whether it is a legacy name, and not a module that holds some."""
    from_tree: bool
    """Whether it is imported from a file of the tree, which imports it in turn."""

    @property
    def is_legacy(self) -> bool:
        """Whether it brings in something legacy, and not what a rewrite leaves unused."""
        source = self.node.module or "" if isinstance(self.node, ast.ImportFrom) else self.alias.name
        return self.is_name or source.split(".")[0] in {_PACKAGE, FACADE}

    @property
    def position(self) -> tuple[str, int, int]:
        """Where it stands."""
        return str(self.module.path), self.alias.lineno, self.alias.col_offset

    @property
    def v2(self) -> Import | None:
        """What imports it from v2, where it is a name that a preview of v2 had."""
        if isinstance(self.node, ast.ImportFrom):
            return previews.v2_import(self.node.module or "", self.alias.name, self.bound)
        module = previews.v2_module(self.alias.name)
        return Import(module, "", self.alias.asname) if module and self.alias.asname else None

    @property
    def is_unknown(self) -> bool:
        """Whether neither the facade nor v2 has it."""
        if self.is_name and isinstance(self.node, ast.ImportFrom) and self.alias.name not in BY_NAME:
            module = FACADE + (self.node.module or "").removeprefix(_PACKAGE)
            return not self.from_tree and not self.is_facade and not has_name(module, self.alias.name)
        return isinstance(self.node, ast.Import) and bool(previews.v2_module(self.alias.name))

    @property
    def is_facade(self) -> bool:
        module = self.node.module if isinstance(self.node, ast.ImportFrom) else self.alias.name
        return (module or "").split(".")[0] == FACADE


@dataclass(frozen=True, eq=False)
class Verdicts:
    """What becomes of each legacy alias."""

    needed: frozenset[LegacyAlias]
    """Stays, and comes from the facade."""
    dropped: frozenset[LegacyAlias]
    untouched: frozenset[LegacyAlias]
    """Modules that are used for names that are not legacy."""
    to_v2: Mapping[LegacyAlias, Import]
    """Names of previews of v2, which come from v2 itself now."""
    unknown: frozenset[LegacyAlias]
    """Names that nothing has: they are left as they are."""


def legacy_aliases(index: Index) -> list[LegacyAlias]:
    """Every alias of the tree that brings in something legacy."""
    found: list[LegacyAlias] = []
    for module in index.tree.modules.values():
        for node in module.nodes:
            if isinstance(node, ast.ImportFrom):
                found += _from_aliases(index, module, node)
            elif isinstance(node, ast.Import):
                found += [
                    LegacyAlias(module, node, alias, alias.asname or alias.name.split(".")[0], False, False)
                    for alias in node.names
                    if _is_legacy_module(alias) and not index.tree.is_forked(alias.name.split("."))
                ]
    return found


def _is_legacy_module(alias: ast.alias) -> bool:
    if previews.v2_module(alias.name):
        return True
    return alias.name in LEGACY_PACKAGES and (alias.name != FACADE or bool(alias.asname))


def _from_aliases(index: Index, module: Module, node: ast.ImportFrom) -> list[LegacyAlias]:
    found: list[LegacyAlias] = []
    for alias in node.names:
        bound = alias.asname or alias.name
        if not node.level and index.tree.is_forked((node.module or "").split(".")):
            continue
        if (
            not node.level
            and previews.v2_import(node.module or "", alias.name, bound)
            and alias.name not in BY_NAME
        ):
            found.append(LegacyAlias(module, node, alias, bound, True, False))
        elif not node.level and node.module in LEGACY_PACKAGES:
            is_module = f"{node.module}.{alias.name}" in LEGACY_PACKAGES
            if alias.name == "*" and _lives_in_the_legacy_package(node.module or ""):
                # The names in use get imports of their own.
                found.append(LegacyAlias(module, node, alias, "*", False, False))
            elif alias.name in BY_NAME or (is_module and alias.name != "*"):
                found.append(LegacyAlias(module, node, alias, bound, alias.name in BY_NAME, False))
            elif alias.name != "*" and _lives_in_the_legacy_package(node.module or ""):
                # A private helper of the legacy package: the facade mirrors it, v2 has nothing for it.
                found.append(LegacyAlias(module, node, alias, bound, True, False))
        elif index.tree.resolve(module, node.module or "", node.level) in index.tree.modules and any(
            isinstance(value, External) and legacy_name(value)
            for value in _imported_values(index, module, node, alias)
        ):
            found.append(LegacyAlias(module, node, alias, bound, True, True))
    return found


def _imported_values(index: Index, module: Module, node: ast.ImportFrom, alias: ast.alias) -> Values:
    """What an import of a file of the tree brings."""
    if module.parent(node) is module.tree:
        return index.evaluator.global_values(module, alias.asname or alias.name)
    # In a function, in a `try` or for type checkers alone: what it brings is not what the module has under the name.
    home = index.tree.module_at(index.tree.resolve(module, node.module or "", node.level))
    return index.evaluator.global_values(home, alias.name) if home is not None else frozenset()


def _lives_in_the_legacy_package(module: str) -> bool:
    return module.startswith((f"{_PACKAGE}.cloud", f"{FACADE}.cloud"))


def judge(index: Index, aliases: Iterable[LegacyAlias], rewritten: frozenset[ast.AST]) -> Verdicts:
    """Decide each alias, given the name nodes that the rewrites replace."""
    aliases = list(aliases)
    to_v2 = {alias: new for alias in aliases if (new := alias.v2) is not None}
    unknown = frozenset(alias for alias in aliases if alias not in to_v2 and alias.is_unknown)
    aliases = [alias for alias in aliases if alias not in to_v2 and alias not in unknown]
    needed: set[LegacyAlias] = set()
    untouched: set[LegacyAlias] = set()
    used: set[LegacyAlias] = set()
    for alias in aliases:
        reads = reads_of(index, alias)
        legacy_left = [node for node in reads if node not in rewritten and _is_legacy_use(index, alias, node)]
        plain = [node for node in reads if node not in rewritten and not _is_legacy_use(index, alias, node)]
        if legacy_left or _is_told_of(alias, rewritten):
            needed.add(alias)
        if plain and not alias.is_name:
            untouched.add(alias)
        if reads:
            used.add(alias)
    needed |= _read_through_stars(index, aliases, rewritten)
    _need_what_importers_need(index, aliases, needed)
    for alias in aliases:
        # A package's `__init__` imports names for others to import: nobody in sight does, but somebody may.
        is_for_others = (
            alias.module.is_package and alias not in used and not importers_of(index, alias, aliases)
        )
        if is_for_others and (alias.is_name or alias.bound == "*"):
            needed.add(alias)
    # `import dagster_dbt` stays for the other names of the package; the legacy ones get an import of the facade beside it.
    needed -= {alias for alias in untouched if alias.alias.name == _PACKAGE}
    dropped = set(aliases) - needed - untouched
    return Verdicts(frozenset(needed), frozenset(dropped), frozenset(untouched - needed), to_v2, unknown)


def reads_of(index: Index, alias: LegacyAlias) -> list[ast.Name]:
    names = index.tree.names(alias.module)
    return [
        node
        for node in alias.module.nodes
        if isinstance(node, ast.Name)
        and node.id == alias.bound
        and isinstance(node.ctx, ast.Load)
        and any(
            isinstance(binding, Imported) and binding.node is alias.node
            for binding in names.lookup(alias.module, node.id, node)
        )
    ]


def _is_legacy_use(index: Index, alias: LegacyAlias, node: ast.Name) -> bool:
    if alias.is_name:
        return True
    child: ast.AST = node
    while True:
        above = alias.module.parent(child)
        if not (isinstance(above, ast.Attribute) and above.value is child):
            return False
        if any(legacy_name(value) for value in index.values(alias.module, above)):
            return True
        child = above


def _is_told_of(alias: LegacyAlias, rewritten: frozenset[ast.AST]) -> bool:
    """Whether a type in quotes speaks of the name."""
    if not alias.is_name:
        return False
    for node in alias.module.nodes:
        if node in rewritten or not isinstance(node, ast.Constant) or not isinstance(node.value, str):
            continue
        if alias.bound in _WORD.findall(node.value) and _is_type(alias.module, node):
            return True
    return False


def _is_type(module: Module, node: ast.Constant) -> bool:
    """Whether a string is read as a type: in an annotation, or by ``cast``, ``TypeVar`` and the like."""
    child: ast.AST = node
    for above in module.ancestors(node):
        if isinstance(above, ast.arg) or (isinstance(above, ast.AnnAssign) and above.annotation is child):
            return True
        if isinstance(above, FUNCTIONS) and above.returns is child:
            return True
        if isinstance(above, ast.Call) and child is not above.func and decorator_name(above) in _TAKING_TYPES:
            return decorator_name(above) != "cast" or above.args[:1] == [child]
        if isinstance(above, ast.stmt):
            return False
        child = above
    return False


def _read_through_stars(
    index: Index, aliases: Iterable[LegacyAlias], rewritten: frozenset[ast.AST]
) -> set[LegacyAlias]:
    """The names that other files read by ``from .compat import *``, or of a module that they import, or that a string names."""
    kept: set[tuple[Module, str]] = set()
    for told in handed_out(index):
        is_bound = index.tree.names(told.module).at_end(told.module, told.word)
        homes = [told.module] if is_bound else index.tree.behind_stars(told.module)
        kept |= {(home, told.word) for home in homes}
    for reference in index.references:
        first = reference.chain[0]
        if first in rewritten or not isinstance(first, ast.Name):
            continue
        names = index.tree.names(reference.module)
        if names.stars and not names.lookup(reference.module, first.id, first):
            kept |= {(home, first.id) for home in index.tree.behind_stars(reference.module)}
        for link, inner in pairwise(reference.chain):
            if isinstance(inner, ast.Attribute):
                modules = (
                    value.module
                    for value in index.values(reference.module, link)
                    if isinstance(value, InTree)
                )
                kept |= {
                    (home, inner.attr) for one in modules for home in (one, *index.tree.behind_stars(one))
                }
    return {alias for alias in aliases if (alias.module, alias.bound) in kept}


def importers_of(index: Index, alias: LegacyAlias, aliases: Iterable[LegacyAlias]) -> list[LegacyAlias]:
    found: list[LegacyAlias] = []
    for other in aliases:
        if other.from_tree and isinstance(other.node, ast.ImportFrom):
            path = index.tree.resolve(other.module, other.node.module or "", other.node.level)
            is_read = other.alias.name == alias.bound or alias.bound == "*"
            if path == alias.module.path and is_read:
                found.append(other)
    return found


def _need_what_importers_need(index: Index, aliases: list[LegacyAlias], needed: set[LegacyAlias]) -> None:
    by_source: dict[LegacyAlias, list[LegacyAlias]] = defaultdict(list)
    for alias in aliases:
        by_source[alias] = importers_of(index, alias, aliases)
    changed = True
    while changed:
        changed = False
        for alias, importers in by_source.items():
            if alias not in needed and any(importer in needed for importer in importers):
                needed.add(alias)
                changed = True
