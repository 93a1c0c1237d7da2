"""The text of a function that makes the assets of any of several jobs, where one load is written for all of them.

    for job_id in (1, 2): load(dbt_cloud=cloud, job_id=job_id)   ->  dbt_cloud_job(cloud, job_id)

What the jobs differ in stands in a table beside it.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ...analysis.syntax.functions import is_none
from ...analysis.syntax.source_module import Module
from ...editing import render
from ...editing.render import Field
from ...editing.style import Style
from ...facts.job_commands import (
    EVERYTHING,
    Plan,
    build_words,
    command_words,
)
from ...planning.claims import (
    Claim,
    Context,
    Rewrite,
)
from ...planning.deployments import PLACE
from ...planning.units import Unit
from ...planning.v2 import (
    CLOUD_V2,
    Use,
    missing_fact,
    no_limit,
)
from .asset_text import has_postponed_annotations, may_be_time_windows
from .own_workspace import function_text, rows_of
from .translator import call_text, local_name, translator_of

FACT = "commands"
"""What is missing of a job whose row cannot be written yet."""


@dataclass(frozen=True, eq=False)
class Factory:
    """All that the text depends on."""

    module: Module
    name: str
    """Of the function."""
    table: str
    """Of the dict with a row for each job."""
    plans: Mapping[int, Plan | None]
    """The jobs; None where the facts of one are missing."""
    arguments: Mapping[str, ast.expr]
    handed_in: Sequence[str]
    """The arguments that cannot be read where the function stands, and are handed to it."""
    comments: Sequence[str]
    loads: Sequence[Claim]
    """The calls that it is written for."""

    def are_apart(self, unit: Unit) -> bool:
        """Whether the row of a job says where it runs."""
        return any(unit.is_apart(load) for load in self.loads)


@dataclass(frozen=True)
class _Columns:
    """What the rows of a table hold."""

    place: bool
    select: bool
    exclude: bool
    selector: bool
    before: bool
    after: bool
    checks: bool


def factory_text(wanted: Factory, unit: Unit, context: Context, done: Rewrite) -> str:
    """The table and the function."""
    style, use = context.style(wanted.module), unit.using(done, wanted.module)
    columns = _columns(
        [plan for plan in wanted.plans.values() if plan],
        is_whole=None not in wanted.plans.values(),
        are_apart=wanted.are_apart(unit),
    )
    places = rows_of(wanted.loads, unit) if columns.place else {}
    rows = "".join(
        f"{style.indent}{job_id}: {_row(job_id, plan, columns, places.get(job_id, {}), use, style)},\n"
        for job_id, plan in wanted.plans.items()
    )
    comments = "".join(f"{comment}\n" for comment in wanted.comments)
    table = f"\n{comments}{wanted.table} = {{\n{rows}}}\n"
    further = ""
    if columns.place:
        further = f"{function_text(_maker(wanted, unit), wanted.loads, unit, use, style)}\n\n"
    return f"{table}\n\n{further}{_function(wanted, columns, unit, context, use)}"


def _maker(wanted: Factory, unit: Unit) -> str:
    """The name of the function that makes the workspace of an environment."""
    return unit.namespace(wanted.module).shared("dbt_cloud_workspace", wanted.loads[0])


def row_text(plan: Plan, style: Style) -> str:
    """A whole row, for a table whose other rows are not known."""
    return _row_of(plan, _Columns(False, True, True, True, True, True, True), {}, style)


def _columns(plans: Sequence[Plan], *, is_whole: bool, are_apart: bool) -> _Columns:
    def needed(read: str) -> bool:
        return not is_whole or any(getattr(plan, read) for plan in plans)

    kinds = {plan.runs_tests for plan in plans}
    return _Columns(
        are_apart,
        needed("select"),
        needed("exclude"),
        needed("selector"),
        needed("before"),
        needed("after"),
        not is_whole or len(kinds) > 1,
    )


def _row(
    job_id: int, plan: Plan | None, columns: _Columns, place: Mapping[str, object], use: Use, style: Style
) -> str:
    if plan is None:
        return missing_fact(use, FACT, str(job_id))
    return _row_of(plan, columns, place, style).replace("\n", f"\n{style.indent}")


def _row_of(plan: Plan, columns: _Columns, place: Mapping[str, object], style: Style) -> str:
    text = style.string
    entries = {
        **{name: text(value) if isinstance(value, str) else repr(value) for name, value in place.items()},
        "select": text(plan.select or EVERYTHING) if columns.select else "",
        "exclude": text(plan.exclude) if columns.exclude else "",
        "selector": text(plan.selector) if columns.selector else "",
        "before": _commands([command_words(one) for one in plan.before], style) if columns.before else "",
        "command": _words(build_words(plan), style),
        "after": _commands([command_words(one) for one in plan.after], style) if columns.after else "",
        "checks": str(plan.runs_tests) if columns.checks else "",
    }
    parts = [f"{text(name)}: {value}" for name, value in entries.items() if value]
    flat = f"{{{', '.join(parts)}}}"
    if len(style.indent) + len(flat) + 12 <= style.width:
        return flat
    return "{\n" + "".join(f"{style.indent}{part},\n" for part in parts) + "}"


def _words(words: Sequence[str], style: Style) -> str:
    return f"[{', '.join(style.string(word) for word in words)}]"


def _commands(commands: Sequence[Sequence[str]], style: Style) -> str:
    return f"[{', '.join(_words(words, style) for words in commands)}]"


def _function(wanted: Factory, columns: _Columns, unit: Unit, context: Context, use: Use) -> str:
    module, style = wanted.module, context.style(wanted.module)
    tab = style.indent
    workspace = unit.namespace(module).fresh("workspace")
    typed = f": {use(CLOUD_V2, 'DbtCloudWorkspace')}"
    parameters = ", ".join([f"{workspace}{typed}", "job_id: int", *wanted.handed_in])
    definition, fields = _decorator(wanted, workspace, columns, unit, context, use)
    annotation = "" if has_postponed_annotations(module) else f": {use('dagster', 'AssetExecutionContext')}"
    inner = [
        *([*definition.rstrip("\n").split("\n"), ""] if definition else []),
        *render.call(f"@{use(CLOUD_V2, 'dbt_cloud_assets')}", fields, style).split("\n"),
        f"def models(context{annotation}):",
        *(f"{tab}{line}" for line in _body(wanted, workspace, columns, use, style)),
        "",
        "return models",
    ]
    lines = [
        *_refusal(wanted, style),
        f"job = {wanted.table}[job_id]",
        *_own(wanted, workspace, columns, unit, style),
        "",
        *inner,
    ]
    body = "".join(f"{tab}{line}\n" if line else "\n" for line in lines)
    return f"{render.signature(wanted.name, parameters, style)}\n{body}"


def _refusal(wanted: Factory, style: Style) -> list[str]:
    """Refuse a job that a deployment has and the table has not."""
    if not any(ref.variable or ref.varies for load in wanted.loads for ref in load.jobs):
        return []
    said = f"{wanted.table} has no dbt Cloud job {{job_id}}: add what dbt Cloud says of it"
    return [f"if job_id not in {wanted.table}:", f"{style.indent}raise ValueError(f{style.string(said)})"]


def _own(wanted: Factory, workspace: str, columns: _Columns, unit: Unit, style: Style) -> list[str]:
    """The line that takes the workspace of the job's own environment."""
    if not columns.place:
        return []
    cells = ", ".join(_cell(name, style) for name in PLACE)
    return [f"{workspace} = {_maker(wanted, unit)}({workspace}, {cells})"]


