"""Names that an expression binds which is rewritten, ``load_assets(cloud, (job := 67890))``: other code may read them."""

from __future__ import annotations

import ast
from dataclasses import replace

from ..analysis.syntax.source_module import Module
from ..findings import Finding
from .claims import Claim
from .parts import BUILDING, Loads


def keep_bound_names(claim: Claim) -> Claim:
    """The claim, blocked where what is written for it would not bind a name that it binds."""
    if not isinstance(claim.part, (Loads, *BUILDING)):
        return claim
    return replace(claim, blocked=(*claim.blocked, *names_bound_in(claim.module, claim.node, claim.name)))


def names_bound_in(module: Module, node: ast.expr, name: str) -> tuple[Finding, ...]:
    """A finding for each name that is bound inside of an expression."""
    inside = (inner for inner in ast.walk(node) if isinstance(inner, ast.NamedExpr))
    return tuple(
        Finding(
            module.place(inner),
            "LDC303",
            f"`{module.source_of(inner)}` binds a name inside the code to rewrite: assign it on the line before",
            name,
        )
        for inner in inside
    )
