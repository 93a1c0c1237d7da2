"""The text of a function decorated with ``@dbt_cloud_assets`` that does what a load of a job did."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from legacy_shim.dbt_commands import DbtCommand

from ...analysis.inference.values import Made
from ...analysis.project.prefilter import GENERATED_FOR
from ...analysis.syntax.functions import is_none
from ...analysis.syntax.source_module import Module
from ...editing import render
from ...editing.render import Field
from ...editing.style import (
    Style,
    is_directive,
)
from ...facts.job_commands import (
    Plan,
    build_words,
    command_words,
)
from ...facts.jobs import Job
from ...planning.claims import (
    Claim,
    Context,
    JobRef,
    Rewrite,
)
from ...planning.split import beside_text
from ...planning.units import Unit
from ...planning.v2 import (
    CLOUD_V2,
    Use,
    missing_fact,
    no_limit,
)
from ..deployment_table import NOTHING_DIFFERS, Lookup
from .bound_once import NAMES, VARIABLES, bound_once
from .described import described_by
from .own_workspace import workspace_lines
from .translator import FUNCTION_PARAMETERS, call_text, local_name, translator_of

PARTITION_KEY = "context.partition_key"
_NO_WINDOWS = frozenset(f"dagster.{kind}PartitionsDefinition" for kind in ("Static", "Dynamic", "Multi"))


@dataclass(frozen=True, eq=False)
class AssetText:
    """All that the text depends on."""

    module: Module
    name: str
    """Of the function."""
    arguments: Mapping[str, ast.expr]
    parts: tuple[tuple[ast.AST, str], ...]
    ref: JobRef
    job: Job | None
    plan: Plan | None
    """None where the job's facts are missing: placeholders are written."""
    parameter: str
    """The resource key that the function takes its workspace from; empty where it uses the module's own."""
    lookup: Lookup = NOTHING_DIFFERS
    """What another deployment has otherwise; `job` and `plan` are those of the first."""
    load: Claim | None = None
    """The load, where it makes a workspace of its own."""


@dataclass(frozen=True)
class Written:
    """The statements that take the place of a load, ending in the decorated function."""

    text: str
    workspace: str
    """How the workspace is written there."""
    translator: str
    """How its translator is written; empty for the default one."""


def asset_text(wanted: AssetText, call: ast.Call, unit: Unit, context: Context, done: Rewrite) -> Written:
    """Write what takes the place of a load."""
    module, style = wanted.module, context.style(wanted.module)
    use = unit.using(done, module)
    workspace = workspace_of(module, wanted.arguments["dbt_cloud"], unit, context, done)
    own: list[str] = []
    if wanted.load is not None:
        given, workspace = workspace, unit.namespace(module).reserve(f"{wanted.name}_workspace")
        own = workspace_lines(workspace, given, wanted.load, unit, wanted.lookup, use, style)
    elif not wanted.parameter and not _is_the_same_later(workspace):
        given, workspace = workspace, unit.namespace(module).reserve(f"{wanted.name}_workspace")
        text = given if render.stands_alone(given) else f"({given})"
        own = f"{workspace} = {text}".split("\n")
    bound = bound_once(context, module, wanted.arguments)
    names = {name: unit.namespace(module).reserve(NAMES[name]) for name in bound}
    fields, comments, definition = _decorator_fields(wanted, call, workspace, names, context, unit, use)
    decorator = render.call(f"@{use(CLOUD_V2, 'dbt_cloud_assets')}", fields, style)
    # What speaks to a tool about the call goes behind what takes its place.
    decorator += "".join(f"  {comment}" for comment in comments if is_directive(comment))
    comments = [comment for comment in comments if not is_directive(comment)]
    runner = wanted.parameter or workspace
    parameters = "context"
    if not has_postponed_annotations(module):
        parameters += f": {use('dagster', 'AssetExecutionContext')}"
    if wanted.parameter:
        parameters += f", {wanted.parameter}: {use(CLOUD_V2, 'DbtCloudWorkspace')}"
    body = _body(wanted, runner, names, style, use)
    head = render.signature(wanted.name, parameters, style)
    lines = [
        *comments,
        *_of_the_job(wanted, style),
        *own,
        *(["", ""] if own and module.scope_of(call) is module.tree else [""] if own else []),
        *(f"{names[name]} = {assigned(module, wanted.arguments[name])}" for name in bound),
        *([""] if bound else []),
        *([definition, ""] if definition else []),
        decorator,
        head,
    ]
    text = "\n".join(lines) + "\n" + "".join(f"{style.indent}{line}\n" for line in body)
    translator = next((field.text for field in fields if field.name == "dagster_dbt_translator"), "")
    return Written(text, workspace, translator)


