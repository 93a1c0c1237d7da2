"""What deployments of one code base differ in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..findings import Finding
from .units import Unit


def jobs_that_deployments_lack(units: Iterable[Unit]) -> Iterator[Finding]:
    """A finding for each job id that some deployments say and others do not."""
    for unit in units:
        for claim in unit.claims_inside:
            for ref in claim.jobs:
                if ref.job_ids and ref.lacking:
                    said = f"set {ref.source or 'it'} in deployment {' and '.join(ref.lacking)}"
                    yield Finding(ref.module.place(ref.node), "LDC402", said, claim.name)
