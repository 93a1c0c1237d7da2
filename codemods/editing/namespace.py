"""Which names a file can use: what it imports already, and what would collide."""

from __future__ import annotations

import ast
import builtins
import itertools
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ..analysis.inference.legacy_names import LEGACY_PACKAGES
from ..analysis.project.source_tree import Tree
from ..analysis.syntax.scopes import Binding, Imported, Names
from ..analysis.syntax.source_module import Module
from .edits import Import
from .handed_on import HandedOn, star_sources
from .previews import v2_import

_WITH_ALL_NAMES = frozenset({"dagster", "dagster_dbt"})
"""Packages whose `import *` brings each of their names that new code needs."""


@dataclass(frozen=True, eq=False)
class Namespace:
    """The module-level names of a file, and which new ones would reach other files."""

    module: Module
    names: Names
    handed_on: HandedOn
    taken: frozenset[str]
    """Every name that the file binds or reads anywhere: a new one must not be among them."""
    bound: frozenset[str]
    """Those that it binds."""
    unusable: frozenset[str] = frozenset()
    """Those that it deletes, or that a function which uses something legacy binds to something of its own."""
    hiding: frozenset[str] = frozenset()
    """Those that new code would read in the place of a builtin."""
    used_from: int = sys.maxsize
    """The first line that reads something legacy: what takes its place cannot rest on an import below."""
    _reserved: set[str] = field(default_factory=set)
    _shared: dict[tuple[str, object], str] = field(default_factory=dict)
    _planned: set[str] = field(default_factory=set)
    """What planning named: rewrites that start over leave it."""

    def existing(self, source: str, name: str) -> str:
        """How the file can already write ``source.name`` at module level; empty where it cannot."""
        is_free = name not in self.bound | self.unusable and (name in self.taken or source in _WITH_ALL_NAMES)
        if is_free and any(star.module == source and self._is_early(star) for star in self.names.stars):
            return name  # `from source import *` brings it.
        through_module, has_from = "", False
        for bound, bindings in self.names.tables.get(self.module.tree, {}).items():
            binding = bindings[0]
            if len(bindings) != 1 or not isinstance(binding, Imported) or binding.level:
                continue
            if bound in self.unusable:
                continue
            if not _brings_from(binding, source) or not self._is_early(binding):
                continue
            if binding.name == name:
                return bound
            has_from = has_from or bool(binding.name)
            if not binding.name:
                through_module = bound
        if source.split(".")[0] == "dagster_dbt":
            return ""  # Such an import goes where all that it was read for was legacy: nothing new may rest on it.
        # Who writes `import dagster as dg` and nothing else wants `dg.op`.
        return f"{through_module}.{name}" if through_module and name and not has_from else ""

    def importing(self, source: str, name: str) -> Import | None:
        """The import that makes ``source.name`` usable; None where the file has it already."""
        if self.existing(source, name):
            return None
        wanted = name or source
        is_new = wanted not in self.taken and not self.handed_on.replaces(wanted.split(".")[0], source, name)
        if is_new or self._is_imported_later(source, name):
            return Import(source, name)
        if wanted not in self.taken:
            return Import(source, name, self.fresh(f"_{wanted.replace('.', '_')}"))
        other = f"{wanted}_v2" if "dbt" in wanted.lower() else f"{source.split('.')[0]}_{wanted}"
        return Import(source, name, self.kept_apart(other))

    def fresh(self, wanted: str, *others: str) -> str:
        """``wanted``, else one of ``others``, else the first of ``wanted_2`` ... that the file does not use."""
        for candidate in (wanted, *others):
            if not self._is_used(candidate):
                return candidate
        candidate, number = wanted, 1
        while self._is_used(candidate):
            number += 1
            candidate = f"{wanted}_{number}"
        return candidate

    def kept_apart(self, wanted: str) -> str:
        """A fresh name for what the file defines. It begins with ``_`` where ``*`` would bring it to a file that has another."""
        return self.fresh(f"_{wanted}" if self.handed_on.replaces(wanted) else wanted)

    def _is_used(self, name: str) -> bool:
        given = (self.taken, self._reserved, self._planned)
        return any(name in names for names in given) or hasattr(builtins, name)

    def reserve(self, wanted: str) -> str:
        """A fresh name for something at module level, that nothing else gets."""
        name = self.kept_apart(wanted)
        self._reserved.add(name)
        return name

    def shared(self, wanted: str, what: object = "") -> str:
        """The one fresh name for something that the file gets once, whoever asks for it. ``what`` distinguishes two."""
        if (wanted, what) not in self._shared:
            self._shared[wanted, what] = self.reserve(wanted)
        return self._shared[wanted, what]

    def start_over(self) -> None:
        """Give all names that were asked for back: nothing is written under them yet."""
        self._reserved.clear()
        self._shared.clear()

    def _is_early(self, binding: Imported) -> bool:
        """Whether an import stands at module level, and above all that may need it."""
        is_at_top = self.module.parent(binding.node) is self.module.tree
        return is_at_top and binding.node.lineno < self.used_from

    def _is_imported_later(self, source: str, name: str) -> bool:
        """Whether the file binds the name to the very same thing, but only below."""
        bindings = self.names.tables.get(self.module.tree, {}).get(name or source, [])
        is_left = bool(bindings) and (name or source) not in self.unusable
        return is_left and all(
            isinstance(one, Imported) and (one.module, one.name, one.level) == (source, name, 0)
            for one in bindings
        )


