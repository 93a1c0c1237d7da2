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
from ...planning.claims import (
    Claim,
    Context,
    Rewrite,
)
from ...planning.units import Unit
from ...planning.v2 import (
    CLOUD_V2,
    Use,
)
from .workspace_binding import import_beside

_SENSORS = "sensors"


def sensor_text(name: str, workspace: str, translator: str, use: Use, style: Style) -> str:
    """The statement that builds the sensor."""
    fields = [Field(workspace, "workspace")]
    if translator:
        fields.append(Field(translator, "dagster_dbt_translator"))
    builder = use(CLOUD_V2, "build_dbt_cloud_polling_sensor")
    return f"{name} = {render.call(builder, fields, style, before=f'{name} = ')}\n"


def place_sensor(claim: Claim, name: str, unit: Unit, context: Context, done: Rewrite) -> None:
    """Give the sensor to each ``Definitions`` that the assets are given to; tell of it where that cannot be."""
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
    said = f"`{name}` watches the runs of the environment"
    done.tell(claim.module, claim.node, "LDC221", said, claim.name)
    if not is_placed:
        said = f"`{name}` is to be given to Dagster with the assets: the tool has found no place for it"
        done.tell(claim.module, claim.node, "LDC302", said, claim.name)


def _add(module: Module, call: ast.Call, name: str, imported: Import | None, done: Rewrite) -> bool:
    given = next((keyword.value for keyword in call.keywords if keyword.arg == _SENSORS), None)
    if given is None and len(call.args) < 3 and not any(keyword.arg is None for keyword in call.keywords):
        done.edit(module, AddArgument(module.span(call), _SENSORS, f"[{name}]"))
    elif isinstance(given, ast.List):
        done.edit(module, AddElement(module.span(given), name))
    else:
        return False
    if imported is not None:
        done.need(module, imported)
    return True


def is_first_on_its_workspace(claim: Claim, unit: Unit) -> bool:
    """Whether a load is the first of a unit on its workspace, which gets one sensor."""
    loads = [other for other in unit.claims if other.construct == "assets"]
    return next(other for other in loads if other.resources == claim.resources) is claim
