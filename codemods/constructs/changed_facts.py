"""A fact that an earlier migration wrote, and that is otherwise in dbt Cloud now, is brought up to date.

``lookup`` keeps what a job's name, project, environment and commands were before. Where the code says that, it says what
they are now. What cannot be put in the place of one value is reported, and stays.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..editing.edits import AddArgument, ReplaceExpression
from ..facts.drift import shown
from ..facts.jobs import Job
from ..findings import Finding
from ..planning.claims import Claim, Context, JobRef, Kind, Rewrite
from ..planning.deployments import COMMANDS, PLACE, commands_of
from ..planning.parts import Uses
from ..planning.units import Unit
from .deployment_table import value_text
from .held_facts import Held, held_facts

NAME = "dbt_cloud_assets"


@dataclass(frozen=True, eq=False)
class _Update:
    """What a place in the code is to say."""

    held: Held
    value: object


CONSTRUCT = Kind[_Update]("changed_facts")


def claims(context: Context) -> Iterator[Claim[_Update]]:
    """One claim for each value that is to change, and for each that cannot be written."""
    refused = {job.id: why for job in context.facts.jobs if (why := _refusal(job))}
    if not refused and not any(job.earlier for job in context.facts.jobs):
        return
    held = held_facts(context)
    for one in held:
        job = context.facts.job(one.job_id)
        if job is not None and job.id in refused and one.column == "name" and one.value == job.name:
            yield _cannot_run(context, job, one, refused[job.id])
    seen: set[tuple[ast.AST, str]] = set()
    for job_id in dict.fromkeys(one.job_id for one in held):
        job = context.facts.job(job_id)
        for claim in _of_job(context, job, held) if job is not None and job.earlier else ():
            place = (claim.node, claim.detail.held.column)
            if place not in seen:  # A workspace says it of several jobs.
                yield claim
            seen.add(place)


def _refusal(job: Job) -> str:
    """Why a job can no longer be the one that a workspace runs, as it was when the code was written."""
    if job.name_is_unique is False:
        return f"another job of its environment is called {job.name!r} too, and v2 finds jobs by name"
    return "it generates docs, whose results v2 takes for those of the run" if job.generate_docs else ""


def _cannot_run(context: Context, job: Job, held: Held, why: str) -> Claim[_Update]:
    said = (
        f"job {job.id}: the workspace runs it, and {why}; give adhoc_job_name another name, or change the job"
    )
    finding = Finding(held.module.place(held.node), "LDC404", said, NAME, jobs=(job.id,))
    return replace(_claim(context, job, held, held.value), blocked=(finding,))


def _of_job(context: Context, job: Job, held: Iterable[Held]) -> Iterator[Claim[_Update]]:
    now, before = _columns(job), [_columns(one) for one in _earlier(job)]
    for column in (*PLACE, *COMMANDS):
        old = [row[column] for row in before if row[column] != now[column]]
        for one in held if old else ():
            if one.column != column or one.value not in old or not _is_of(context, one, job):
                continue
            is_alone = one.form != "statements" and _is_of_all(context, one, held, now[column])
            if is_alone:
                yield _claim(context, job, one, now[column])
            else:
                yield _left(context, job, one, now[column])


def _is_of(context: Context, one: Held, job: Job) -> bool:
    """Whether a value is said of a job; a name is that of the job which all of an environment run in."""
    if one.column != "name":
        return one.job_id == job.id
    other = context.facts.job(one.job_id)
    places = {job.environment_id, *job.earlier.get("environment_id", ())}
    return other is not None and bool(
        places & {other.environment_id, *other.earlier.get("environment_id", ())}
    )


def _earlier(job: Job) -> Iterator[Job]:
    """The job as it was, one thing at a time: any of them may have changed first."""
    for field, values in job.earlier.items():
        for value in values:
            was: Any = tuple(value) if isinstance(value, list) else value
            yield replace(job, **{field: was})


def _columns(job: Job) -> Mapping[str, object]:
    place = {"project_id": job.project_id, "environment_id": job.environment_id, "name": job.name}
    return {**place, **commands_of(job)}


def _is_of_all(context: Context, one: Held, held: Iterable[Held], value: object) -> bool:
    """Whether what a workspace says may change: it says it of all jobs that run on it."""
    if one.column == "name":
        return not any(job.name == one.value for job in context.facts.jobs)  # It may be that of another job.
    if one.workspace is None:
        return True
    beside = {other.job_id for other in held if other.workspace == one.workspace}
    jobs = [context.facts.job(job_id) for job_id in beside]
    return all(job is not None and getattr(job, one.column) == value for job in jobs)


def _claim(context: Context, job: Job, held: Held, value: object) -> Claim[_Update]:
    ref = JobRef(
        held.module, held.node, (job.id,), by_deployment={one.name: (job.id,) for one in context.deployments}
    )
    return Claim(
        construct=CONSTRUCT,
        part=Uses(),
        module=held.module,
        node=held.node,
        name=NAME,
        code="LDC227",
        jobs=(ref,),
        detail=_Update(held, value),
        is_site=False,
    )


def _left(context: Context, job: Job, held: Held, new: object) -> Claim[_Update]:
    what = held.column.replace("_", " ")
    said = f"job {job.id}: the code says of its {what} {shown(held.value)}, and it is {shown(new)}"
    if held.workspace is not None:
        said += "; the workspace serves other jobs, too"
    finding = Finding(held.module.place(held.node), "LDC404", said, NAME, jobs=(job.id,))
    return replace(_claim(context, job, held, new), blocked=(finding,))


def rewrite(claim: Claim[_Update], _: Unit, context: Context) -> Rewrite:
    """Write what dbt Cloud says now."""
    done = Rewrite()
    update = claim.detail
    text = value_text(update.value, context.style(claim.module))
    span = claim.module.span(claim.node)
    if update.held.form == "default":
        done.edit(claim.module, AddArgument(span, update.held.column, text))
    else:
        done.edit(claim.module, ReplaceExpression(span, text))
    (ref,) = claim.jobs
    what = update.held.column.replace("_", " ")
    said = (
        f"job {ref.job_id}: its {what} is {shown(update.value)} now; the code said {shown(update.held.value)}"
    )
    done.report(claim.module, claim.node, "LDC226" if what == "name" else "LDC227", said, NAME)
    return done
