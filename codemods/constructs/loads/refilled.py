"""Assets that an earlier migration left open, written again by what writes them at once.

All else that stands there stays, in its place: what a person has added, too.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from ...analysis.inference.values import External
from ...analysis.syntax.source_module import FUNCTIONS, Module
from ...editing import render
from ...editing.edits import Edit, InsertAfter, InsertBefore, ReplaceExpression, ReplaceStatement
from ...editing.render import Field
from ...editing.style import Style, is_directive
from ...facts.job_commands import Plan, build_words, command_words
from ...planning.claims import Context
from ...planning.v2 import Use
from .asset_text import alone, building
from .bound_once import NAMES

ORDER = (
    "workspace", "select", "exclude", "selector", "name", "partitions_def", "backfill_policy",
    "dagster_dbt_translator",
)  # fmt: skip
"""The arguments of the decorator, as they are written."""
_TRANSLATOR = ORDER[-1]
_TRANSLATOR_CLASS = re.compile(r"DbtCloudJob\d*Translator")


def call_again(
    module: Module,
    call: ast.Call,
    texts: Mapping[str, Field],
    order: Sequence[str],
    style: Style,
    *,
    is_long: bool,
) -> str:
    """A call with other texts for some of its arguments, empty for those that go. ``is_long``: one argument a line."""

    def rank(name: str) -> int:
        return order.index(name) if name in order else len(order) if name else -1

    nodes: list[ast.expr | ast.keyword] = sorted(
        [*call.args, *call.keywords], key=lambda node: (node.lineno, node.col_offset)
    )
    named = [Field("", node.arg or "" if isinstance(node, ast.keyword) else "") for node in nodes]
    spoken, left = render.with_comments(module, style, call, list(zip(nodes, named, strict=True)))
    fields: list[Field] = []
    for node, field in zip(nodes, spoken, strict=True):
        text = texts[field.name].text if field.name in texts else _own(module, node)
        if text:
            fields.append(field.saying(text))
        else:
            left += [*field.comments, *([field.trailing] if field.trailing else [])]
    for name, new in texts.items():
        if new.text and all(field.name != name for field in named):
            at = next((at for at, field in enumerate(fields) if rank(field.name) > rank(name)), len(fields))
            fields.insert(at, replace(new, name=name))
    for_tools = "".join(f"  {comment}" for comment in left if is_directive(comment))
    others = tuple(comment for comment in left if not is_directive(comment))
    fields[0] = replace(fields[0], comments=(*others, *fields[0].comments))
    function = render.own_text(module, call.func)
    if is_long or for_tools:
        return f"{function}({for_tools}\n{render.exploded(fields, style)})"
    return render.call(f"@{function}", fields, style).removeprefix("@")


def _own(module: Module, node: ast.expr | ast.keyword) -> str:
    if isinstance(node, ast.keyword):
        return f"{'' if node.arg else '**'}{render.own_text(module, node.value)}"
    return render.own_text(module, node)


def decorator_again(
    context: Context, module: Module, call: ast.Call, chosen: Mapping[str, str], checks: str, use: Use
) -> Edit:
    """The decorator of the assets, with its selection, and its checks as by default (no text) or as said."""
    given = next((word.value for word in call.keywords if word.arg == _TRANSLATOR), None)
    texts = {name: Field(chosen.get(name, "")) for name in ("select", "exclude", "selector")}
    translator = _translator(context, module, given, checks, use)
    if given is not None or translator:
        texts[_TRANSLATOR] = Field(translator)
    style = context.style(module)
    return ReplaceExpression(module.span(call), call_again(module, call, texts, ORDER, style, is_long=False))


def _translator(context: Context, module: Module, given: ast.expr | None, checks: str, use: Use) -> str:
    settings = ""
    if checks:
        settings = f"{use('dagster_dbt', 'DagsterDbtTranslatorSettings')}(enable_asset_checks={checks})"
    if given is None:
        return f"{use('dagster_dbt', 'DagsterDbtTranslator')}({settings})" if settings else ""
    if not isinstance(given, ast.Call):
        return render.own_text(module, given)
    arguments: list[ast.expr | ast.keyword] = [*given.args, *given.keywords]
    others = [_own_argument(module, node) for node in arguments if checks_cell(node) is None]
    is_default = External("dagster_dbt.DagsterDbtTranslator") in context.index.values(module, given.func)
    if is_default and not others and not settings:
        return ""
    if settings and others:
        settings = f"settings={settings}"
    return f"{render.own_text(module, given.func)}({', '.join([*others, *([settings] if settings else [])])})"


def _own_argument(module: Module, node: ast.expr | ast.keyword) -> str:
    return (
        f"{node.arg}={_own(module, node)}"
        if isinstance(node, ast.keyword) and node.arg
        else _own(module, node)
    )


def checks_cell(node: ast.AST) -> ast.Subscript | None:
    """The cell that settings of a translator read, and nothing else: ``Settings(enable_asset_checks=job["checks"])``."""
    match node:
        case ast.Call(
            args=[], keywords=[ast.keyword(arg="enable_asset_checks", value=ast.Subscript() as read)]
        ):
            return read
    return None


def body_again(
    context: Context, module: Module, placeholder: ast.Call, plan: Plan, use: Use
) -> Iterator[Edit]:
    """The command that builds, and the job's other commands before and behind it."""
    style = context.style(module)
    words = ", ".join(style.string(word) for word in build_words(plan))
    statement = module.statement_of(placeholder)
    starred = module.parent(placeholder)
    display = module.parent(starred) if isinstance(starred, ast.Starred) else None
    call = module.parent(display) if isinstance(display, ast.List) else None
    if not isinstance(display, ast.List) or not isinstance(call, ast.Call):
        yield ReplaceExpression(module.span(placeholder), f"[{words}]")
        return
    runner = render.own_text(module, call.func).removesuffix(".cli")
    others = [module.source_of(element) for element in display.elts if element is not starred]
    given = f"[{', '.join([words, *others])}]"
    is_command = isinstance(call.func, ast.Attribute) and call.func.attr == "cli"
    before = (
        [line for one in plan.before for line in alone(command_words(one), runner, use, style)]
        if is_command
        else []
    )
    after = (
        [line for one in plan.after for line in alone(command_words(one), runner, use, style)]
        if is_command
        else []
    )
    function = next((above for above in module.ancestors(statement) if isinstance(above, FUNCTIONS)), None)
    first = _first(function, statement) if function is not None else statement
    building_now = "\n".join(building(runner, f"[{module.source_of(display)[1:-1]}]", style, use))
    if ast.dump(ast.parse(building_now)) == ast.dump(ast.Module([statement], [])):
        lines = [*(before if first is statement else []), *building(runner, given, style, use), *after]
        yield ReplaceStatement(module.span(statement), "\n".join(lines) + "\n")
        before = [] if first is statement else before
    else:
        yield ReplaceExpression(module.span(display), given)
        if after:
            yield InsertAfter(module.span(statement), "\n".join(after) + "\n")
    if before:
        yield InsertBefore(module.span(first), "\n".join(before) + "\n")


