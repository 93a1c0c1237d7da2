"""Which dbt Cloud project and environment each resource serves, by the jobs of the assets that are loaded with it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

from ..analysis.inference.values import Local, Made, Value
from ..facts.jobs import Job
from ..findings import Finding
from .accounts import account_of
from .claims import Claim, Context, JobRef
from .parts import BUILDING, PLACING, Fills
from .units import Environment


@dataclass(frozen=True, eq=False)
class Served:
    """What is known of the environments of a unit."""

    by_resource: Mapping[Made, Environment]
    jobs: Mapping[JobRef, tuple[Job, ...]]
    """The facts of the jobs that each reference may mean, as far as they are known."""
    problems: tuple[Finding, ...]
    apart: Set[Value] = frozenset()
    """The loads that run in another environment than the workspace of their resource, or in several."""


def environments_of(claims: Sequence[Claim], context: Context) -> Served:
    """The environment of each resource of a unit, as far as the facts say."""
    accounts = {
        resource: account_of(context, claim)
        for claim in claims
        if isinstance(claim.part, BUILDING)
        for resource in claim.resources
    }
    jobs = {ref: _jobs_of(ref, claim, accounts, context) for claim in claims for ref in claim.jobs}
    resources = list(dict.fromkeys(resource for claim in claims for resource in claim.resources))
    found: dict[Made, Environment] = {}
    problems: list[Finding] = []
    apart: set[Value] = set()
    for resource in resources:
        loads = [claim for claim in claims if isinstance(claim.part, PLACING) and resource in claim.resources]
        refs = [ref for claim in loads for ref in claim.jobs]
        told = _environments(job for ref in refs for job in jobs[ref])
        if len(told) > 1 and _is_of_one_alone(claims, resource, context):
            problems += _several(claims, resource, [job for ref in refs for job in jobs[ref]])
        elif told and all(len(jobs[ref]) == len(ref.job_ids) for ref in refs):
            # The first load that makes assets of one job says where the workspace of the resource belongs.
            with_jobs = [claim for claim in loads if any(jobs[ref] for ref in claim.jobs)]
            first = next((claim for claim in with_jobs if not claim.makes_several), with_jobs[0])
            found[resource] = Environment.of(next(job for ref in first.jobs for job in jobs[ref]))
            apart.update(
                claim.value
                for claim in loads
                if claim.value
                and _environments(job for ref in claim.jobs for job in jobs[ref]) != [found[resource]]
            )
    for resource in resources:
        is_loaded = any(isinstance(claim.part, PLACING) and resource in claim.resources for claim in claims)
        if not is_loaded and resource not in found:
            known = _of_a_client(resource, claims, jobs, accounts, context)
            if known is not None:
                found[resource] = known
    return Served(found, jobs, tuple(problems), frozenset(apart))


def is_of_own_class(claim: Claim, context: Context) -> bool:
    """Whether a resource is built with a class of the user: no other workspace is like it."""
    callee = claim.node.func if isinstance(claim.node, ast.Call) else None
    made_by = context.index.values(claim.module, callee) if callee is not None else frozenset()
    return any(isinstance(value, Local) for value in made_by)


def _is_of_one_alone(claims: Iterable[Claim], resource: Made, context: Context) -> bool:
    """Whether no further workspace can be made with the credentials of a resource."""
    mine = [claim for claim in claims if resource in claim.resources]
    return any(
        isinstance(claim.part, Fills)
        or (isinstance(claim.part, BUILDING) and is_of_own_class(claim, context))
        for claim in mine
    )


def _jobs_of(
    ref: JobRef, claim: Claim, accounts: Mapping[Made, int | None], context: Context
) -> tuple[Job, ...]:
    told = {accounts.get(resource) for resource in claim.resources}
    account = told.pop() if len(told) == 1 else None
    jobs = (context.facts.job(job_id, account) for job_id in ref.job_ids)
    return tuple(job for job in jobs if job is not None)


def _environments(jobs: Iterable[Job]) -> list[Environment]:
    return list(dict.fromkeys(Environment.of(job) for job in jobs))


def _of_a_client(
    resource: Made,
    claims: Iterable[Claim],
    jobs: Mapping[JobRef, tuple[Job, ...]],
    accounts: Mapping[Made, int | None],
    context: Context,
) -> Environment | None:
    """An environment for a resource whose client alone is used: its calls go to the account, and depend on none."""
    account = accounts.get(resource)
    named = next((ref for claim in claims for ref in claim.jobs if ref.job_ids), None)
    if named is not None:
        # The first that is named says it, or will once its facts are there: which else are known must not matter.
        told = _environments(job for job in jobs[named] if account in (None, job.account_id))
        return told[0] if told else None
    # No job is named: any environment that the facts know does.
    known = _environments(job for job in context.facts.jobs if account in (None, job.account_id))
    return min(known, key=lambda one: (one.project_id, one.environment_id), default=None)


def _several(claims: Iterable[Claim], resource: Made, jobs: Sequence[Job]) -> list[Finding]:
    told = ", ".join(
        f"job {job.id} in project {job.project_id}, environment {job.environment_id}"
        for job in dict.fromkeys(jobs)
    )
    return [
        Finding(
            claim.module.place(claim.node), "LDC307", told, claim.name, jobs=tuple(job.id for job in jobs)
        )
        for claim in claims
        if isinstance(claim.part, (*BUILDING, Fills)) and resource in claim.resources
    ]
