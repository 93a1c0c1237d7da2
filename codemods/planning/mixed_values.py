"""Expressions that are legacy in one run of the code, and something else in another.

    client = FakeClient() if DRY_RUN else context.resources.dbt_cloud
    client.run_job_and_poll(67890)

What is written for v2's client would break where it is the other.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import replace

from ..analysis.inference.legacy_names import thing_kind
from ..analysis.inference.values import (
    Member,
    Result,
)
from ..analysis.syntax.functions import (
    decorator_name,
    is_none,
)
from ..analysis.syntax.source_module import Module
from ..findings import Finding
from .claims import Claim, Context
from .stand_ins import is_test, stand_in_of_a_test

_FIELDS = frozenset({"Field", "PrivateAttr", "field"})
"""What declares a field of a class, of pydantic's or a dataclass."""


def block_mixed(claims: Sequence[Claim], context: Context) -> list[Claim]:
    """Block each use of a client or of what it answers that may be of something else; tell of those in tests."""
    found: list[Claim] = []
    in_tests: dict[ast.expr, Claim] = {}
    for claim in claims:
        base = _used(claim)
        others = dict(_others(context, claim.module, base)) if base is not None else {}
        for node, module in others.items():
            if is_test(module.path):
                said = f"`{_line(module, node)}` stands in for what dbt Cloud's client answers, or for the client"
                in_tests.setdefault(node, stand_in_of_a_test(module, node, said))
        other = next((node for node, module in others.items() if not is_test(module.path)), None)
        found.append(claim if other is None else _blocked(claim, others[other], other))
    return [*found, *in_tests.values()]


def _used(claim: Claim) -> ast.expr | None:
    """What an attribute is read of, or a method called of, where the claim is about that."""
    if not isinstance(claim.value, (Member, Result)):
        return None
    node = claim.node.func if isinstance(claim.node, ast.Call) else claim.node
    return node.value if isinstance(node, ast.Attribute) else None


def _others(context: Context, module: Module, node: ast.expr) -> Iterator[tuple[ast.expr, Module]]:
    """Where an expression may come from that is surely nothing legacy; None, of which nothing is read, is left out."""
    for home, place in context.constants.origins(module, node).places:
        sides = place.values if isinstance(place, ast.BoolOp) else [place]
        for side in sides:
            if side is not place and not isinstance(side, ast.Constant):
                yield from _others(context, home, side)
            elif not _is_nothing(side) and not any(map(thing_kind, context.index.values(home, side))):
                yield side, home


def _is_nothing(node: ast.expr) -> bool:
    """Whether an expression is None, or declares a field that nothing, or None, is in at first."""
    if isinstance(node, ast.Call) and decorator_name(node) in _FIELDS:
        return all(word.arg != "default_factory" for word in node.keywords) and all(
            is_none(given)
            for given in [*node.args, *(word.value for word in node.keywords if word.arg == "default")]
        )
    return is_none(node)


def _blocked(claim: Claim, module: Module, other: ast.expr) -> Claim:
    place = module.place(other)
    said = f"this may be `{_line(module, other)}` of {place} too, which expects the legacy calls"
    finding = Finding(claim.module.place(claim.node), "LDC303", said, claim.name, related=(place,))
    return replace(claim, blocked=(*claim.blocked, finding))


def _line(module: Module, node: ast.expr) -> str:
    return module.source_of(node).split("\n", 1)[0]