def planned_name(wanted: str, namespaces: Iterable[Namespace]) -> str:
    """``wanted``, or the first of ``wanted_2`` ..., that none of the files uses, and that nothing else gets there."""
    spaces = list(namespaces)
    if any(space.handed_on.replaces(wanted) for space in spaces):
        wanted = f"_{wanted}"
    candidate = wanted
    for number in itertools.count(2):
        if not any(space._is_used(candidate) for space in spaces):
            break
        candidate = f"{wanted}_{number}"
    for space in spaces:
        space._planned.add(candidate)
    return candidate


def _brings_from(binding: Imported, source: str) -> bool:
    """Whether an import brings names of a module; what a preview of v2 had is imported from v2 in the end."""
    if binding.module == source:
        return True
    moved = v2_import(binding.module, binding.name, binding.name) if binding.name else None
    return moved is not None and moved.module == source


def namespace_of(module: Module, tree: Tree, places: Iterable[ast.AST]) -> Namespace:
    """The names that a file uses, those that it star-imports from files of the tree included; new code stands at ``places``."""
    names = tree.names(module)
    bound = {name for table in names.tables.values() for name in table}
    read = {node.id for node in module.of(ast.Name)}
    own = {*names.tables.get(module.tree, {})}
    for home in star_sources(tree, module)[1:]:
        own |= tree.names(home).tables.get(home.tree, {}).keys()
    around = list(_bound_around(module, names, places))
    unusable = frozenset({*_deleted(module, names), *_shadowed(module, names, around)})
    return Namespace(
        module,
        names,
        HandedOn(tree, module),
        frozenset(bound | own | read),
        frozenset(bound | own),
        unusable,
        frozenset(own.union(name for name, _ in around)),
        _first_legacy_read(module, names),
    )


def _deleted(module: Module, names: Names) -> Iterator[str]:
    """The names that a file deletes at its top level, or in a function by ``global``."""
    for node in module.of(ast.Name):
        if isinstance(node.ctx, ast.Del) and names.scope_that_binds(module, node.id, node) in (
            module.tree,
            None,
        ):
            yield node.id


def _bound_around(module: Module, names: Names, places: Iterable[ast.AST]) -> Iterator[tuple[str, Binding]]:
    """What the functions and classes around some places bind."""
    scopes: dict[ast.AST, None] = {}
    for place in places:
        scope = module.scope_of(place)
        while scope is not module.tree and scope not in scopes:
            scopes[scope] = None
            scope = module.scope_of(scope)
    for scope in scopes:
        for name, found in names.tables.get(scope, {}).items():
            yield from ((name, one) for one in found)


def _shadowed(module: Module, names: Names, around: Iterable[tuple[str, Binding]]) -> Iterator[str]:
    """The imports of a file that something else has the name of."""
    own = names.tables.get(module.tree, {})
    for name, binding in around:
        imported = [(one.module, one.name) for one in own.get(name, ()) if isinstance(one, Imported)]
        is_same = isinstance(binding, Imported) and (binding.module, binding.name) in imported
        if imported and not is_same:
            yield name


def _first_legacy_read(module: Module, names: Names) -> int:
    found = sys.maxsize
    legacy = {
        name
        for imports in names.imported.values()
        for _, name, one in imports
        if one.module in LEGACY_PACKAGES
    }
    for node in (each for name in legacy for each in module.named(name)):
        if isinstance(node.ctx, ast.Load) and node.lineno < found:
            bindings = names.lookup(module, node.id, node)
            if any(isinstance(one, Imported) and one.module in LEGACY_PACKAGES for one in bindings):
                found = node.lineno
    return found


def unbound_names(nodes: Iterable[ast.AST]) -> frozenset[str]:
    """The names that a file reads and binds nowhere, given all of its nodes; none where a star import may bind them."""
    read: set[str] = set()
    bound: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Name):
            (read if isinstance(node.ctx, ast.Load) else bound).add(node.id)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            if node.names[0].name == "*":
                return frozenset()
            bound |= {alias.asname or alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            bound.add(node.name)
        elif isinstance(node, ast.arg):
            bound.add(node.arg)
        elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name:
            bound.add(node.name)
    return frozenset(name for name in read - bound if not hasattr(builtins, name))