def _decorator(
    wanted: Factory, workspace: str, columns: _Columns, unit: Unit, context: Context, use: Use
) -> tuple[str, list[Field]]:
    module, style = wanted.module, context.style(wanted.module)
    fields = [Field(workspace, "workspace")]
    for name in ("select", "exclude", "selector"):
        if getattr(columns, name):
            fields.append(Field(_cell(name, style), name))
    fields.append(Field(f"f{style.quote}dbt_cloud_job_{{job_id}}{style.quote}", "name"))
    partitions = wanted.arguments.get("partitions_def")
    if partitions is not None and not is_none(partitions):
        fields.append(Field(_argument(wanted, "partitions_def"), "partitions_def"))
        if may_be_time_windows(context, module, partitions):
            fields.append(Field(f"{use('dagster', 'BackfillPolicy')}.multi_run()", "backfill_policy"))
    plans = [plan for plan in wanted.plans.values() if plan is not None]
    checks = _cell("checks", style) if columns.checks else "" if plans[0].runs_tests else "False"
    class_name = unit.namespace(module).reserve("DbtCloudJobTranslator")
    translator = translator_of(
        context,
        module,
        wanted.arguments,
        use,
        class_name,
        checks=checks,
        names={name: name for name in wanted.handed_in},
    )
    if translator is not None:
        fields.append(Field(translator.argument, "dagster_dbt_translator"))
    return (translator.definition if translator else ""), fields


def _cell(name: str, style: Style) -> str:
    return f"job[{style.string(name)}]"


def _argument(wanted: Factory, name: str) -> str:
    return name if name in wanted.handed_in else render.own_text(wanted.module, wanted.arguments[name])


def _body(wanted: Factory, workspace: str, columns: _Columns, use: Use, style: Style) -> list[str]:
    limit = f"timeout={no_limit(use, style.quote)}"
    tab = style.indent

    def each(column: str) -> list[str]:
        waited = f"{use('builtins', 'list')}({workspace}.cli(command).wait({limit}))"
        return [f"for command in {_cell(column, style)}:", f"{tab}{waited}"]

    command = _cell("command", style)
    lines = each("before") if columns.before else []
    variables = wanted.arguments.get("partition_key_to_vars_fn")
    if variables is not None and not is_none(variables):
        asked = (
            "partition_key_to_vars_fn(context.partition_key)"
            if "partition_key_to_vars_fn" in wanted.handed_in
            else call_text(wanted.module, variables, "context.partition_key")
        )
        text = local_name(variables, "dbt_vars", "vars_text")
        lines += f"{text} = {use('json', '')}.dumps({asked})".split("\n")
        command = f"[*{command}, {style.string('--vars')}, {text}]"
    lines += [f"yield from {workspace}.cli({command}, context=context).wait({limit})"]
    return [*lines, *(each("after") if columns.after else [])]
