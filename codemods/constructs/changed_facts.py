"""A fact that an earlier migration wrote, and that is otherwise in dbt Cloud now, is brought up to date.

``lookup`` keeps what a job's name, project, environment and commands were before. Where the code says that, it says what
they are now. What cannot be put in the place of one value is reported, and stays; so does what a first migration of the job
as it is now would have refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from ..editing.edits import AddArgument, ReplaceExpression
from ..facts.drift import SCHEDULE, shown
from ..facts.job_commands import refusal_of
from ..facts.jobs import Job
from ..findings import Finding
from ..planning.claims import Claim, Context, JobRef, Kind, Rewrite
from ..planning.deployments import COMMANDS, PLACE
from ..planning.existing_workspaces import Existing, existing_workspaces
from ..planning.parts import Uses
from ..planning.units import Environment, Unit
from .columns_of_jobs import columns_of, environments_of, rows_before
from .deployment_table import value_text
from .held import Held
from .held_facts import held_facts
from .loads.own_checks import checks_named_like_tests

NAME = "dbt_cloud_assets"


@dataclass(frozen=True, eq=False)
class _Update:
    """What a place in the code is to say."""

    held: Held
    value: object


_WORDS = {
    "project_id": "project",
    "environment_id": "environment",
    "select": "selection",
    "exclude": "exclusion",
    "command": "build command",
    "before": "commands before the build",
    "after": "commands after the build",
    "checks": "run of dbt tests",
}
"""What the columns are called in a sentence."""
_WRITABLE = ("value", "default")
_BY_HAND = {
    "elsewhere": ": write it here by hand",
    "shared": "; the workspace also serves other assets",
    "alike": ". If this is what was migrated for that job, write it by hand",
}
"""What is said of a value that is not written, by its form."""
CONSTRUCT = Kind[_Update]("changed_facts")


def _word(column: str) -> str:
    return _WORDS.get(column, column)


def claims(context: Context) -> Iterator[Claim[_Update]]:
    """One claim for each value that is to change, and for each that cannot be written."""
    refused = {job.id: why for job in context.facts.jobs if (why := refusal_to_run(job))}
    if not refused and not any(job.earlier or job.is_gone for job in context.facts.jobs):
        return
    held = held_facts(context)
    yield from _of_jobs_as_such(context, held)
    for one in held:
        job = context.facts.job(one.job_id)
        if job is not None and job.id in refused and one.column == "name" and one.value == job.name:
            yield _cannot_run(context, job, one, refused[job.id])
    seen: set[tuple[object, ...]] = set()
    for job_id in dict.fromkeys(one.job_id for one in held):
        job = context.facts.job(job_id)
        for claim in (
            _of_job(context, job, held) if job is not None and job.earlier and not job.is_gone else ()
        ):
            # A workspace says it of several jobs, and so does the function of a table.
            place = (claim.node, claim.detail.held.column, job_id if claim.blocked else None)
            if place not in seen:
                yield claim
            seen.add(place)


def _of_jobs_as_such(context: Context, held: Iterable[Held]) -> Iterator[Claim[_Update]]:
    """A claim for the assets of each job that is gone, and of each whose schedule is on now and was not."""
    for one in held:
        job = context.facts.job(one.job_id) if not one.column else None
        if job is not None and job.is_gone:
            said = (
                f"job {job.id} ({job.name}) no longer exists in dbt Cloud, or the token of `lookup` cannot see it: a "
                "workspace that names it would create a new job, with 4 threads and target default. Remove the assets of the job "
                "from the code, or run `lookup` with a token that can see the job"
            )
            yield _blocked(context, job, one, None, said)
        elif job is not None and job.schedule_is_on and False in job.earlier.get(SCHEDULE, ()):
            yield _claim(context, job, one, None, code="LDC208")


def refusal_to_run(job: Job) -> str:
    """Why a job can no longer be the one that a workspace runs, as it was when the code was written."""
    if job.name_is_unique is False:
        return f"another job of its environment is also called {job.name!r}, and v2 finds jobs by name"
    return (
        "it generates docs, and v2 would take their results for those of the run" if job.generate_docs else ""
    )


def _cannot_run(context: Context, job: Job, held: Held, why: str) -> Claim[_Update]:
    said = f"job {job.id} can no longer be the one that the workspace runs: {why}. Set adhoc_job_name to another name, or change the job"
    return _blocked(context, job, held, held.value, said)


def _of_job(context: Context, job: Job, held: Iterable[Held]) -> Iterator[Claim[_Update]]:
    now, before = columns_of(job), [columns_of(one) for one in rows_before(job)]
    old = {name: [row[name] for row in before if row[name] != now[name]] for name in (*PLACE, *COMMANDS)}
    refusal = refusal_of(job, context.release)
    columns = PLACE if refusal else (*PLACE, *COMMANDS)
    if refusal and "execute_steps" in job.earlier:
        yield from _no_longer_served(context, job, held, before, " ".join(refusal))
    found = [
        _of_value(context, job, one, now[column], held)
        for column in columns
        for one in held
        if one.column == column and one.value in old[column] and _is_of(context, one, job, held)
    ]
    for claim in found:
        yield _with_those_beside(context, job, claim, found)


def _of_value(context: Context, job: Job, one: Held, value: object, held: Iterable[Held]) -> Claim[_Update]:
    if one.form not in _WRITABLE or not _is_of_all(context, one, job, held, value):
        return _left(context, job, one, value)
    if against := _against(context, job, one, value, held):
        return _blocked(context, job, one, value, against)
    return _claim(context, job, one, value)


def _with_those_beside(
    context: Context, job: Job, claim: Claim[_Update], found: Iterable[Claim[_Update]]
) -> Claim[_Update]:
    """Where a job is found, by project, environment and name, is written whole: half of it may be where another job is."""
    mine = claim.detail.held
    if claim.blocked or mine.column not in PLACE:
        return claim
    kept = next((one for one in found if one.blocked and _are_of_one_place(one.detail.held, mine)), None)
    if kept is None:
        return claim
    other = kept.detail.held
    said = (
        f"job {job.id}: its {_word(mine.column)} changed to {shown(claim.detail.value)} in dbt Cloud; the code has "
        f"{shown(mine.value)}, and it is not written without its {_word(other.column)} ({other.module.place(other.node)})"
    )
    return _blocked(context, job, mine, claim.detail.value, said)


def _are_of_one_place(one: Held, other: Held) -> bool:
    """Whether two values say in one workspace, or in one row, where a job is found."""
    if one.column not in PLACE or one.workspace != other.workspace:
        return False
    return one.workspace is not None or one.module.parent(one.node) is other.module.parent(other.node)


def _no_longer_served(
    context: Context, job: Job, held: Iterable[Held], before: Iterable[Mapping[str, object]], why: str
) -> Iterator[Claim[_Update]]:
    """The assets of a job that a first migration would refuse, where they still run what it was."""
    rows = list(before)
    mine = [one for one in held if one.job_id == job.id]
    if not all(one.value in [row[one.column] for row in rows] for one in mine if one.column in COMMANDS):
        return  # They were changed by hand.
    said = (
        f"job {job.id}: its commands are now {shown(list(job.execute_steps))}, and the code still runs the earlier ones, "
        f"{shown(list(job.earlier['execute_steps'][-1]))}; {why}. Give the job commands that v2 can run, then run `lookup` "
        "and `migrate` again; or restore its load from version control, as it was before the migration"
    )
    for one in mine:
        if not one.column:
            yield _blocked(context, job, one, None, said)


def _against(context: Context, job: Job, held: Held, value: object, beside: Iterable[Held]) -> str:
    """What a first migration would have against a value that can be written; empty for nothing."""
    if held.column == "checks" and value:
        (ref,) = _claim(context, job, held, value).jobs
        return next(
            (f"job {job.id}: {one.message}" for one in checks_named_like_tests(context, ref, NAME)), ""
        )
    if held.column == "name" and (why := refusal_to_run(job)):
        return (
            f"job {job.id} is now called {job.name!r}, and can no longer be the one that the workspace runs: {why}. Rename the "
            "job and run `lookup` again; or set adhoc_job_name to another name: v2 creates a new job of that name, with 4 threads "
            "and target default"
        )
    if held.column not in ("project_id", "environment_id"):
        return ""
    names = {job.name, *job.earlier.get("name", ())}
    runs_itself = any(
        one.column == "name" and one.value in names and one.workspace == held.workspace for one in beside
    )
    if runs_itself and (why := refusal_to_run(job)):
        return (
            f"job {job.id} is now in project {job.project_id} and environment {job.environment_id}, where it can no longer be "
            f"the one that the workspace runs: {why}. Rename the job and run `lookup` again; or write project and environment "
            "by hand, and set adhoc_job_name to another name"
        )
    other = _another_workspace(context, job, held)
    if other is None:
        return ""
    return (
        f"job {job.id} is now in project {job.project_id} and environment {job.environment_id}, where the workspace at "
        f"{other.place} runs in the job {_name_now(context, other)!r}, and v2 keeps one job for each environment of a code location: write "
        f"project, environment and that adhoc_job_name by hand, or move the job"
    )


def _another_workspace(context: Context, job: Job, held: Held) -> Existing | None:
    """A workspace of the environment where a job is now, which runs in another job."""
    mine: set[object] = {held.workspace.call} if held.workspace else {*held.module.ancestors(held.node)}
    return next(
        (
            other
            for other in existing_workspaces(context)
            if other.environment == Environment.of(job)
            and _name_now(context, other) != job.name
            and other.node not in mine
        ),
        None,
    )


def _name_now(context: Context, workspace: Existing) -> str | None:
    """The name of the job that a workspace runs, which may have been renamed since."""
    name = workspace.name
    renamed = (
        job.name
        for job in context.facts.jobs
        if name in job.earlier.get("name", ()) and Environment.of(job) == workspace.environment
    )
    return name if workspace.job is not None else next(renamed, name)


def _is_of(context: Context, one: Held, job: Job, held: Iterable[Held]) -> bool:
    """Whether a value is said of a job; a name is that of the job which all of an environment run in."""
    if one.column != "name":
        return one.job_id == job.id
    beside = (each.value for each in held if each.column == "environment_id" and _are_of_one_place(each, one))
    environment, other = next(beside, None), context.facts.job(one.job_id)
    near = environments_of(job) & environments_of(other) if other is not None else set()
    return bool(near) if environment is None else environment in near


def _is_of_all(context: Context, one: Held, job: Job, held: Iterable[Held], value: object) -> bool:
    """Whether what a workspace says may change: it says it of all jobs that run on it."""
    if one.column == "name":
        # It may be that of another job.
        return not any(
            each.name == one.value and environments_of(each) & environments_of(job)
            for each in context.facts.jobs
        )
    if one.workspace is None:
        beside = {other.job_id for other in held if other.node is one.node and other.column == one.column}
    else:
        beside = {other.job_id for other in held if other.workspace == one.workspace}
    jobs = [context.facts.job(job_id) for job_id in beside]
    return all(each is not None and columns_of(each)[one.column] == value for each in jobs)


def _claim(context: Context, job: Job, held: Held, value: object, code: str = "LDC227") -> Claim[_Update]:
    ref = JobRef(
        held.module, held.node, (job.id,), by_deployment={one.name: (job.id,) for one in context.deployments}
    )
    return Claim(
        construct=CONSTRUCT,
        part=Uses(),
        module=held.module,
        node=held.node,
        name=NAME,
        code=code,
        jobs=(ref,),
        detail=_Update(held, value),
        is_site=False,
    )


def _left(context: Context, job: Job, held: Held, new: object) -> Claim[_Update]:
    what = _word(held.column)
    said = f"job {job.id}: its {what} changed to {shown(new)} in dbt Cloud; the code has {shown(held.value)}"
    if shown(new) == shown(held.value):
        said = f"job {job.id}: its {what} changed in dbt Cloud, and no value to write here is known: write it by hand"
    if held.form in _BY_HAND:
        said += _BY_HAND[held.form]
    elif held.column == "name":
        said += ", which is the name of another job now: write the name by hand"
    elif held.workspace is not None:
        said += "; the workspace also serves other jobs"
    return _blocked(context, job, held, new, said)


def _blocked(context: Context, job: Job, held: Held, new: object, said: str) -> Claim[_Update]:
    finding = Finding(held.module.place(held.node), "LDC404", said, NAME, jobs=(job.id,))
    return replace(_claim(context, job, held, new), blocked=(finding,))


def rewrite(claim: Claim[_Update], _: Unit, context: Context) -> Rewrite:
    """Write what dbt Cloud has now."""
    done = Rewrite()
    update = claim.detail
    if claim.code == "LDC208":
        (ref,) = claim.jobs
        said = f"the dbt Cloud schedule of job {ref.job_id} was off, and is on now"
        done.report(claim.module, claim.node, claim.code, said, NAME)
        return done
    text = value_text(update.value, context.style(claim.module))
    span = claim.module.span(claim.node)
    if update.held.form == "default":
        done.edit(claim.module, AddArgument(span, update.held.column, text))
    else:
        done.edit(claim.module, ReplaceExpression(span, text))
    (ref,) = claim.jobs
    column = update.held.column
    what = _word(column)
    said = f"job {ref.job_id}: its {what} changed from {shown(update.held.value)} to {shown(update.value)}"
    done.report(claim.module, claim.node, "LDC226" if column == "name" else "LDC227", said, NAME)
    return done
