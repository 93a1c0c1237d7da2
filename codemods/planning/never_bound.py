"""A resource that nothing is seen to use, beside code that asks for one which nothing is seen to give it: it may be that one.

cloud = DbtCloudClientResource(...)                        reached as `getattr(import_module(path), name)`, or by
def run_it(context): context.resources.dbt_cloud...        a repository that is not read, which binds it
load_assets_from_dbt_cloud_job(found, 67890)               where `found` is imported from what no path shows
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from ..analysis.inference.values import Keyed, Values
from ..analysis.project.prefilter import LEGACY_METHODS, asks_for_client
from ..analysis.syntax.functions import decorator_name
from ..analysis.uses.index import Index
from ..findings import Finding, Place
from .claims import Claim, Context
from .parts import BUILDING, Builds, Escapes, Fills, Loads, Stays


@dataclass(frozen=True)
class _Asking:
    """What asks for a resource, and what to write there."""

    wants: str
    how: str
    places: tuple[Place, ...] = ()


def keep_what_may_be_asked_for(groups: Sequence[list[Claim]], context: Context) -> list[list[Claim]]:
    """The groups; those of a resource that nothing uses blocked, where one is asked for that nothing builds or binds."""
    if not any(map(_is_not_used, groups)):
        return list(groups)
    asking = _asked_in(groups) or _asked_beside(groups) or _asked_for(context.index)
    if asking is None:
        return list(groups)
    return [
        [_blocked(claim, asking) for claim in group] if _is_not_used(group) else group for group in groups
    ]


def _is_not_used(group: Sequence[Claim]) -> bool:
    return all(isinstance(claim.part, Builds) and not claim.blocked for claim in group)


def _asked_in(groups: Sequence[list[Claim]]) -> _Asking | None:
    for group in filter(_is_without_resource, groups):
        for claim in group:
            place = claim.module.place(claim.node)
            if claim.keys:
                return _under(min(claim.keys), place)
            if isinstance(claim.part, Loads):
                return _Asking(
                    f"nor to build the one that {place} loads with", "pass it there by its name", (place,)
                )
    return None


def _asked_beside(groups: Sequence[list[Claim]]) -> _Asking | None:
    """What is asked for under a key to which nothing is seen to be bound but what is led out of sight."""
    claims = [claim for group in groups for claim in group]
    bound = {
        key for claim in claims if isinstance(claim.part, (*BUILDING, Fills, Stays)) for key in claim.keys
    }
    led_away = {key for claim in claims if isinstance(claim.part, Escapes) for key in claim.keys} - bound
    for claim in claims:
        if not isinstance(claim.part, Escapes) and led_away & claim.keys:
            return _under(min(led_away & claim.keys), claim.module.place(claim.node))
    return None


def _is_without_resource(group: Sequence[Claim]) -> bool:
    return not any(isinstance(claim.part, (*BUILDING, Fills, Stays)) or claim.resources for claim in group)


@lru_cache(maxsize=1)
def _asked_for(index: Index) -> _Asking | None:
    """Where a method is called that the legacy client has and others may have, of what stands under an unknown key."""
    for module in index.tree.modules.values():
        for node in module.of(ast.Attribute):
            if node.attr in LEGACY_METHODS and (key := _unbound_key(index, index.values(module, node.value))):
                return _under(key, module.place(node))
    for path, data in index.tree.data.items():
        if path not in index.tree.modules and asks_for_client(data):
            return _Asking(f"nor to bind the resource that {path.name} asks for", _how("dbt_cloud"))
    return None


def _unbound_key(index: Index, values: Values) -> str:
    """The key under which something is asked for, and which nothing legacy, nor what is known, has; empty for none."""
    keys = (value.key for value in values if isinstance(value, Keyed))
    return next((key for key in keys if key not in index.bound_keys and not _is_bound(index, key)), "")


def _is_bound(index: Index, key: str) -> bool:
    """Whether each dict that has a key has something known there: what a package or Python makes, or the code."""
    bound = index.evaluator.tables.under(key)
    return bool(bound) and all(
        index.values(module, node) or (isinstance(node, ast.Call) and hasattr(builtins, decorator_name(node)))
        for module, node in bound
    )


def _under(key: str, place: Place) -> _Asking:
    return _Asking(f'nor to bind the "{key}" that {place} asks for', _how(key), (place,))


def _how(key: str) -> str:
    return f'bind it by its name, `resources={{"{key}": ...}}`'


def _blocked(claim: Claim, asking: _Asking) -> Claim:
    said = (
        f"nothing in these files is seen to use this resource, {asking.wants}, which may be this one: "
        f"{asking.how}, and migrate again"
    )
    finding = Finding(claim.module.place(claim.node), "LDC303", said, claim.name, asking.places)
    return replace(claim, blocked=(*claim.blocked, finding))
