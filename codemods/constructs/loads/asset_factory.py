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
    Context,
    Rewrite,
)
from ...planning.units import Unit
from ...planning.v2 import (
    CLOUD_V2,
    Use,
    missing_fact,
    no_limit,
)
from .asset_text import has_postponed_annotations, may_be_time_windows
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


@dataclass(frozen=True)
class _Columns:
    """What the rows of a table hold."""

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
        [plan for plan in wanted.plans.values() if plan], is_whole=None not in wanted.plans.values()
    )
    rows = "".join(
        f"{style.indent}{job_id}: {_row(job_id, plan, columns, use, style)},\n"
        for job_id, plan in wanted.plans.items()
    )
    comments = "".join(f"{comment}\n" for comment in wanted.comments)
    table = f"\n{comments}{wanted.table} = {{\n{rows}}}\n"
    return f"{table}\n\n{_function(wanted, columns, unit, context, use)}"


def row_text(plan: Plan, style: Style) -> str:
    """A whole row, for a table whose other rows are not known."""
    return _row_of(plan, _Columns(True, True, True, True, True, True), style)


def _columns(plans: Sequence[Plan], *, is_whole: bool) -> _Columns:
    def needed(read: str) -> bool:
        return not is_whole or any(getattr(plan, read) for plan in plans)

    kinds = {plan.runs_tests for plan in plans}
    return _Columns(
        needed("select"),
        needed("exclude"),
        needed("selector"),
        needed("before"),
        needed("after"),
        not is_whole or len(kinds) > 1,
    )


def _row(job_id: int, plan: Plan | None, columns: _Columns, use: Use, style: Style) -> str:
    if plan is None:
        return missing_fact(use, FACT, str(job_id))
    return _row_of(plan, columns, style).replace("\n", f"\n{style.indent}")


def _row_of(plan: Plan, columns: _Columns, style: Style) -> str:
    text = style.string
    entries = {
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
    lines = [f"job = {wanted.table}[job_id]", "", *inner]
    body = "".join(f"{tab}{line}\n" if line else "\n" for line in lines)
    return f"{render.signature(wanted.name, parameters, style)}\n{body}"


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
