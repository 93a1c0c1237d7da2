"""Jobs that are loaded twice: each load makes an op of the same name, and Dagster refuses two in one code location."""

from __future__ import annotations

from collections.abc import Iterable

from ...planning.claims import Claim, Rewrite
from .exclusive import are_exclusive
from .read import NAME, Load


def tell_of_other_loads(claim: Claim[Load], above: Iterable[Claim[Load]], done: Rewrite) -> None:
    """Report each job that one of the loads above loads too."""
    for other in above:
        if other.module is claim.module and are_exclusive(claim.module, other.node, claim.node):
            continue
        for job_id in sorted(_loaded_by_both(claim, other)):
            place = other.module.place(other.node)
            loaded = "is" if _names_each(claim) and _names_each(other) else "may be"
            said = f"job {job_id} {loaded} loaded at {place} too: Dagster refuses both in one code location"
            done.report(claim.module, claim.node, "LDC223", said, NAME, jobs=(job_id,), related=(place,))


def _names_each(claim: Claim[Load]) -> bool:
    """Whether a load surely loads each job that it names, and not one of several."""
    return claim.detail.makes_several or all(len(ref.job_ids) == 1 for ref in claim.jobs)


def _loaded_by_both(one: Claim[Load], other: Claim[Load]) -> set[int]:
    """The jobs that two loads both load in some deployment."""
    pairs = [(left, right) for left in one.jobs for right in other.jobs]
    return {
        job_id
        for left, right in pairs
        for name in left.by_deployment
        for job_id in left.surely_in(name)
        if job_id in right.surely_in(name)
    }