def _first(function: ast.FunctionDef | ast.AsyncFunctionDef, statement: ast.stmt) -> ast.stmt:
    """Where the commands before the one that builds go: above the variables that it takes."""
    at = function.body.index(statement) if statement in function.body else 0
    match function.body[max(0, at - 2) : at]:
        case [*_, ast.Assign(value=ast.IfExp(test=ast.Attribute(attr="has_partition_key"))) as variables]:
            return variables
        case [variables, ast.If(test=ast.Attribute(attr="has_partition_key"))]:
            return variables
    return statement


def first_of_load(module: Module, function: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.stmt:
    """The first of the statements that took the place of a load: what its function needs stands above that."""
    above = module.parent(function)
    body = next(
        (
            found
            for name in ("body", "orelse", "finalbody")
            if function in (found := getattr(above, name, []))
        ),
        [],
    )
    first: ast.stmt = function
    read = _names(function)
    for statement in reversed(body[: body.index(function)] if function in body else []):
        match statement:
            case ast.ClassDef(name=name) if _TRANSLATOR_CLASS.match(name) and name in read:
                read |= _names(statement)
            case ast.Assign(targets=[ast.Name(id=name)]) if name in read and _is_bound_once(name):
                pass
            case _:
                break
        first = statement
    return first


def _names(node: ast.AST) -> set[str]:
    return {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}


def _is_bound_once(name: str) -> bool:
    return name.rstrip("_0123456789") in NAMES.values()
