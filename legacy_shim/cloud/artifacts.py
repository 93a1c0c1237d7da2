"""Checks that an artifact of a run is what its name says, before anything is read out of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from legacy_shim.cloud.failures import DbtCloudFailure


def require_manifest(content: Any, run_id: int) -> Mapping[str, Any]:
    """Return `content` if it can be a ``manifest.json``. Raises :class:`DbtCloudFailure`."""
    nodes = content.get("nodes") if isinstance(content, Mapping) else None
    if not isinstance(nodes, Mapping) or not all(isinstance(node, Mapping) for node in nodes.values()):
        raise _is_none("manifest.json", run_id, "nodes")
    return content  # type: ignore[no-any-return]


def require_results(content: Any, run_id: int) -> Mapping[str, Any]:
    """Return `content` if it can be a ``run_results.json``; one without results may. Raises :class:`DbtCloudFailure`."""
    results = (content.get("results") or []) if isinstance(content, Mapping) else None
    if not isinstance(results, list) or not all(map(_is_result, results)):
        raise _is_none("run_results.json", run_id, "results")
    return content  # type: ignore[no-any-return]


def _is_result(result: Any) -> bool:
    return isinstance(result, Mapping) and isinstance(result.get("unique_id"), str)


def _is_none(path: str, run_id: int, lacks: str) -> DbtCloudFailure:
    return DbtCloudFailure(
        f"The {path} of run {run_id} has no {lacks} in the form in which dbt writes them.", passing=True
    )
