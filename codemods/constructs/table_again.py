"""The table of what deployments differ in, once the facts of all of them are there: what is equal is written where it is read.

An earlier migration had to write all columns: any might have differed in the deployment whose facts were missing.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass, field

from ..analysis.inference.values import External, Local
from ..analysis.syntax.source_module import FUNCTIONS, Module
from ..editing.edits import Edit, ReplaceExpression, ReplaceStatement
from ..editing.render import Field, in_place, own_text
from ..editing.style import Style
from ..facts.job_commands import EVERYTHING
from ..planning.claims import Context
from ..planning.v2 import CLOUD_V2, Use
from .deployment_table import row_text, value_text
from .loads.asset_text import alone, building
from .loads.refilled import call_again, checks_cell, decorator_again
from .resource.workspace_text import ORDER

Row = Mapping[str, object]
_SELECTION = ("select", "exclude", "selector")
_PLACE = {"project_id": "project_id", "environment_id": "environment_id", "adhoc_job_name": "name"}
"""The arguments of a workspace, and the columns that they read."""


@dataclass(frozen=True, eq=False)
class _Reader:
    """A call, or a statement, that reads cells of a row."""

    module: Module
    node: ast.Call | ast.For | ast.Expr
    cells: Mapping[str, ast.Subscript] = field(default_factory=dict)
    """By argument; by column where it is a statement."""


def table_again(
    context: Context, home: Module, table: ast.Assign, rows: Mapping[int, Row], using: Callable[[Module], Use]
) -> Iterator[tuple[Module, Edit]]:
    """The table without the columns that say the same of all jobs, and what reads those."""
    (target,) = table.targets
    assert isinstance(target, ast.Name)
    cells = list(_cells(context, home, target.id))
    readers = list(_readers(cells))
    read = {cell for reader in readers for cell in reader.cells.values()}
    odd = {column for _, cell, column in cells if cell not in read}
    first, *others = rows.values()
    equal = {
        column: value
        for column, value in first.items()
        if column not in odd and all(row.get(column) == value for row in others)
    }
    if len(equal) == len(first) or not _is_seen_whole(context, home, target.id):
        equal = {}  # Nothing would be left to say that a job is in the table, or something else may read it.
    left = {
        job_id: {column: value for column, value in row.items() if column not in equal}
        for job_id, row in rows.items()
    }
    yield home, ReplaceStatement(home.span(table), _text(target.id, left, context.style(home)))
    for reader in readers:
        yield from _again(context, reader, equal, using(reader.module)) if equal else ()


def _text(name: str, rows: Mapping[int, Row], style: Style) -> str:
    lines = [f"{style.indent}{job_id}: {row_text(row, style)},\n" for job_id, row in rows.items()]
    return f"{name} = {{\n{''.join(lines)}}}\n"


def _cells(context: Context, home: Module, table: str) -> Iterator[tuple[Module, ast.Subscript, str]]:
    """Each place where a cell is read, of a row that the table's function answers."""
    functions = _functions(home, table)
    for module in context.index.tree.modules.values() if functions else ():
        rows = {name.id for name in _rows(context, module, functions).values()}
        for node in module.nodes if rows else ():
            match node:
                case ast.Subscript(value=ast.Name(id=name), slice=ast.Constant(value=str(column))) if (
                    name in rows
                ):
                    yield module, node, column


def _functions(home: Module, table: str) -> frozenset[Local]:
    """The functions that answer a row of a table."""
    return frozenset(
        Local(home, node)
        for node in home.tree.body
        if isinstance(node, FUNCTIONS)
        and any(isinstance(inner, ast.Name) and inner.id == table for inner in ast.walk(node.body[-1]))
    )


def _rows(context: Context, module: Module, functions: Set[Local]) -> Mapping[ast.expr, ast.Name]:
    """The names that rows are given, by the call that answers each."""
    return {
        statement.value: statement.targets[0]
        for statement in module.of(ast.Assign)
        if isinstance(statement.targets[0], ast.Name)
        and isinstance(statement.value, ast.Call)
        and context.index.values(module, statement.value.func) & functions
    }


def _is_seen_whole(context: Context, home: Module, table: str) -> bool:
    """Whether nothing but cells of named rows is read of a table: developers write it in other ways, too."""
    functions = _functions(home, table)
    inside = {node for function in functions for node in ast.walk(function.node)}
    read = [node for node in home.named(table) if isinstance(node.ctx, ast.Load) and node not in inside]
    if read or any(True for _ in context.index.tree.importing(home, table)):
        return False
    for module in context.index.tree.modules.values():
        rows = _rows(context, module, functions)
        names = {name.id for name in rows.values()}
        for node in module.of(ast.Call):
            if node not in rows and context.index.values(module, node.func) & functions:
                return False
        for name in names:
            if any(
                isinstance(node.ctx, ast.Load) and not _is_cell(module, node) for node in module.named(name)
            ):
                return False
    return True


