"""Names with what star imports bring: ``from base import *`` binds what ``base`` has, where the statement stands."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..syntax.reaching_definitions import reaching, reaching_end
from ..syntax.scopes import Assigned, Binding, Imported, runs_at_once
from ..syntax.source_module import Module
from .branches import Branches
from .tables import names_set_by_text

if TYPE_CHECKING:
    from .interpreter import Evaluator

_KNOWN_STARS = frozenset({"dagster", "dagster_dbt", "legacy_shim", "os", "typing"})
"""The packages of which it is known what they bring by ``import *``."""
_SURELY, _PERHAPS, _NOT = "surely", "perhaps", "not"


@dataclass(eq=False)
class StarImports:
    """Answers which bindings a name of a module has, those by star imports among them, in the order of the code."""

    evaluator: Evaluator

    def bound(self, module: Module, node: ast.Name, branches: Branches) -> list[Binding]:
        """The bindings that a name may have its value from where it is read."""
        names = self.evaluator.tree.names(module)
        if names.scope_that_binds(module, node.id, node) not in (None, module.tree):
            return names.lookup(module, node.id, node)
        brought = self._brought(module, node.id, branches)
        if not brought:
            return names.lookup(module, node.id, node)
        found = self._with_own(module, node.id, brought)
        return (
            reaching(module, module.tree, found, node) if runs_at_once(module, node, module.tree) else found
        )

    def bound_at_end(self, home: Module, name: str, branches: Branches) -> list[Binding]:
        """The bindings that importers of a module may see under a name."""
        brought = self._brought(home, name, branches)
        if not brought:
            return self.evaluator.tree.names(home).at_end(home, name)
        return reaching_end(home, home.tree, self._with_own(home, name, brought))

    def taken(self, module: Module, bindings: Sequence[Binding], branches: Branches) -> list[Binding]:
        """Those of some bindings that are there in the branches that are taken."""
        return branches.last_of(
            module, bindings, lambda binding: binding.where, lambda binding: not binding.adds
        )

    def _with_own(self, module: Module, name: str, brought: list[Imported]) -> list[Binding]:
        own = self.evaluator.tree.names(module).tables.get(module.tree, {}).get(name, [])
        return sorted([*own, *brought], key=lambda binding: getattr(binding.where, "lineno", 0))

    def _brought(self, module: Module, name: str, branches: Branches) -> list[Imported]:
        """The star imports that may bind a name. Such as do not surely bind it leave what was there."""
        found = []
        for star in self.evaluator.tree.names(module).stars:
            brings = self._brings(module, star, name, branches)
            if brings != _NOT:
                found.append(replace(star, name=name, adds=brings != _SURELY))
        return found

    def _brings(self, module: Module, star: Imported, name: str, branches: Branches) -> str:
        home = self.evaluator.bindings.imported(module, star)
        if home is None:
            return _NOT if star.module.partition(".")[0] in _KNOWN_STARS else _PERHAPS
        asked = ("exports", home, name, branches.sight)
        return self.evaluator.answer(asked, lambda: self._exports(home, name, branches), _NOT)

    def _exports(self, home: Module, name: str, branches: Branches) -> str:
        """Whether ``from home import *`` binds a name."""
        says = self.evaluator.tree.names(home).at_end(home, "__all__")
        listed = _listed(says) if not _is_read(home, "__all__") else None
        if (listed is not None and name not in listed) or (not says and name.startswith("_")):
            return _NOT
        bindings = self.bound_at_end(home, name, branches)
        if not bindings:
            return _PERHAPS if says or any(names_set_by_text(home)) else _NOT
        is_open = (bool(says) and listed is None) or _is_deleted(home, name)
        is_sure = any(branches.is_sure(home, one.where) for one in bindings if not one.adds)
        return _SURELY if is_sure and not is_open else _PERHAPS


def _listed(says: Sequence[Binding]) -> frozenset[str] | None:
    """The names of an ``__all__`` that is one display of texts; None for any other, and where there is none."""
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
