"""One difference between a code location before and after, with the code that reports it where there is one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from legacy_shim.snapshot.schema import Asset, Graph, Snapshot

Jobs = tuple[frozenset[int], ...]
"""dbt Cloud jobs by their ids: of each set at least one."""

MADE_ELSEWHERE = "UNEXECUTABLE"
"""The execution type of an asset that Dagster only knows of, because others depend on it."""
_MAX_TEXT = 200


def graph_of(snapshot: Snapshot) -> Graph:
    """What a code location that loads contains."""
    graph = snapshot["graph"]
    assert graph is not None, "what does not load is not looked into"
    return graph


def assets_of(snapshot: Snapshot) -> Mapping[str, Asset]:
    """The assets of a code location; none where it does not load."""
    return snapshot["graph"]["assets"] if snapshot["graph"] else {}


def counts_of(snapshot: Snapshot) -> dict[str, int]:
    """How much of each kind a code location has, as every form of the result says it."""
    graph = graph_of(snapshot)
    external = sum(asset["execution"] == MADE_ELSEWHERE for asset in graph["assets"].values())
    return {
        "assets": len(graph["assets"]) - external,
        "external_assets": external,
        "checks": len(graph["checks"]),
        "jobs": len(graph["jobs"]),
        "schedules": len(graph["schedules"]),
        "sensors": len(graph["sensors"]),
        "resources": len(graph["resources"]),
    }


@dataclass(frozen=True)
class Difference:
    """Something that Dagster's users, or dbt Cloud, would see differently."""

    kind: str
    """What differs, in words: ``asset lost``, ``group``, ``dbt commands``."""
    subject: str
    """Of what: an asset key, a job name, an action."""
    before: Any
    after: Any
    code: str | None
    """The LDC2xx that reports such a difference; None where no code does."""
    jobs: Jobs = ()
    """The jobs that it comes from: only a finding of their migration reports it. Empty: it comes from none."""

    @property
    def is_expected(self) -> bool:
        return self.code is not None

    def __str__(self) -> str:
        return (
            f"{self.code or 'UNEXPECTED'} {self.kind} of {self.subject}: "
            f"{_text(self.before)} -> {_text(self.after)}"
        )


def _text(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True, default=str)
    return text if len(text) <= _MAX_TEXT else f"{text[: _MAX_TEXT - 3]}..."