def _is_the_same_later(workspace: str) -> bool:
    """Whether what names a workspace still does when the assets are made: it calls nothing, and chooses nothing."""
    node = ast.parse(workspace, mode="eval").body
    while isinstance(node, ast.Attribute) or (
        isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant)
    ):
        node = node.value
    return isinstance(node, ast.Name)


def assigned(module: Module, value: ast.expr) -> str:
    """The text of a value as it stands behind ``=``."""
    text = render.own_text(module, value)
    is_bare = render.stands_alone(text) and not isinstance(value, (ast.NamedExpr, ast.Yield))
    return text if is_bare else f"({text})"


def has_postponed_annotations(module: Module) -> bool:
    """Whether annotations are text at run time: Dagster then rejects one on ``context``."""
    return any(
        isinstance(node, ast.ImportFrom)
        and node.module == "__future__"
        and any(alias.name == "annotations" for alias in node.names)
        for node in module.tree.body
    )


def workspace_of(module: Module, argument: ast.expr, unit: Unit, context: Context, done: Rewrite) -> str:
    """How to write the workspace: as the user wrote the resource, or by the name that it gets."""
    for value in context.index.values(module, argument):
        if isinstance(value, Made) and value in unit.beside:
            reached = beside_text(context, module, argument, value, unit.beside[value])
            assert reached is not None, "the plan parts only what can be reached"
            if reached[1] is not None:
                done.need(module, reached[1])
            return reached[0]
    if isinstance(argument, ast.Call):
        for value in context.index.values(module, argument):
            if isinstance(value, Made) and value in unit.inline:
                return unit.inline[value]
    return render.own_text(module, argument)


def _decorator_fields(
    wanted: AssetText,
    call: ast.Call,
    workspace: str,
    names: Mapping[str, str],
    context: Context,
    unit: Unit,
    use: Use,
) -> tuple[list[Field], list[str], str]:
    module, style = wanted.module, context.style(wanted.module)
    renamed = {"dbt_cloud": "workspace", "job_id": "name", "partitions_def": "partitions_def"}
    renamed |= dict.fromkeys(FUNCTION_PARAMETERS, "dagster_dbt_translator")
    parts = [(node, Field("", renamed.get(name, name))) for node, name in wanted.parts]
    described = described_by(module, style, call, parts)
    values = {"workspace": workspace, **_selection(wanted, style, use)}
    values["name"] = _op_name(wanted, style)
    partitions = wanted.arguments.get("partitions_def")
    if partitions is not None and not is_none(partitions):
        values["partitions_def"] = names.get("partitions_def") or render.own_text(module, partitions)
        if may_be_time_windows(context, module, partitions):
            values["backfill_policy"] = f"{use('dagster', 'BackfillPolicy')}.multi_run()"
    class_name = unit.namespace(module).reserve(f"DbtCloudJob{wanted.ref.job_id or ''}Translator")
    checks = "" if wanted.plan is None or wanted.plan.has_checks else "False"
    checks = wanted.lookup.cell("checks", style) or checks
    translator = translator_of(context, module, wanted.arguments, use, class_name, checks=checks, names=names)
    if translator is not None:
        values["dagster_dbt_translator"] = translator.argument
    definition = translator.definition if translator else ""
    fields, left = described.fields(values, {"dagster_dbt_translator": definition})
    return fields, left, definition


def _selection(wanted: AssetText, style: Style, use: Use) -> dict[str, str]:
    if wanted.plan is None:
        return {"select": missing_fact(use, "execute_steps", _job_text(wanted))}
    chosen = {"select": wanted.plan.select, "exclude": wanted.plan.exclude, "selector": wanted.plan.selector}
    told = {name: style.string(text) if text else "" for name, text in chosen.items()}
    told = {name: wanted.lookup.cell(name, style) or text for name, text in told.items()}
    return {name: text for name, text in told.items() if text}


def _job_text(wanted: AssetText) -> str:
    """The job for a placeholder: as the code names it, so that what it depends on is known when it is filled in."""
    if wanted.ref.job_id is not None and not wanted.ref.source:
        return str(wanted.ref.job_id)
    return render.own_text(wanted.ref.module, wanted.ref.node)


def _op_name(wanted: AssetText, style: Style) -> str:
    """The op is named after its job, as the loader names it."""
    if wanted.ref.job_id is not None:
        return style.string(f"dbt_cloud_job_{wanted.ref.job_id}")
    text = wanted.lookup.job_id or _job_text(wanted)
    if style.quote in text or "\n" in text or "\\" in text:
        return f"{style.string('dbt_cloud_job_')} + str({text})"
    return f"f{style.quote}dbt_cloud_job_{{{text}}}{style.quote}"


