"""A resource that nothing is seen to use, beside code that asks for one which nothing is seen to give it: it may be that one.

cloud = DbtCloudClientResource(...)                        reached as `getattr(import_module(path), name)`, or by
def run_it(context): context.resources.dbt_cloud...        a repository that is not read, which binds it
load_assets_from_dbt_cloud_job(found, 67890)               where `found` is imported from what no path shows
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..findings import Finding
from .claims import Claim
from .parts import BUILDING, Builds, Fills, Loads, Stays


def keep_what_may_be_asked_for(groups: Sequence[list[Claim]]) -> list[list[Claim]]:
    """The groups; those of a resource that nothing uses blocked, where one is asked for that nothing builds or binds."""
    asking = next(
        (
            claim
            for group in groups
            if _is_without_resource(group)
            for claim in group
            if claim.keys or isinstance(claim.part, Loads)
        ),
        None,
    )
    if asking is None:
        return list(groups)
    return [
        [_blocked(claim, asking) for claim in group] if _is_not_used(group) else group for group in groups
    ]


def _is_without_resource(group: Sequence[Claim]) -> bool:
    return not any(isinstance(claim.part, (*BUILDING, Fills, Stays)) or claim.resources for claim in group)


def _is_not_used(group: Sequence[Claim]) -> bool:
    return all(isinstance(claim.part, Builds) and not claim.blocked for claim in group)


def _blocked(claim: Claim, asking: Claim) -> Claim:
    place = asking.module.place(asking.node)
    if asking.keys:
        key = f'"{min(asking.keys)}"'
        wants = f"nor to bind the {key} that {place} asks for"
        how = f"bind it by its name, `resources={{{key}: ...}}`"
    else:
        wants = f"nor to build the one that {place} loads with"
        how = "pass it there by its name"
    said = f"nothing in these files is seen to use this resource, {wants}, which may be this one: {how}, and migrate again"
    finding = Finding(claim.module.place(claim.node), "LDC303", said, claim.name, (place,))
    return replace(claim, blocked=(*claim.blocked, finding))
