"""Uses that may be of several resources: what stays for one of them stays for all.

def refresh(client):
    client.run_job_and_poll(67890)  # of a workspace here, of a legacy resource there
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import replace

from ..analysis.inference.values import Member, Result
from ..findings import Finding
from .bound_for_loads import kept_for_loads
from .claims import Claim, Context
from .groups import components_of
from .units import Unit


def keep_what_is_shared(units: Iterable[Unit], context: Context) -> tuple[Unit, ...]:
    """The units, those kept that have a use in common with one that is kept, or bind what its loads get."""
    found, components = list(units), components_of(context)
    while True:
        staying: dict[ast.AST, Unit] = {}
        for unit in found:
            if not unit.migrates:
                staying.update((claim.node, unit) for claim in _uses(unit))
        changed = [
            _kept_for(_kept_with(unit, staying), kept_for_loads(unit, found, components)) for unit in found
        ]
        if all(one is other for one, other in zip(changed, found, strict=True)):
            return tuple(found)
        found = changed


def _kept_with(unit: Unit, staying: dict[ast.AST, Unit]) -> Unit:
    """The unit, kept where one of its uses is a use of a unit that stays."""
    shared = [claim for claim in _uses(unit) if claim.node in staying] if unit.migrates else []
    if not shared:
        return unit
    return replace(unit, kept=tuple(_finding(claim, staying[claim.node]) for claim in shared))


def _kept_for(unit: Unit, reasons: tuple[Finding, ...]) -> Unit:
    return replace(unit, kept=reasons) if unit.migrates and reasons else unit


def _uses(unit: Unit) -> Iterator[Claim]:
    """The uses of clients and of what they answer; a resource that is built may stand in two units on purpose."""
    return (claim for claim in unit.claims if isinstance(claim.value, (Member, Result)))


def _finding(claim: Claim, other: Unit) -> Finding:
    place = other.kept[0].place
    said = f"this may also use another resource, which stays on the facade because of {place}"
    return Finding(claim.module.place(claim.node), "LDC303", said, claim.name, related=(place,))
