"""A load becomes ``load_dbt_cloud_asset_specs``, with the sensor that records the runs which dbt Cloud starts.

Source: ``dagster_dbt.cloud_v2.resources``, ``dagster_dbt.cloud_v2.sensor_builder``.
"""

from __future__ import annotations

import ast

from ....analysis.uses.uses import Element
from ....editing import render
from ....editing.edits import InsertBefore, ReplaceExpression, ReplaceStatement
from ....editing.render import Field
from ....editing.style import is_directive
from ....facts.job_commands import plan_of
from ....facts.jobs import Job
from ....planning.claims import Claim, Context, Rewrite
from ....planning.units import Unit
from ....planning.v2 import CLOUD_V2
from ..asset_text import assigned, guard, workspace_of
from ..bound_once import NAMES, bound_once
from ..described import described_by
from ..evaluated_earlier import asks_dbt_cloud
from ..polling_sensor import place_sensor, sensor_text
from ..read import Load
from ..translator import FUNCTION_PARAMETERS, translator_of

_RENAMED = {"dbt_cloud": "workspace", **dict.fromkeys(FUNCTION_PARAMETERS, "dagster_dbt_translator")}


def write_specs(claim: Claim[Load], name: str, is_assigned: bool, unit: Unit, context: Context) -> Rewrite:
    """Put the specs where the loader is called, and the sensor behind them. `name` is what they are called."""
    done = Rewrite()
    module, (ref,) = claim.module, claim.jobs
    assert isinstance(claim.node, ast.Call)
    job = unit.job_of(ref)
    assert job is not None, "loads wait for their facts"
    sensor = unit.namespace(module).reserve("dbt_cloud_polling_sensor")
    statement = module.span(module.statement_of(claim.node))
    text = _text(claim, name, sensor, unit, context, done)
    refusal = guard(module, ref, job, context.style(module))
    if refusal:
        done.edit(module, InsertBefore(statement, "\n".join(refusal) + "\n", rank=0))
    if is_assigned:
        done.edit(module, ReplaceStatement(statement, text))
    else:
        done.edit(module, InsertBefore(statement, text))
    _spread(claim, name, context, done)
    place_sensor(claim, sensor, unit, context, done)
    _report(claim, job, context, done)
    return done


def _text(claim: Claim[Load], name: str, sensor: str, unit: Unit, context: Context, done: Rewrite) -> str:
    module, load, style = claim.module, claim.detail, context.style(claim.module)
    assert isinstance(claim.node, ast.Call)
    use = unit.using(done, module)
    workspace = workspace_of(module, load.resource, unit, context, done)
    bound = bound_once(context, module, load.arguments)
    names = {each: unit.namespace(module).reserve(NAMES[each]) for each in bound}
    class_name = unit.namespace(module).reserve(f"DbtCloudJob{claim.jobs[0].job_id}Translator")
    translator = translator_of(context, module, load.arguments, use, class_name, checks="", names=names)
    definition = translator.definition if translator else ""
    values = {"workspace": workspace}
    if translator is not None:
        values["dagster_dbt_translator"] = translator.argument
    parts = [(node, Field("", _RENAMED.get(each, each))) for node, each in load.parts]
    described = described_by(module, style, claim.node, parts)
    fields, comments = described.fields(values, {"dagster_dbt_translator": definition})
    loader = render.call(use(CLOUD_V2, "load_dbt_cloud_asset_specs"), fields, style, before=f"{name} = ")
    behind = "".join(f"  {comment}" for comment in comments if is_directive(comment))
    lines = [
        *(comment for comment in comments if not is_directive(comment)),
        *(f"{names[each]} = {assigned(module, load.arguments[each])}" for each in bound),
        *([""] if bound else []),
        *([definition, ""] if definition else []),
        f"{name} = {loader}{behind}",
    ]
    argument = translator.argument if translator else ""
    return "\n".join(lines) + "\n" + sensor_text(sensor, workspace, argument, use, style)


def _spread(claim: Claim[Load], name: str, context: Context, done: Rewrite) -> None:
    """The load was one definition where it stands in a list; its specs are many."""
    assert claim.value is not None
    for use in context.index.sinks(claim.value):
        if isinstance(use, Element):
            text = name if use.node is claim.node else use.module.source_of(use.node)
            star = "" if use.starred is not None else "*"
            done.edit(use.module, ReplaceExpression(use.module.span(use.node), star + text))


def _report(claim: Claim[Load], job: Job, context: Context, done: Rewrite) -> None:
    assert claim.value is not None
    schedule = {True: "its schedule is on", False: "its schedule is OFF: turn it on in dbt Cloud"}
    when = schedule.get(bool(job.schedule_is_on)) if job.schedule_is_on is not None else None
    others = [command for command in (*plan_of(job).before, *plan_of(job).after) if command.which != "test"]
    ran = f"; its other commands ({len(others)}) run with it" if others else ""
    rows = (
        (
            "LDC230",
            f"only dbt Cloud runs job {job.id}; {when or 'see that its schedule is on'}{ran}; Dagster records each model "
            "that it builds, and no test results",
        ),
        (
            "LDC203",
            f"`dbt parse` runs in a job that Dagster creates, with target `default`, when the code loads; job {job.id} runs as before",
        ),
        ("LDC227", f"the project and environment of job {job.id} stand in the code"),
        (
            "LDC206",
            "kinds, tags, owners, code versions and descriptions are added; the link to the job is dropped",
        ),
    )
    asks = asks_dbt_cloud(
        context, claim.module, claim.node, claim.detail.arguments, context.index.places_of(claim.value)
    )
    for code, message in (*rows, ("LDC209", asks)):
        done.report(claim.module, claim.node, code, message, claim.name)
    source = claim.jobs[0].source
    if source:
        said = f"the job id comes from {source}; the generated code is only valid for job {job.id}"
        done.report(claim.module, claim.node, "LDC214", said, claim.name)
