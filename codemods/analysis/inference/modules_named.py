"""The files of the tree that an expression may be as a module, whether the index needs them or not."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..syntax.scopes import Assigned, Binding, Imported
from ..syntax.source_module import Module
from .branches import Branches
from .values import InTree

if TYPE_CHECKING:
    from .interpreter import Evaluator

Homes = list[Module | None]
"""Files; None for what is no module, or none that is known."""
_DEEPEST = 20
"""Names of names that are followed: packages hand modules on, and may do so in a circle."""


@dataclass(eq=False)
class ModulesNamed:
    """Answers which modules an expression may be: each binding of a name may be another."""

    evaluator: Evaluator

    def homes(self, module: Module, node: ast.expr, branches: Branches) -> Homes:
        """The files that an expression may be, in the branches that are taken."""
        return list(dict.fromkeys(self._homes(module, node, branches, _DEEPEST)))

    def _homes(self, module: Module, node: ast.expr, branches: Branches, depth: int) -> Homes:
        if not depth:
            return [None]
        match node:
            case ast.Name():
                stars = self.evaluator.star_imports
                bindings = stars.taken(module, stars.bound(module, node, branches), branches)
                return self._of_bindings(module, bindings, branches, depth - 1)
            case ast.IfExp():
                sides = branches.sides(module, node)
                return [home for side in sides for home in self._homes(module, side, branches, depth - 1)]
            case ast.Attribute():
                owners = self._homes(module, node.value, branches, depth - 1)
                return [home for owner in owners for home in self._inside(owner, node.attr, branches, depth)]
        named = self.evaluator.imports.named_by_text(module, node)
        return [named] if named is not None else self._by_values(module, node)

    def _by_values(self, module: Module, node: ast.expr) -> Homes:
        values = self.evaluator.values(module, node)
        found: Homes = [value.module for value in values if isinstance(value, InTree)]
        return found if found and len(found) == len(values) else [*found, None]

    def _of_bindings(self, module: Module, bindings: list[Binding], branches: Branches, depth: int) -> Homes:
        found: Homes = []
        for binding in bindings:
            if isinstance(binding, Imported):
                found += self._imported(module, binding, branches, depth)
            elif isinstance(binding, Assigned) and not binding.path and not binding.adds:
                found += self._homes(module, binding.value, branches, depth)
            else:
                found.append(None)
        return found or [None]

    def _imported(self, module: Module, binding: Imported, branches: Branches, depth: int) -> Homes:
        home = self.evaluator.bindings.imported(module, binding)
        if not binding.name:
            return [home]
        if home is not None and home is not module:
            return self._inside(home, binding.name, branches, depth)
        inside = ".".join(filter(None, [binding.module, binding.name]))
        tree = self.evaluator.tree
        return [tree.module_at(tree.resolve(module, inside, binding.level))]

    def _inside(self, home: Module | None, name: str, branches: Branches, depth: int) -> Homes:
        """What a name of a module may be: what it binds, or a module of the package that it is."""
        if home is None or not depth:
            return [None]
        stars, tree = self.evaluator.star_imports, self.evaluator.tree
        bindings = stars.taken(home, stars.bound_at_end(home, name, branches), branches)
        if bindings:
            return self._of_bindings(home, bindings, branches, depth - 1)
        return [tree.module_at(tree.resolve(home, name, 1)) if home.is_package else None]
