"""The text of a function that makes the assets of any of several jobs, where one load is written for all of them.

    for job_id in (1, 2): load(dbt_cloud=cloud, job_id=job_id)   ->  dbt_cloud_job(cloud, job_id)

What the jobs differ in stands in a table beside it.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from ...analysis.project.prefilter import HAS_NO_ROW
from ...analysis.syntax.functions import is_none
from ...analysis.syntax.source_module import Module
from ...editing import render
from ...editing.render import Field
from ...editing.style import Style
from ...facts.job_commands import EVERYTHING
from ...planning.claims import (
    Claim,
    Context,
    Rewrite,
)
from ...planning.deployments import COMMANDS, PLACE
from ...planning.units import Unit
from ...planning.v2 import (
    CLOUD_V2,
    Use,
    missing_fact,
    no_limit,
)
from ..deployment_table import row_text
from .asset_text import PARTITION_KEY, has_postponed_annotations, may_be_time_windows, vars_of_partition
from .own_workspace import function_text, rows_of
from .translator import call_text, local_name, translator_of

FACT = "commands"
"""What is missing of a job whose row cannot be written yet."""


Row = Mapping[str, object]
"""What a job runs, by the columns of ``COMMANDS``."""


@dataclass(frozen=True, eq=False)
class Factory:
    """All that the text depends on."""

    module: Module
    name: str
    """Of the function."""
    table: str
    """Of the dict with a row for each job."""
    rows: Mapping[int, Row | None]
    """The jobs, with what each runs; None where the facts of one are missing."""
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
class Columns:
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
    columns = columns_of(
        [row for row in wanted.rows.values() if row],
        is_whole=None not in wanted.rows.values(),
        are_apart=wanted.are_apart(unit),
    )
    places = rows_of(wanted.loads, unit) if columns.place else {}
    texts = {
        job_id: missing_fact(use, FACT, str(job_id))
        if row is None
        else row_of(row, columns, style, places.get(job_id, {}))
        for job_id, row in wanted.rows.items()
    }
    comments = "".join(f"{comment}\n" for comment in wanted.comments)
    table = f"\n{comments}{table_text(wanted.table, texts, style)}"
    further = ""
    if columns.place:
        further = f"{function_text(_maker(wanted, unit), wanted.loads, unit, use, style)}\n\n"
    return f"{table}\n\n{further}{_function(wanted, columns, unit, context, use)}"


def _maker(wanted: Factory, unit: Unit) -> str:
    """The name of the function that makes the workspace of an environment."""
    return unit.namespace(wanted.module).shared("dbt_cloud_workspace", wanted.loads[0])


def table_text(name: str, rows: Mapping[int, str], style: Style) -> str:
    """The statement that makes the table."""
    lines = [f"{style.indent}{job_id}: {text},\n" for job_id, text in rows.items()]
    return f"{name} = {{\n{''.join(lines)}}}\n"


def columns_of(rows: Sequence[Row], *, is_whole: bool, are_apart: bool) -> Columns:
    """What the table has to say of each job; all of it, where some row is missing."""

    def needed(column: str) -> bool:
        return not is_whole or any(row[column] not in ("", [], EVERYTHING) for row in rows)

    kinds = {row["checks"] for row in rows}
    return Columns(
        are_apart,
        needed("select"),
        needed("exclude"),
        needed("selector"),
        needed("before"),
        needed("after"),
        not is_whole or len(kinds) > 1,
    )


def row_of(row: Row, columns: Columns, style: Style, place: Row = MappingProxyType({})) -> str:
    """One row of the table, as it stands in its dict."""
    needed = {name: row[name] for name in COMMANDS if getattr(columns, name, True)}
    return row_text({**place, **needed}, style)


def _function(wanted: Factory, columns: Columns, unit: Unit, context: Context, use: Use) -> str:
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
    said = f"{wanted.table} {HAS_NO_ROW}"
    return [f"if job_id not in {wanted.table}:", f"{style.indent}raise ValueError(f{style.string(said)})"]


def _own(wanted: Factory, workspace: str, columns: Columns, unit: Unit, style: Style) -> list[str]:
    """The line that takes the workspace of the job's own environment."""
    if not columns.place:
        return []
    cells = ", ".join(cell(name, style) for name in PLACE)
    return [f"{workspace} = {_maker(wanted, unit)}({workspace}, {cells})"]


def _decorator(
    wanted: Factory, workspace: str, columns: Columns, unit: Unit, context: Context, use: Use
) -> tuple[str, list[Field]]:
    module, style = wanted.module, context.style(wanted.module)
    fields = [Field(workspace, "workspace")]
    for name in ("select", "exclude", "selector"):
        if getattr(columns, name):
            fields.append(Field(cell(name, style), name))
    fields.append(Field(f"f{style.quote}dbt_cloud_job_{{job_id}}{style.quote}", "name"))
    partitions = wanted.arguments.get("partitions_def")
    if partitions is not None and not is_none(partitions):
        fields.append(Field(_argument(wanted, "partitions_def"), "partitions_def"))
        if may_be_time_windows(context, module, partitions):
            fields.append(Field(f"{use('dagster', 'BackfillPolicy')}.multi_run()", "backfill_policy"))
    known = [row for row in wanted.rows.values() if row is not None]
    checks = cell("checks", style) if columns.checks else "" if known[0]["checks"] else "False"
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


def cell(name: str, style: Style) -> str:
    """How the function reads a column."""
    return f"job[{style.string(name)}]"


def _argument(wanted: Factory, name: str) -> str:
    return name if name in wanted.handed_in else render.own_text(wanted.module, wanted.arguments[name])


def _body(wanted: Factory, workspace: str, columns: Columns, use: Use, style: Style) -> list[str]:
    limit = f"timeout={no_limit(use, style.quote)}"
    tab = style.indent

    def each(column: str) -> list[str]:
        waited = f"{use('builtins', 'list')}({workspace}.cli(command).wait({limit}))"
        return [f"for command in {cell(column, style)}:", f"{tab}{waited}"]

    command = cell("command", style)
    lines = each("before") if columns.before else []
    variables = wanted.arguments.get("partition_key_to_vars_fn")
    if variables is not None and not is_none(variables):
        asked = (
            f"partition_key_to_vars_fn({PARTITION_KEY})"
            if "partition_key_to_vars_fn" in wanted.handed_in
            else call_text(wanted.module, variables, PARTITION_KEY)
        )
        text = local_name(variables, "dbt_vars", "vars_words")
        lines += vars_of_partition(text, asked, use, style)
        command = f"[*{command}, *{text}]"
    lines += [f"yield from {workspace}.cli({command}, context=context).wait({limit})"]
    return [*lines, *(each("after") if columns.after else [])]
