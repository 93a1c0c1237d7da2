"""Finds the displays that expressions may be, on the way through containers, and remembers which."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..syntax.source_module import Module
from .branches import Branches
from .possible import Place
from .values import Literal

if TYPE_CHECKING:
    from .containers import Containers


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
        self.is_partial |= not all(
            self.containers.is_read(module, node, self.branches) for module, node in nodes
        )
