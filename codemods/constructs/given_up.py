"""What becomes of a dbt Cloud run that nobody waits for any more.

Legacy cancelled it in a ``finally`` of ``DbtCloudClient.poll_run``. v2's ``poll_run`` cancels it where Dagster interrupts the
step, since dagster-dbt 0.29.6, and not where the time is up. Measured on the local dbt Cloud, for loads and ops.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..facts.release import Release

CODE = "LDC216"


def left_going(release: Release, *, when_late: bool) -> Iterator[str]:
    """When a run goes on in dbt Cloud that legacy cancelled. ``when_late``: v2 waits for it with a limit."""
    if when_late:
        yield "the run goes on in dbt Cloud when poll_timeout passes"
    lacks = release.lacks("cancel")
    if lacks:
        yield f"the run goes on in dbt Cloud when its Dagster run is terminated: {lacks}"