def _of_the_job(wanted: AssetText, style: Style) -> list[str]:
    """The lines that read the row of the job, or refuse another job than those of the deployments."""
    if wanted.lookup.before:
        return [*wanted.lookup.before, ""]
    if not wanted.ref.varies or wanted.lookup.job:
        return []
    ids = ", ".join(map(str, wanted.ref.job_ids))
    said = f"{GENERATED_FOR}s {ids}, but {wanted.ref.source or 'the code'} names another"
    raises = f"{style.indent}raise ValueError({style.string(said)})"
    return [f"if {wanted.lookup.job_id} not in ({ids}):", raises, ""]


def guard(module: Module, ref: JobRef, job: Job | None, style: Style) -> list[str]:
    """Refuse to load for another job than the one whose facts were written."""
    if not ref.source or job is None or ref.varies:
        return []
    text = render.own_text(module, ref.node)
    is_number = isinstance(ref.node, ast.Call) and ast.unparse(ref.node.func) == "int"
    known = text if is_number else f"int({text})"
    said = f"{GENERATED_FOR} {job.id}, but {ref.source} names another"
    return [f"if {known} != {job.id}:", f"{style.indent}raise ValueError({style.string(said)})", ""]


def may_be_time_windows(context: Context, module: Module, node: ast.expr) -> bool:
    """Whether partitions may be time windows, for which v2 has another backfill policy than legacy."""
    kinds = {value.of if isinstance(value, Made) else "" for value in context.index.values(module, node)}
    return not kinds or not kinds <= _NO_WINDOWS


def _body(wanted: AssetText, runner: str, names: Mapping[str, str], style: Style, use: Use) -> list[str]:
    plan = wanted.plan
    lines: list[str] = []
    if plan is None:
        words = [f"*{missing_fact(use, 'execute_steps', _job_text(wanted))}"]
    else:
        lines += _others(wanted, "before", plan.before, runner, style, use)
        words = [style.string(word) for word in build_words(plan)]
    command = wanted.lookup.cell("command", style)
    variables = wanted.arguments.get(VARIABLES)
    if variables is not None and not is_none(variables):
        name = names.get(VARIABLES)
        asked = f"{name}({PARTITION_KEY})" if name else call_text(wanted.module, variables, PARTITION_KEY)
        text = local_name(variables, "dbt_vars", "vars_words")
        lines += vars_of_partition(text, asked, use, style)
        words.append(f"*{text}")
        command = f"[*{command}, {words[-1]}]" if command else ""
    given = command or f"[{', '.join(words)}]"
    lines += building(runner, given, style, use)
    if plan is not None:
        lines += _others(wanted, "after", plan.after, runner, style, use)
    return lines


def vars_of_partition(name: str, asked: str, use: Use, style: Style) -> list[str]:
    """Name the words that pass the variables of the partition. A run of a range of partitions has none, as in legacy."""
    words = f"[{style.string('--vars')}, {use('json', '')}.dumps({asked})]"
    head, tail = f"{name} = ", " if context.has_partition_key else []"
    if len(style.indent) + len(head + words + tail) <= style.width and "\n" not in words:
        return [head + words + tail]
    tab = style.indent
    return [
        f"{name} = []",
        "if context.has_partition_key:",
        *(f"{tab}{line}" for line in f"{name} = {words}".split("\n")),
    ]


def building(runner: str, words: str, style: Style, use: Use) -> list[str]:
    """The statement that runs the command that builds; ``words`` is how that is written."""
    return _awaited(f"{runner}.cli", f"{words}, context=context", use, style, "yield from ")


def _others(
    wanted: AssetText, column: str, commands: Sequence[DbtCommand], runner: str, style: Style, use: Use
) -> list[str]:
    """The commands of the job beside the one that builds."""
    cell = wanted.lookup.cell(column, style)
    if not cell:
        return [line for command in commands for line in alone(command_words(command), runner, use, style)]
    waited = _awaited(f"{runner}.cli", "command", use, style, f"{use('builtins', 'list')}(", ")")
    return [f"for command in {cell}:", *(f"{style.indent}{line}" for line in waited)]


def alone(command: Sequence[str], runner: str, use: Use, style: Style) -> list[str]:
    """Another command of the job: waited for, its events passed over, as the loader does."""
    words = ", ".join(style.string(word) for word in command)
    function = use("builtins", "list")
    return _awaited(f"{runner}.cli", f"[{words}]", use, style, f"{function}(", ")")


def _awaited(
    function: str, arguments: str, use: Use, style: Style, before: str, behind: str = ""
) -> list[str]:
    limit = f"timeout={no_limit(use, style.quote)}"
    flat = f"{before}{function}({arguments}).wait({limit}){behind}"
    if len(style.indent) + len(flat) <= style.width:
        return [flat]
    if behind:
        inner = f"{function}({arguments}).wait({limit})"
        return [before, f"{style.indent}{inner}", behind]
    return [f"{before}{function}({arguments}).wait(", f"{style.indent}{limit}", ")"]
