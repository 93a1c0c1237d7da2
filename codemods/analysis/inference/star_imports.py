"""Names with what star imports bring: ``from base import *`` binds what ``base`` has, where the statement stands."""

from __future__ import annotations

import ast
import builtins
import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ..syntax.reaching_definitions import binds_surely, is_of_statement, reaching, reaching_end
from ..syntax.scopes import Assigned, Binding, Imported, runs_at_once
from ..syntax.source_module import Module
from .branches import Branches
from .tables import names_set_by_text

if TYPE_CHECKING:
    from .interpreter import Evaluator

KNOWN_STARS = frozenset({"dagster", "dagster_dbt", "legacy_shim", "os", "typing"})
"""The packages of which it is known what they bring by ``import *``."""
_SURELY, _PERHAPS, _NOT = "surely", "perhaps", "not"


@dataclass(eq=False)
class StarImports:
    """Answers which bindings a name of a module has, those by star imports among them, in the order of the code.

    What it answers depends on what the files spell alone, and not on what values are.
    """

    evaluator: Evaluator
    _made: dict[tuple[ast.AST, str, bool], Imported] = field(default_factory=dict, repr=False)
    _known: dict[tuple[Module, Module, str], str] = field(default_factory=dict, repr=False)

    def bound(self, module: Module, node: ast.Name) -> list[Binding]:
        """The bindings that a name may have its value from where it is read."""
        names = self.evaluator.tree.names(module)
        if not names.stars or names.scope_that_binds(module, node.id, node) not in (None, module.tree):
            return names.lookup(module, node.id, node)
        found = self._of_module(module, node.id, [])
        if runs_at_once(module, node, module.tree):
            return reaching(module, module.tree, found, node) if found else []
        return found

    def bound_at_end(self, home: Module, name: str) -> list[Binding]:
        """The bindings that importers of a module may see under a name."""
        return self._at_end(home, name, [])

    def may_bring(self, module: Module, name: str) -> bool:
        """Whether a star import may bring a name that is none of the packages of which it is known what they bring."""
        stars = self.evaluator.tree.names(module).stars
        return any(self._brings(module, star, name, []) != _NOT for star in stars)

    def taken(self, module: Module, bindings: Sequence[Binding], branches: Branches) -> list[Binding]:
        """Those of some bindings that are there in the branches that are taken."""
        return branches.last_of(
            module, bindings, lambda binding: binding.where, lambda binding: not binding.adds
        )

    def _at_end(self, home: Module, name: str, inside: list[Module]) -> list[Binding]:
        if not self.evaluator.tree.names(home).stars:
            return self.evaluator.tree.names(home).at_end(home, name)
        found = self._of_module(home, name, inside)
        return reaching_end(home, home.tree, found) if found else []

    def _of_module(self, module: Module, name: str, inside: list[Module]) -> list[Binding]:
        """All bindings of a name of a module. A star import that does not surely bind it leaves what was there."""
        names = self.evaluator.tree.names(module)
        found: list[Binding] = list(names.tables.get(module.tree, {}).get(name, []))
        for star in names.stars:
            brings = self._brings(module, star, name, inside)
            if brings != _NOT:
                found.append(self._binding(star, name, brings != _SURELY))
        return sorted(found, key=lambda binding: getattr(binding.where, "lineno", 0))

    def _binding(self, star: Imported, name: str, adds: bool) -> Imported:
        """The binding of a name by a star import: the same each time, as bindings are told apart by identity."""
        asked = (star.node, name, adds)
        if asked not in self._made:
            self._made[asked] = replace(star, name=name, adds=adds)
        return self._made[asked]

    def _brings(self, module: Module, star: Imported, name: str, inside: list[Module]) -> str:
        home = self.evaluator.bindings.imported(module, star)
        if home is None:
            return _by_package(star.module.partition(".")[0], name)
        if home in inside:
            return _NOT  # It imports itself: what it binds otherwise counts.
        if inside:
            return self._exports(home, name, inside)
        asked = (module, home, name)
        if asked not in self._known:
            self._known[asked] = self._exports(home, name, [module])
        return self._known[asked]

    def _exports(self, home: Module, name: str, inside: list[Module]) -> str:
        """Whether ``from home import *`` binds a name."""
        says = self.evaluator.tree.names(home).at_end(home, "__all__")
        listed = named_in_all(says) if not _is_read(home, "__all__") else None
        if (listed is not None and name not in listed) or (not says and name.startswith("_")):
            return _NOT
        bindings = self._at_end(home, name, [*inside, home])
        if not bindings:
            return _PERHAPS if says or any(names_set_by_text(home)) else _NOT
        is_open = (bool(says) and listed is None) or _is_deleted(home, name)
        sure = {
            home.statement_of(one.where) for one in bindings if not one.adds and is_of_statement(home, one)
        }
        return _SURELY if not is_open and binds_surely(home.tree.body, sure) else _PERHAPS


def _by_package(package: str, name: str) -> str:
    """Whether a star import of a package that is not of the tree binds a name. Other names of those that are known are found by it."""
    if package == "os" and hasattr(builtins, name) and name in os.__all__:
        return _SURELY
    return _NOT if package in KNOWN_STARS else _PERHAPS


def named_in_all(says: Sequence[Binding]) -> frozenset[str] | None:
    """The names of an ``__all__`` that is one display of strings; None for any other, and where there is none."""
    match says:
        case [Assigned(value=ast.List(elts) | ast.Tuple(elts), path=(), adds=False)]:
            texts = [each.value if isinstance(each, ast.Constant) else None for each in elts]
            return frozenset(text for text in texts if isinstance(text, str)) if None not in texts else None
    return None


def _is_read(module: Module, name: str) -> bool:
    return any(
        isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)
        for node in module.nodes
    )


def _is_deleted(module: Module, name: str) -> bool:
    return any(
        isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Del)
        for node in module.nodes
    )
