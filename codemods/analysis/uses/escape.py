"""The record of a use that is not accounted for."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from ..inference.values import Values
from ..syntax.source_module import Module


@dataclass(frozen=True, eq=False)
class Escape:
    """A use that is not accounted for, and the legacy values that it takes out of sight."""

    module: Module
    node: ast.expr
    carried: Values
    """What goes out of sight; empty where that cannot be told, and any legacy value in reach may."""
    said: str
    keys: frozenset[str] = frozenset()
    """The resource keys whose resources go out of sight with what is led away."""
