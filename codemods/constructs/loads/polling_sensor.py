"""On request: the sensor that records runs of an environment which Dagster did not start.

Source: ``dagster_dbt.cloud_v2.sensor_builder.build_dbt_cloud_polling_sensor``. It passes over the runs of the job that
the workspace itself runs, so assets are not recorded twice.
"""

from __future__ import annotations

import ast

from ...analysis.inference.values import External
from ...analysis.syntax.source_module import Module
from ...editing import render
from ...editing.edits import (
    AddArgument,
    AddElement,
    Import,
)
from ...editing.render import Field
from ...editing.style import Style
from ...facts.job_commands import plan_of
from ...planning.claims import (
    Claim,
    Context,
    Rewrite,
)
from ...planning.parts import Loads
from ...planning.units import Environment, Unit
from ...planning.v2 import (
    CLOUD_V2,
    Use,
)
from .read import Load
from .workspace_binding import import_beside

_SENSORS = "sensors"


def sensor_text(name: str, workspace: str, translator: str, use: Use, style: Style) -> str:
    """The statement that builds the sensor."""
    fields = [Field(workspace, "workspace")]
    if translator:
        fields.append(Field(translator, "dagster_dbt_translator"))
    builder = use(CLOUD_V2, "build_dbt_cloud_polling_sensor")
    return f"{name} = {render.call(builder, fields, style, before=f'{name} = ')}\n"


def against_sensor(claim: Claim, unit: Unit) -> str:
    """Why no sensor is written for the workspace of a load; empty where one can be.

    A tick raises for a model that no asset of the code location stands for, and so does every later one. A sensor has one
    translator, for the keys of all assets.
    """
    loads = [
        other for other in unit.claims if isinstance(other.part, Loads) and other.resources == claim.resources
    ]
    if unit.is_apart(claim):
        return "its jobs run in another environment than the workspace of its resource"
    if len(loads) > 1:
        return "its workspace loads several jobs, and a sensor covers the assets of one"
    job = unit.job_of(claim.jobs[0])
    plan = plan_of(job) if job is not None else None
    if plan is None or plan.select or plan.exclude or plan.selector:
        return "it would fail at every tick once another job builds a model outside of the selection"
    return ""


def place_sensor(claim: Claim[Load], name: str, unit: Unit, context: Context, done: Rewrite) -> None:
    """Give the sensor to each ``Definitions`` that the assets are given to; report it where that cannot be."""
    is_placed = False
    for place in claim.detail.placements:
        call, module = place.call, place.role.module
        if call is None or External("dagster.Definitions") not in context.index.values(module, call.func):
            continue
        if module.path in context.outside:
            continue
        imported = None
        if module is not claim.module:
            imported = import_beside(context, module, place.role.node, claim.module, name, unit)
            if imported is None:
                continue
        is_placed = _add(module, call, name, imported, done) or is_placed
    said = f"`{name}` watches the runs of the environment; reload the code location after a model is added"
    done.report(claim.module, claim.node, "LDC221", said, claim.name)
    job = unit.job_of(claim.jobs[0])
    reused = unit.reused.get(Environment.of(job)) if job is not None else None
    if reused is not None and reused.schedule_is_on is not False:
        said = f"`{name}` ignores all runs of job {reused.id} ({reused.name}), also those that its own schedule starts"
        done.report(claim.module, claim.node, "LDC221", said, claim.name)
    if not is_placed:
        said = f"`{name}` must be registered by hand: add `sensors=[{name}]` to the Definitions of the assets"
        done.report(claim.module, claim.node, "LDC302", said, claim.name)


def _add(module: Module, call: ast.Call, name: str, imported: Import | None, done: Rewrite) -> bool:
    if not takes_sensor(call):
        return False
    given = _sensors_of(call)
    if given is None:
        done.edit(module, AddArgument(module.span(call), _SENSORS, f"[{name}]"))
    else:
        done.edit(module, AddElement(module.span(given), name))
    if imported is not None:
        done.need(module, imported)
    return True


def takes_sensor(call: ast.Call) -> bool:
    """Whether one more sensor can be written into a call of ``Definitions``."""
    given = _sensors_of(call)
    if given is not None:
        return isinstance(given, ast.List)
    return len(call.args) < 3 and not any(keyword.arg is None for keyword in call.keywords)


def _sensors_of(call: ast.Call) -> ast.expr | None:
    return next((keyword.value for keyword in call.keywords if keyword.arg == _SENSORS), None)


def is_first_on_its_workspace(claim: Claim, unit: Unit) -> bool:
    """Whether a load is the first of a unit on its workspace, which gets one sensor."""
    loads = [other for other in unit.claims if isinstance(other.part, Loads)]
    return next(other for other in loads if other.resources == claim.resources) is claim