def _is_cell(module: Module, name: ast.Name) -> bool:
    above = module.parent(name)
    return (
        isinstance(above, ast.Subscript)
        and above.value is name
        and isinstance(above.slice, ast.Constant)
        and isinstance(above.slice.value, str)
    )


def _readers(cells: list[tuple[Module, ast.Subscript, str]]) -> Iterator[_Reader]:
    found: dict[ast.AST, tuple[Module, dict[str, ast.Subscript]]] = {}
    for module, cell, column in cells:
        above = module.parent(cell)
        if isinstance(above, ast.keyword):
            call = module.parent(above)
            argument = str(above.arg)
            if argument == "enable_asset_checks" and call is not None and checks_cell(call) is cell:
                call = next(
                    (one for one in list(module.ancestors(call))[1:] if isinstance(one, ast.Call)), None
                )
            if isinstance(call, ast.Call) and (
                argument in _SELECTION or argument == "enable_asset_checks" or _PLACE.get(argument) == column
            ):
                found.setdefault(call, (module, {}))[1][argument] = cell
        elif isinstance(above, ast.For) and above.iter is cell:
            found[above] = (module, {column: cell})
        elif column == "command":
            statement = module.statement_of(cell)
            if isinstance(statement, ast.Expr):
                found[statement] = (module, {column: cell})
    for node, (module, mine) in found.items():
        assert isinstance(node, (ast.Call, ast.For, ast.Expr))
        yield _Reader(module, node, mine)


def _again(context: Context, reader: _Reader, equal: Row, use: Use) -> Iterator[tuple[Module, Edit]]:
    module, node, style = reader.module, reader.node, context.style(reader.module)
    if isinstance(node, ast.For):
        (column,) = reader.cells
        if column in equal:
            runner = _runner(module, node)
            commands = equal[column]
            assert isinstance(commands, list)
            lines = [line for words in commands for line in alone(words, runner, use, style)]
            yield module, ReplaceStatement(module.span(node), "".join(f"{line}\n" for line in lines))
    elif isinstance(node, ast.Expr):
        if "command" in equal:
            yield module, _building(module, node, reader.cells["command"], equal["command"], use, style)
    elif External(f"{CLOUD_V2}.DbtCloudWorkspace") in context.index.values(module, node.func) or (
        "project_id" in reader.cells
    ):
        texts = {
            argument: Field(value_text(equal[column], style) if equal[column] is not None else "")
            for argument, column in _PLACE.items()
            if column in equal and argument in reader.cells
        }
        text = call_again(module, node, texts, ORDER, style, is_long=True)
        yield module, ReplaceExpression(module.span(node), in_place(module, node, text))
    else:
        given = {word.arg: own_text(module, word.value) for word in node.keywords if word.arg in _SELECTION}
        told = {
            name: "" if equal.get(name) in ("", EVERYTHING) else value_text(equal[name], style)
            for name in _SELECTION
            if name in equal
        }
        checks = reader.cells.get("enable_asset_checks")
        shown = own_text(module, checks) if checks is not None else ""
        if "checks" in equal and checks is not None:
            shown = "" if equal["checks"] else "False"
        yield module, decorator_again(context, module, node, {**given, **told}, shown, use)


def _runner(module: Module, node: ast.AST) -> str:
    """What the commands of a statement run on."""
    calls = (one.func.value for one in ast.walk(node) if isinstance(one, ast.Call) and _is_cli(one.func))  # type: ignore[attr-defined]
    return own_text(module, next(calls))


def _is_cli(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "cli"


def _building(
    module: Module, statement: ast.Expr, cell: ast.Subscript, words: object, use: Use, style: Style
) -> Edit:
    """The command that builds, with its words in its place."""
    assert isinstance(words, list)
    text = ", ".join(map(style.string, words))
    starred = module.parent(cell)
    display = module.parent(starred) if isinstance(starred, ast.Starred) else None
    if isinstance(display, ast.List):
        text = ", ".join([text, *(own_text(module, one) for one in display.elts if one is not starred)])
    whole = display if isinstance(display, ast.List) else cell
    runner = _runner(module, statement)
    as_it_is = "\n".join(building(runner, own_text(module, whole), style, use))
    if ast.dump(ast.parse(as_it_is)) == ast.dump(ast.Module([statement], [])):
        return ReplaceStatement(
            module.span(statement), "\n".join(building(runner, f"[{text}]", style, use)) + "\n"
        )
    return ReplaceExpression(module.span(whole), f"[{text}]")
