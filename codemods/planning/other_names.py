"""Units stay that may be reached by an import which names no file: the module may have another name than its path says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ..analysis.inference.values import root
from ..analysis.uses.modules_not_found import NotFound, modules_not_found
from ..findings import Finding
from .claims import Claim, Context


def keep_what_other_names_may_reach(groups: Sequence[list[Claim]], context: Context) -> list[list[Claim]]:
    """The groups; those blocked of which something may be imported by a name that no path shows."""
    missing = list(modules_not_found(context.index))
    return [list(_judged(group, missing)) for group in groups] if missing else list(groups)


def _judged(group: Sequence[Claim], missing: Sequence[NotFound]) -> Iterator[Claim]:
    held = {value for claim in group for value in (claim.value, *claim.resources)}
    one = next(
        (one for one in missing if held & {*one.carried, *map(root, one.carried)}),
        None,
    )
    for claim in group:
        yield claim if one is None else replace(claim, blocked=(*claim.blocked, _finding(claim, one)))


def _finding(claim: Claim, one: NotFound) -> Finding:
    place = one.module.place(one.alias)
    said = (
        f"{place} imports `{one.alias.name}`, and no path of these files is `{one.name}`: it may be {one.home.path}. "
        "Import it by the name that its path gives it, and migrate again"
    )
    return Finding(claim.module.place(claim.node), "LDC303", said, claim.name, (place,))
