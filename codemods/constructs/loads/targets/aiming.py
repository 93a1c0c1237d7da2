"""Which loads become what was asked for with ``--to``: decided for all of them, before units are made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ....findings import Finding
from ....planning.claims import Claim, Context
from ....planning.parts import Loads
from ..aim import Aim
from ..read import Load
from .observed import against_observing


def aimed(context: Context, claims: Sequence[Claim[Load]]) -> Iterator[Claim[Load]]:
    """The claims of all loads, each with its target."""
    for claim in claims:
        yield claim if context.to == "decorator" or claim.blocked else _aimed(context, claim, claims)


def _aimed(context: Context, claim: Claim[Load], claims: Sequence[Claim[Load]]) -> Claim[Load]:
    missing = _missing(context, claim)
    if missing:
        return replace(claim, blocked=missing)
    against = against_observing(context, claim, claims)
    aim = Aim("decorator", against) if against else Aim(context.to)
    assert isinstance(claim.part, Loads)
    part = replace(claim.part, is_observed=aim.target == "specs")
    return replace(claim, part=part, detail=replace(claim.detail, aim=aim))


def _missing(context: Context, claim: Claim[Load]) -> tuple[Finding, ...]:
    """A load waits for its facts: with them it may be what was asked for, and once it is decorated it never is."""
    return tuple(
        Finding(
            claim.module.place(claim.node),
            "LDC401",
            f"job {job_id}: its project, environment and commands; --to {context.to} needs them first",
            claim.name,
            jobs=(job_id,),
        )
        for ref in claim.jobs
        for job_id in ref.job_ids
        if context.facts.job(job_id) is None
    )
