"""Reads dbt's manifest.json: which nodes are Dagster assets, and what each depends on.

The rules are those of dagster-dbt's ``asset_utils``, on plain dictionaries and in time linear in the manifest. It imports
nothing but the standard library.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

Node = Mapping[str, Any]
Manifest = Mapping[str, Any]

ASSET_TYPES = ("model", "seed", "snapshot")
"""The types of dbt nodes that are Dagster assets."""

_STEPPED_OVER = ("metric", "semantic_model", "saved_query", "function")
"""Types that stand between assets; what depends on one depends on what it depends on."""

COLLECTIONS = (
    *("nodes", "sources", "exposures", "metrics", "semantic_models"),
    *("saved_queries", "unit_tests", "functions"),
)
"""Where a manifest has what one may depend on, by its id."""


def find_node(manifest: Manifest, unique_id: str) -> Node | None:
    """Return the node, source or other resource of that id, or None if the project does not have it (any more)."""
    for collection in COLLECTIONS:
        node: Node | None = (manifest.get(collection) or {}).get(unique_id)
        if node is not None:
            return node
    return None


def may_matter(node: Any) -> bool:
    """Whether a part of a manifest is an asset, or may stand before one. What has no type is left to those who look at it."""
    kind = node.get("resource_type") if isinstance(node, Mapping) else None
    return not isinstance(kind, str) or kind in (*ASSET_TYPES, *_STEPPED_OVER, "source")


def is_asset(node: Node) -> bool:
    """Whether the node is something that dbt builds and Dagster shows. Ephemeral models are neither."""
    return node["resource_type"] in ASSET_TYPES and not _is_ephemeral(node)


def is_asset_id(unique_id: str) -> bool:
    """Whether the id is of a type that can be an asset."""
    return unique_id.partition(".")[0] in ASSET_TYPES


def asset_nodes(manifest: Manifest, unique_ids: Iterable[str]) -> dict[str, Node]:
    """Return those of the ids that are assets of this manifest, in a stable order."""
    nodes = manifest["nodes"]
    return {
        unique_id: nodes[unique_id]
        for unique_id in sorted(set(unique_ids))
        if unique_id in nodes and is_asset(nodes[unique_id])
    }


def dependency_order(manifest: Manifest, unique_ids: Iterable[str]) -> list[str]:
    """Return the ids so that each comes after all that it depends on, and otherwise in their order."""
    wanted = dict.fromkeys(unique_ids)
    ordered: list[str] = []
    done: set[str] = set()
    for start in wanted:
        waiting = [(start, False)]
        while waiting:
            unique_id, parents_are_done = waiting.pop()
            if parents_are_done:
                if unique_id in wanted:
                    ordered.append(unique_id)
            elif unique_id not in done:
                done.add(unique_id)
                waiting.append((unique_id, True))
                node = find_node(manifest, unique_id)
                waiting.extend((parent, False) for parent in reversed(list(_parents(node or {}))))
    return ordered


class Upstream:
    """The assets and sources that nodes of one manifest depend on."""

    def __init__(self, manifest: Manifest) -> None:
        self._manifest = manifest
        self._behind: dict[str, frozenset[str]] = {}

    def of(self, node: Node) -> frozenset[str]:
        """Return the ids of the assets and sources that `node` reads, seen through ephemeral models and metrics."""
        found: set[str] = set()
        for parent_id in _parents(node):
            parent = find_node(self._manifest, parent_id)
            if parent is None:  # a disabled parent, which dbt allows to what it does not build
                continue
            if _is_stepped_over(parent):
                found |= self._reached_through(parent_id, parent)
            elif parent["resource_type"] in (*ASSET_TYPES, "source"):
                found.add(parent_id)
        return frozenset(found)

    def _reached_through(self, unique_id: str, node: Node) -> frozenset[str]:
        known = self._behind.get(unique_id)
        if known is not None:
            return known
        found: set[str] = set()
        seen = {unique_id}
        waiting = list(_parents(node))
        while waiting:
            parent_id = waiting.pop()
            if parent_id in seen:
                continue
            seen.add(parent_id)
            parent = find_node(self._manifest, parent_id)
            if parent is None:
                continue
            if _is_stepped_over(parent):
                waiting.extend(_parents(parent))
            elif parent["resource_type"] in (*ASSET_TYPES, "source"):
                found.add(parent_id)
        self._behind[unique_id] = frozenset(found)
        return self._behind[unique_id]


def _parents(node: Node) -> Iterable[str]:
    return (node.get("depends_on") or {}).get("nodes") or ()


def _is_ephemeral(node: Node) -> bool:
    return node["resource_type"] == "model" and (node.get("config") or {}).get("materialized") == "ephemeral"


def _is_stepped_over(node: Node) -> bool:
    return node["resource_type"] in _STEPPED_OVER or _is_ephemeral(node)
