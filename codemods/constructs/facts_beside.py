"""Facts of jobs that an earlier migration wrote, and that are brought up to date by hand.

They stand in the ``defs.yaml`` of components, and in workspaces whose assets dbt Cloud alone builds: those name no job.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..analysis.inference.values import External, Made
from ..facts.drift import SCHEDULE, shown
from ..facts.job_commands import refusal_of
from ..facts.jobs import Job
from ..findings import Finding
from ..options import WrittenFact
from ..planning.claims import Context
from ..planning.components import Component, columns, components
from ..planning.units import Environment
from ..planning.v2 import CLOUD_V2
from .columns_of_jobs import columns_of, environments_of, rows_before

_SPECS = External(f"{CLOUD_V2}.load_dbt_cloud_asset_specs")
_WORKSPACE = f"{CLOUD_V2}.DbtCloudWorkspace"


def facts_beside(context: Context) -> Iterator[WrittenFact]:
    """Each such fact, and where it stands."""
    for one in components(context):
        if one.job_id is not None:
            yield WrittenFact(one.job_id, "", one.place(""))
            for column in columns():
                if (value := one.value(column)) is not None:
                    yield WrittenFact(one.job_id, column, one.place(column), value)
    yield from _observed(context)


def _observed(context: Context) -> Iterator[WrittenFact]:
    """The environments of specs, which are of any job there: each that is, or was, in the facts."""
    for module in context.index.tree.modules.values():
        for node in module.nodes:
            if not isinstance(node, ast.Call) or _SPECS not in context.index.values(module, node.func):
                continue
            given = next((word.value for word in node.keywords if word.arg == "workspace"), None)
            for made in context.index.values(module, given) if given is not None else ():
                if isinstance(made, Made) and made.of == _WORKSPACE and isinstance(made.call, ast.Call):
                    yield from _of_workspace(context, made, made.call)


def _of_workspace(context: Context, made: Made, call: ast.Call) -> Iterator[WrittenFact]:
    given = next((word.value for word in call.keywords if word.arg == "environment_id"), None)
    found = context.constants.read(made.module, given) if given is not None else None
    for job in context.facts.jobs if found is not None else ():
        if found is not None and found.value in environments_of(job):
            yield WrittenFact(job.id, "environment_id", made.module.place(call), found.value)


def facts_to_change_by_hand(context: Context) -> Iterator[Finding]:
    """A finding for each such fact that is otherwise now."""
    changed = [job for job in context.facts.jobs if job.earlier or job.is_gone]
    if not changed:
        return
    for one in components(context):
        for each in changed:
            yield from _in_component(context, one, each)
    by_id = {job.id: job for job in changed}
    for fact in _observed(context):
        job = by_id.get(fact.job_id)
        if job is not None and job.environment_id != fact.value:
            said = (
                f"job {job.id} ({job.name}) was in environment {fact.value}, whose runs the specs here record, and is in "
                f"{job.environment_id} now: if they are of that job, write its project and environment here"
            )
            yield Finding(fact.place, "LDC404", said, jobs=(job.id,))


def _in_component(context: Context, one: Component, job: Job) -> Iterator[Finding]:
    def finding(column: str, said: str) -> Finding:
        return Finding(one.place(column), "LDC404", f"job {job.id}: {said}", jobs=(job.id,))

    mine = one.job_id == job.id
    if mine and job.is_gone:
        yield finding("", f"{job.name} no longer exists in dbt Cloud, or the token of `lookup` cannot see it")
        return
    if mine and job.schedule_is_on and False in job.earlier.get(SCHEDULE, ()):
        yield finding("", "its dbt Cloud schedule was off, and is on now: it starts runs beside Dagster's")
    refusal = refusal_of(job, context.release) if mine and "execute_steps" in job.earlier else ()
    if refusal:
        yield finding("select", " ".join(refusal))
    now, before = columns_of(job), [columns_of(row) for row in rows_before(job)]
    for column in columns():
        is_said_of_job = _shares_environment(one, job) if column == "name" else mine and not refusal
        value, old = one.value(column), [row[column] for row in before if row[column] != now[column]]
        if is_said_of_job and value in old:
            key = {"name": "adhoc_job_name", "command": "cli_args"}.get(column, column)
            yield finding(
                column,
                f"{key} says {shown(value)}, and it is {shown(now[column])} now: write that here by hand",
            )
    beside = [words for name in ("before", "after") for words in _words(now[name])]
    is_told = any(row[name] != now[name] for row in before for name in ("before", "after"))
    if mine and not refusal and is_told and _run_beside(context, one) != beside:
        yield finding(
            "", "the commands before and after its build have changed: write them into component.py"
        )


def _words(commands: object) -> list[object]:
    return list(commands) if isinstance(commands, list) else []


def _run_beside(context: Context, one: Component) -> list[object] | None:
    """The commands that ``component.py`` runs beside the build, which is given a context; None where they cannot be read."""
    module = context.index.tree.modules.get(one.path.with_name("component.py"))
    calls = [
        node
        for node in (module.of(ast.Call) if module is not None else ())
        if getattr(node.func, "attr", "") == "cli"
        and not any(word.arg == "context" for word in node.keywords)
    ]
    try:
        return [ast.literal_eval(call.args[0]) for call in calls] if module is not None else None
    except (ValueError, IndexError):
        return None


def _shares_environment(one: Component, job: Job) -> bool:
    where = Environment.of(job)
    places = {where.environment_id, *job.earlier.get("environment_id", ())}
    return one.value("environment_id") in places
