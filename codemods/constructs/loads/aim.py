"""What a load becomes, and why it does not become what was asked for."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ...options import Target


@dataclass(frozen=True, eq=False)
class Place:
    """Where a component goes, and what its YAML says of its workspace."""

    folder: Path
    workspace: Mapping[str, str | int | float]
    """Account, token, address and retries: values, and ``{{ env.X }}`` for those of the environment."""
    lists: tuple[ast.List, ...]
    """The lists of the file that hold the load, and lose it."""


@dataclass(frozen=True)
class Aim:
    """The target of a load."""

    target: Target = "decorator"
    against: str = ""
    """Why it is not the target that was asked for; empty where it is."""
    place: Place | None = None
    """Where it goes, for a component."""


AT_DECORATOR = Aim()
