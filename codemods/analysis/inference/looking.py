"""Finds the displays that expressions may be, on the way through containers, and remembers which."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..syntax.scopes import Assigned
from ..syntax.source_module import Module
from .branches import Branches
from .possible import Place
from .values import Literal

if TYPE_CHECKING:
    from .containers import Containers
    from .interpreter import Evaluator


@dataclass(eq=False)
class Looking:
    """Finds displays, and remembers which it found."""

    containers: Containers
    branches: Branches
    found: set[Literal] = field(default_factory=set)
    is_partial: bool = False
    """Whether something was looked into that may be more than the displays that were found."""

    def __call__(self, module: Module, node: ast.expr) -> list[Literal]:
        found = self.containers.displays(module, node, self.branches)
        self.found.update(found)
        return found

    def note(self, nodes: Iterable[Place]) -> None:
        """Note whether all of some elements, which are looked into next, are read."""
        evaluator = self.containers.evaluator
        self.is_partial |= not all(is_read(evaluator, module, node, self.branches) for module, node in nodes)


def is_read(evaluator: Evaluator, module: Module, node: ast.expr, branches: Branches) -> bool:
    """Whether all that an expression may be are containers that are read, or nothing that has a key."""
    asked = ("is read", node, branches.sight)
    return evaluator.answer(asked, lambda: _is_read(evaluator, module, node, branches), True)


def _is_read(evaluator: Evaluator, module: Module, node: ast.expr, branches: Branches) -> bool:
    bound = evaluator.star_imports.bound(module, node) if isinstance(node, ast.Name) else []
    added = [one.value for one in bound if isinstance(one, Assigned) and one.adds]
    if added:  # `first, *others = x`, and `others += y`
        plain = [one.value for one in bound if isinstance(one, Assigned) and not (one.adds or one.path)]
        is_known = len(added) + len(plain) == len(bound)
        return is_known and all(is_read(evaluator, module, value, branches) for value in (*added, *plain))
    made = evaluator.places(module, node, branches)
    return made.is_all and all(
        isinstance(place, ast.Constant)
        or any(isinstance(value, Literal) for value in evaluator.values(home, place))
        for home, place in made.places
    )
