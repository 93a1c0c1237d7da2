"""One folder for each family of constructs. A construct is a module found by being here; adding one edits no other file.

A construct offers ``CONSTRUCT``, the kind of its claims; ``claims(context)``, which yields a claim for each use it answers for; and
``rewrite(claim, unit, context)``, which says what the v2 form of a claim takes. One that decides something for the whole tree
offers ``prepare(context)`` as well.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache
from typing import Any, Protocol, TypeVar

from ..planning.claims import Claim, Context, Kind, Rewrite
from ..planning.units import Unit

D = TypeVar("D")


class Construct(Protocol[D]):
    """What a module of a construct offers. `tests/codemods/test_constructs.py` holds each module to it, with mypy."""

    CONSTRUCT: Kind[D]

    def claims(self, context: Context) -> Iterator[Claim[D]]:
        """One claim for each use that the construct answers for."""
        ...

    def rewrite(self, claim: Claim[D], unit: Unit, context: Context) -> Rewrite:
        """The edits, imports and findings of the v2 form of a claim."""
        ...


@cache
def constructs() -> dict[str, Construct[object]]:
    """The constructs by name, in the order of their names. Each is to get the claims of its own kind alone."""
    found = _modules()
    named: dict[str, Construct[object]] = {
        one.CONSTRUCT.name: one for one in found if hasattr(one, "CONSTRUCT")
    }
    return dict(sorted(named.items()))


def prepared(context: Context) -> Context:
    """The context, with what a construct decides for the whole tree before any of them claims a use."""
    for module in _modules():
        if hasattr(module, "prepare"):
            context = module.prepare(context)
    return context


@cache
def _modules() -> tuple[Any, ...]:
    found = pkgutil.walk_packages(__path__, f"{__name__}.")
    return tuple(importlib.import_module(each.name) for each in found if not each.ispkg)
