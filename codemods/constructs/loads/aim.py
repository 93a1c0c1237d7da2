"""What a load becomes, and why it does not become what was asked for."""

from __future__ import annotations

from dataclasses import dataclass

from ...options import Target


@dataclass(frozen=True)
class Aim:
    """The target of a load."""

    target: Target = "decorator"
    against: str = ""
    """Why it is not the target that was asked for; empty where it is."""


AT_DECORATOR = Aim()
