"""A dbt manifest as a graph of nodes, made once and asked often."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property
from graphlib import TopologicalSorter
from typing import Any

_SECTIONS = (
    "nodes",
    "sources",
    "exposures",
    "metrics",
    "semantic_models",
    "saved_queries",
    "unit_tests",
    "functions",
)
_TESTS = frozenset({"test", "unit_test"})


class ManifestGraph:
    """The members of a manifest and the edges between them.

    ``manifest`` is the parsed content of a ``manifest.json`` of version 10 or later; it is not changed.
    """

    def __init__(self, manifest: Mapping[str, Any]) -> None:
        self.project_name: str = manifest.get("metadata", {}).get("project_name") or ""
        self.members: dict[str, Mapping[str, Any]] = {}
        for section in _SECTIONS:
            for unique_id, node in (manifest.get(section) or {}).items():
                if (node.get("config") or {}).get("enabled", True):
                    self.members[unique_id] = node
        self.source_ids = frozenset(manifest.get("sources") or ())
        self._selectors: Mapping[str, Any] = manifest.get("selectors") or {}
        self._node_ids = frozenset(manifest.get("nodes") or ())
        self._parents: dict[str, frozenset[str]] = {}
        self._known_parents: dict[str, frozenset[str]] = {}
        self._children: defaultdict[str, set[str]] = defaultdict(set)
        for unique_id, node in self.members.items():
            named = (node.get("depends_on") or {}).get("nodes") or ()
            self._parents[unique_id] = frozenset(named)
            self._known_parents[unique_id] = frozenset(named) & self.members.keys()
            for parent in named:
                if parent in self.members:
                    self._children[parent].add(unique_id)

    @cached_property
    def by_name(self) -> Mapping[str, frozenset[str]]:
        """Unique ids by every text without wildcards that names them in the method ``fqn``.

        A command may name thousands of nodes, one by one, so each must be found at once. Sources have no entry.
        """
        found: defaultdict[str, set[str]] = defaultdict(set)
        for unique_id, node in self.members.items():
            if unique_id not in self.source_ids:
                for name in fqn_names(node):
                    found[name].add(unique_id)
        return {name: frozenset(ids) for name, ids in found.items()}

    @cached_property
    def versions(self) -> Mapping[str, frozenset[str]]:
        """Versions of models by ``name_version``; ``fqn`` takes a dot for the underscore too."""
        found: defaultdict[str, set[str]] = defaultdict(set)
        for unique_id, node in self.members.items():
            if is_versioned(node):
                found["_".join(str(part) for part in node["fqn"][-2:])].add(unique_id)
        return {name: frozenset(ids) for name, ids in found.items()}

    @cached_property
    def in_order(self) -> tuple[str, ...]:
        """All members, each behind what it depends on: the order in which dbt reports results."""
        edges = {unique_id: sorted(parents) for unique_id, parents in self._known_parents.items()}
        return tuple(TopologicalSorter(edges).static_order())

    def resource_type(self, unique_id: str) -> str:
        """``model``, ``test``, ``source``, ..."""
        return str(self.members[unique_id]["resource_type"])

    def selector(self, name: str) -> Any | None:
        """The definition of a YAML selector, or None."""
        entry = self._selectors.get(name)
        return None if entry is None else entry["definition"]

    def parents(self, unique_id: str) -> frozenset[str]:
        """What a node depends on directly."""
        return self._parents.get(unique_id, frozenset())

    def is_data_test_or_node(self, unique_id: str) -> bool:
        """Whether it stands in the manifest's ``nodes`` (unit tests do not)."""
        return unique_id in self._node_ids

    def tests_of(self, selected: Iterable[str]) -> set[str]:
        """The data tests and unit tests that depend directly on one of ``selected``."""
        return {
            child
            for unique_id in selected
            for child in self._children.get(unique_id, ())
            if self.resource_type(child) in _TESTS
        }

    def ancestors(self, start: Iterable[str], depth: int | None) -> frozenset[str]:
        """All that ``start`` depends on, at most ``depth`` edges away (None: however far)."""
        return self._reach(self._known_parents, start, depth)

    def descendants(self, start: Iterable[str], depth: int | None) -> frozenset[str]:
        """All that depends on ``start``, at most ``depth`` edges away (None: however far)."""
        return self._reach(self._children, start, depth)

    @staticmethod
    def _reach(edges: Mapping[str, Iterable[str]], start: Iterable[str], depth: int | None) -> frozenset[str]:
        found: set[str] = set()
        layer = set(start)
        while layer and depth != 0:
            layer = {end for unique_id in layer for end in edges.get(unique_id, ())} - found
            found |= layer
            depth = None if depth is None else depth - 1
        return frozenset(found)


def is_versioned(node: Mapping[str, Any]) -> bool:
    """Whether a node is one version of a model."""
    return node["resource_type"] == "model" and node.get("version") is not None


def fqn_names(node: Mapping[str, Any]) -> Iterable[str]:
    """The strings that select a node by name: its own, its folders', with and without the package."""
    full = [str(part) for part in node["fqn"]]
    for fqn in (full, full[1:]):
        flat = [piece for segment in fqn for piece in segment.split(".")]
        yield from (".".join(flat[:end]) for end in range(1, len(flat) + 1))
        if fqn:
            yield fqn[-2] if is_versioned(node) and len(fqn) > 1 else fqn[-1]
