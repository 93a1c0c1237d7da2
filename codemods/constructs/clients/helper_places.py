"""Where the functions stand that a file defines for its uses of clients: once, before the first statement that needs them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from ...analysis.syntax.source_module import Module
from ...planning.claims import Claim
from .uses import Bound, ClientUse, PolledInside, Requested

_IN_FUNCTIONS = (PolledInside, Requested, Bound)
"""What is written with functions that the file defines."""


def with_place_of_helper(claims: list[Claim[ClientUse]]) -> Iterator[Claim[ClientUse]]:
    """Each module has one function for all calls of a method inside of expressions, before the first of them.

    Functions that send requests of their own stand together, before the first that needs one. One use that needs a function
    with all that legacy's method takes has the module have that one.
    """
    first: dict[tuple[Module, str], ast.stmt] = {}
    asking: set[Module] = set()
    loose: set[tuple[Module, str]] = set()
    by_place: set[tuple[Module, str]] = set()
    for claim in claims:
        detail = claim.detail
        if not isinstance(detail, _IN_FUNCTIONS):
            continue
        if not isinstance(detail, PolledInside) or detail.takes_any:
            asking.add(claim.module)
        if not isinstance(detail, Requested) and detail.takes_any:
            loose.add((claim.module, _helper_of(detail)))
            if detail.by_place:
                by_place.add((claim.module, _helper_of(detail)))
        for key in ((claim.module, _helper_of(detail)), (claim.module, "")):
            first[key] = min(first.get(key, detail.first), detail.first, key=lambda one: one.lineno)
    for claim in claims:
        detail = claim.detail
        if isinstance(detail, _IN_FUNCTIONS):
            at = first[claim.module, "" if claim.module in asking else _helper_of(detail)]
            detail = replace(detail, first=at)
        if isinstance(detail, (PolledInside, Bound)):
            key = claim.module, _helper_of(detail)
            detail = replace(detail, takes_any=key in loose, by_place=key in by_place)
        yield replace(claim, detail=detail)


def _helper_of(detail: PolledInside | Requested | Bound) -> str:
    return detail.method.name if isinstance(detail, PolledInside) else detail.name
