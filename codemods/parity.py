"""The asset graph as data, and its difference: whether code does the same before and after.

Reads documents of ``python -m legacy_shim.snapshot``, each made in a process of its own, so that nothing of Dagster is
loaded here. A difference that the codemod tells of carries its code; one without a code is a surprise.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from .difference import Difference, Snapshot
from .graph_parity import compare_graphs
from .run_parity import compare_actions, compare_dbt, load_commands

__all__ = ["Difference", "Snapshot", "compare", "load_commands", "load_snapshot"]

_VERSION = 1


def load_snapshot(path: Path) -> Snapshot:
    """Read a snapshot. Raises OSError, and ValueError for what is no snapshot of the known version."""
    document = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(document, dict) or document.get("version") != _VERSION:
        raise ValueError(f"{path} is not a snapshot of version {_VERSION}")
    return document


def compare(before: Snapshot, after: Snapshot) -> list[Difference]:
    """Every difference between two snapshots of the same order, the unexpected ones first.

    dbt Cloud runs are compared by job, by the commands in their order, and by the nodes that were executed. What
    loading costs is not a difference; see :func:`load_commands`.
    """
    errors = [document["error"] for document in (before, after)]
    if any(errors):
        return _compare_errors(before, after)
    found = [
        *compare_graphs(before, after),
        *compare_actions(before, after),
        *compare_dbt(before, after),
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


def main(arguments: list[str] | None = None) -> int:
    """Print the differences between two documents of ``python -m legacy_shim.snapshot``.

    Exit codes: 0 no difference without a code, 1 at least one, 2 wrong usage or no snapshots.
    """
    parser = argparse.ArgumentParser(prog="python -m legacy_shim.codemods.parity", description=main.__doc__)
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    options = parser.parse_args(arguments)
    try:
        differences = compare(load_snapshot(options.before), load_snapshot(options.after))
    except (OSError, ValueError) as error:
        parser.error(str(error))
    for row in differences:
        print(row)
    unexpected = sum(not row.is_expected for row in differences)
    print(f"{len(differences)} differences, {unexpected} of them without a code that tells of them")
    return int(unexpected > 0)


if __name__ == "__main__":
    sys.exit(main())
