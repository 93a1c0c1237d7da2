"""The files of the tree that an expression may be as a module, whether the index needs them or not."""

from __future__ import annotations

import ast
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..syntax.scopes import Assigned, Binding, Imported
from ..syntax.source_module import Module
from .branches import Branches
from .values import InTree

if TYPE_CHECKING:
    from .interpreter import Evaluator

Homes = list[Module | None]
"""Files; None for what is no module, or none that is known."""


@dataclass(eq=False)
class ModulesNamed:
    """Answers which modules an expression may be: each binding of a name may be another."""

    evaluator: Evaluator

    def homes(self, module: Module, node: ast.expr, branches: Branches) -> Homes:
        """The files that an expression may be, in the branches that are taken."""
        return list(dict.fromkeys(_Walk(self.evaluator, branches).of(module, node)))


@dataclass(eq=False)
class _Walk:
    """One look through the names that lead to modules: each is followed once, as packages may hand on in a circle."""

    evaluator: Evaluator
    branches: Branches
    seen: set[Hashable] = field(default_factory=set)

    def _is_new(self, asked: Hashable) -> bool:
        is_new = asked not in self.seen
        self.seen.add(asked)
        return is_new

    def of(self, module: Module, node: ast.expr) -> Homes:
        if not self._is_new(node):
            return []
        match node:
            case ast.Name():
                stars = self.evaluator.star_imports
                bindings = stars.taken(module, stars.bound(module, node), self.branches)
                return self._of_bindings(module, bindings)
            case ast.IfExp():
                sides = self.branches.sides(module, node)
                return [home for side in sides for home in self.of(module, side)]
            case ast.Attribute():
                owners = self.of(module, node.value)
                return [home for owner in owners for home in self._inside(owner, node.attr)]
        named = self.evaluator.imports.named_by_text(module, node)
        return [named] if named is not None else self._by_values(module, node)

    def _by_values(self, module: Module, node: ast.expr) -> Homes:
        values = self.evaluator.values(module, node)
        found: Homes = [value.module for value in values if isinstance(value, InTree)]
        return found if found and len(found) == len(values) else [*found, None]

    def _of_bindings(self, module: Module, bindings: list[Binding]) -> Homes:
        found: Homes = []
        for binding in bindings:
            if isinstance(binding, Imported):
                found += self._imported(module, binding)
            elif isinstance(binding, Assigned) and not binding.path and not binding.adds:
                found += self.of(module, binding.value)
            else:
                found.append(None)
        return found or [None]

    def _imported(self, module: Module, binding: Imported) -> Homes:
        home = self.evaluator.bindings.imported(module, binding)
        if not binding.name:
            return [home]
        if home is not None and home is not module:
            return self._inside(home, binding.name)
        inside = ".".join(filter(None, [binding.module, binding.name]))
        tree = self.evaluator.tree
        return [tree.module_at(tree.resolve(module, inside, binding.level))]

    def _inside(self, home: Module | None, name: str) -> Homes:
        """What a name of a module may be: what it binds, or a module of the package that it is."""
        if home is None:
            return [None]
        if not self._is_new((home, name)):
            return []
        stars, tree = self.evaluator.star_imports, self.evaluator.tree
        bindings = stars.taken(home, stars.bound_at_end(home, name), self.branches)
        if bindings:
            return self._of_bindings(home, bindings)
        return [tree.module_at(tree.resolve(home, name, 1)) if home.is_package else None]
