"""The asset graph as data, and its difference: whether code does the same before and after.

Reads documents of ``python -m legacy_shim.snapshot``, each made in a process of its own, so that nothing of Dagster is
loaded here. A difference that the codemod reports carries its code; one without a code is unexpected.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

from legacy_shim.json_text import parse_json

from .difference import Difference
from .events import compare_events
from .graph import compare_graphs
from .origins import find_origins
from .renames import find_renames, with_new_keys
from .runs import compare_callers, compare_dbt, load_commands

if TYPE_CHECKING:
    from legacy_shim.snapshot.schema import Snapshot

__all__ = ["Difference", "compare", "load_commands", "load_snapshot"]

_VERSION = 1
_DEEPEST = 200
"""Levels: what assets have as metadata is in it as it is."""


def load_snapshot(path: Path) -> Snapshot:
    """Read a snapshot. Raises OSError, and ValueError for what is no snapshot of the known version."""
    document = parse_json(path.read_bytes(), deepest=_DEEPEST)
    if not isinstance(document, dict) or document.get("version") != _VERSION:
        raise ValueError(f"{path} is not a snapshot of version {_VERSION}")
    return cast("Snapshot", document)  # what writes this version writes that shape


def compare(before: Snapshot, after: Snapshot) -> list[Difference]:
    """Every difference between two snapshots of the same order, the unexpected ones first.

    dbt Cloud runs are compared by job, by the commands in their order, and by the nodes that were executed. What
    loading costs is not a difference; see :func:`load_commands`.
    """
    errors = [document["error"] for document in (before, after)]
    if any(errors):
        return _compare_errors(before, after)
    renames = find_renames(before, after)
    before = with_new_keys(before, renames)
    origins = find_origins(before)
    found = [
        *(Difference("asset renamed", old, old, new, None) for old, new in sorted(renames.items())),
        *compare_graphs(before, after, origins),
        *compare_events(before, after, origins),
        *compare_dbt(before, after),
        *compare_callers(before, after),
    ]
    return sorted(found, key=lambda row: (row.is_expected, row.code or "", row.kind, row.subject))


def _compare_errors(before: Snapshot, after: Snapshot) -> list[Difference]:
    """Two that fail in the same way are equal; nothing else can be said of what does not load."""
    classes = [document["error"] and document["error"]["class"] for document in (before, after)]
    if classes[0] == classes[1]:
        return []
    texts = [
        document["error"] and f"{document['error']['class']}: {document['error']['message']}"
        for document in (before, after)
    ]
    code = "LDC401" if classes == [None, "MissingFactError"] else None
    return [Difference("loading", after["target"], texts[0] or "loads", texts[1] or "loads", code)]
