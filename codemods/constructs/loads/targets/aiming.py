"""Which loads become what was asked for with ``--to``: decided for all of them, before units are made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from ....findings import Finding
from ....planning.claims import Claim, Context
from ....planning.parts import Loads
from ..aim import Aim
from ..read import Load
from .component import place_of
from .observed import against_observing


def aimed(context: Context, claims: Sequence[Claim[Load]]) -> Iterator[Claim[Load]]:
    """The claims of all loads, each with its target."""
    found = list(_aimed(context, claims))
    waiting = [claim for claim in found if any(one.code == "LDC401" for one in claim.blocked)]
    for claim in found:
        beside = next((one for one in waiting if one.resources & claim.resources), None)
        yield _waiting_for(claim, beside) if beside is not None else claim


def _waiting_for(claim: Claim[Load], beside: Claim[Load]) -> Claim[Load]:
    """A function shares its job with those of its resource: which that is must not depend on whose facts come first."""
    aim = claim.detail.aim
    if claim.blocked or aim.target != "decorator" or not aim.against:
        return claim
    job_id = next(job_id for finding in beside.blocked for job_id in finding.jobs)
    said = f"job {job_id}: its project, environment and commands; other loads of its resource wait for them"
    place = claim.module.place(claim.node)
    return replace(claim, blocked=(Finding(place, "LDC401", said, claim.name, jobs=(job_id,)),))


def _aimed(context: Context, claims: Sequence[Claim[Load]]) -> Iterator[Claim[Load]]:
    folders: set[Path] = set()
    for claim in claims:
        if context.to == "decorator" or claim.blocked:
            yield claim
        elif missing := _missing(context, claim):
            yield replace(claim, blocked=missing)
        elif claim.detail.below is not None:
            aim = Aim("decorator", "its functions are defined further down, and the function goes below them")
            yield replace(claim, detail=replace(claim.detail, aim=aim))
        elif claim.detail.above is not None:
            aim = Aim("decorator", "the code catches its failure, and the function goes above that")
            yield replace(claim, detail=replace(claim.detail, aim=aim))
        elif context.to == "specs":
            yield _observed(claim, against_observing(context, claim, claims))
        else:
            yield _component(context, claim, folders)


def _observed(claim: Claim[Load], against: str) -> Claim[Load]:
    assert isinstance(claim.part, Loads)
    aim = Aim("decorator", against) if against else Aim("specs")
    part = replace(claim.part, is_observed=not against)
    return replace(claim, part=part, detail=replace(claim.detail, aim=aim))


def _component(context: Context, claim: Claim[Load], folders: set[Path]) -> Claim[Load]:
    found = place_of(context, claim, folders)
    aim = Aim("decorator", found) if isinstance(found, str) else Aim("component", place=found)
    return replace(claim, detail=replace(claim.detail, aim=aim))


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
