"""Where ``dbt_cloud_run_op`` stands."""

from __future__ import annotations

from collections.abc import Iterator

from ...analysis.inference.legacy_names import RUN_OP
from ...analysis.inference.values import External
from ...analysis.uses.index import Reference
from ...planning.claims import Context

KEY = "dbt_cloud"
"""The resource key that the op requires."""


def places_of_op(context: Context) -> Iterator[tuple[Reference, int]]:
    """Each reference to the op, and which link of its chain is the op itself."""
    for reference in context.index.references:
        for place, link in enumerate(reference.chain):
            if External(RUN_OP) in context.index.values(reference.module, link):
                yield reference, place
                break
