"""The part that a claim plays in its unit. Planning asks for these, and knows no construct by its name."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from .settings import Settings


@dataclass(frozen=True, eq=False)
class Builds:
    """It builds a resource, which becomes a workspace."""

    settings: Settings | None
    """What it is built with: account, host and token among them. None where that cannot be read."""


@dataclass(frozen=True, eq=False)
class Adds:
    """It adds a workspace beside a resource that stays."""

    settings: Settings


@dataclass(frozen=True, eq=False)
class Loads:
    """It loads the assets of its jobs, whose facts say what the workspace of its resource serves."""

    resource: ast.expr | None
    """The expression that gives it its resource; None where it cannot be read."""
    makes_several: bool
    """Whether the one call loads several jobs, one after another or one of them."""
    is_observed: bool = False
    """Whether dbt Cloud alone runs its jobs, and Dagster records their runs."""


@dataclass(frozen=True)
class Fills:
    """It fills in a fact of its job that an earlier migration left open."""

    fact: str


@dataclass(frozen=True)
class Uses:
    """It uses a resource, or what came of one."""


@dataclass(frozen=True)
class Stays:
    """No construct answers for it: it keeps what it uses on the facade."""


@dataclass(frozen=True)
class Escapes:
    """It leads a value out of sight."""


Part = Builds | Adds | Loads | Fills | Uses | Stays | Escapes
BUILDING = (Builds, Adds)
"""The parts that end with a workspace."""
PLACING = (Loads, Fills)
"""The parts whose jobs say which environment a workspace serves."""
