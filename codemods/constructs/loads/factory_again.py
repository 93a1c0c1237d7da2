"""The table and the function of one call for several jobs, once the facts of all of them are there.

An earlier migration had to write all columns; those that say nothing go, with what reads them.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ...analysis.syntax.source_module import FUNCTIONS, Module
from ...editing.edits import Edit, ReplaceStatement
from ...planning.claims import Context
from ...planning.deployments import COMMANDS
from ...planning.v2 import Use
from .asset_factory import Columns, Row, cell, columns_of, row_of, table_text
from .refilled import checks_cell, decorator_again

ALL_COLUMNS = Columns(False, True, True, True, True, True, True)


@dataclass(frozen=True, eq=False)
class _Function:
    """The function that a table was written for, as far as it reads the rows."""

    decorator: ast.Call
    loops: Mapping[str, ast.For]
    """Those that run the other commands, by their column."""


def factory_again(
    context: Context, module: Module, table: ast.Assign, facts: Mapping[int, Row], use: Use
) -> list[Edit]:
    """The table and its function, written again; none where one of them is not as it was written."""
    rows = _rows(table, facts)
    (target,) = table.targets
    name = target.id if isinstance(target, ast.Name) else ""
    function = _function_of(module, name)
    if rows is None or function is None:
        return []
    columns = columns_of(list(rows.values()), is_whole=True, are_apart=False)
    style = context.style(module)
    texts = {job_id: row_of(row, columns, style) for job_id, row in rows.items()}
    chosen = {one: cell(one, style) for one in ("select", "exclude", "selector") if getattr(columns, one)}
    known = next(iter(rows.values()))
    checks = cell("checks", style) if columns.checks else "" if known["checks"] else "False"
    return [
        ReplaceStatement(module.span(table), table_text(name, texts, style)),
        decorator_again(context, module, function.decorator, chosen, checks, use),
        *(
            ReplaceStatement(module.span(loop), "")
            for column, loop in function.loops.items()
            if not getattr(columns, column)
        ),
    ]


def _rows(table: ast.Assign, facts: Mapping[int, Row]) -> dict[int, Row] | None:
    """The rows, those that stand there and those that come; None where one is neither."""
    found: dict[int, Row] = {}
    assert isinstance(table.value, ast.Dict)
    for key, value in zip(table.value.keys, table.value.values, strict=True):
        if not isinstance(key, ast.Constant) or not isinstance(key.value, int):
            return None
        if key.value in facts:
            found[key.value] = facts[key.value]
            continue
        try:
            row = ast.literal_eval(value)
        except ValueError:
            return None
        if not isinstance(row, dict) or row.keys() != {*COMMANDS}:
            return None
        found[key.value] = row
    return found


def _function_of(module: Module, table: str) -> _Function | None:
    for function in module.tree.body:
        for statement in function.body if isinstance(function, FUNCTIONS) else ():
            match statement:
                case ast.Assign(targets=[ast.Name(id=row)], value=ast.Subscript(value=ast.Name(id=read))) if (
                    read == table
                ):
                    return _read(function, row)
    return None


def _read(function: ast.AST, row: str) -> _Function | None:
    """What reads the cells of a row; None where something reads them that was not written with the table."""
    reads = [node for node in ast.walk(function) if _column(node, row)]
    decorators = [
        decorator
        for node in ast.walk(function)
        if isinstance(node, FUNCTIONS)
        for decorator in node.decorator_list
        if isinstance(decorator, ast.Call)
    ]
    if len(decorators) != 1:
        return None
    loops = {
        _column(node.iter, row): node
        for node in ast.walk(function)
        if isinstance(node, ast.For) and _column(node.iter, row)
    }
    known = [*_cells_of(decorators[0]), *(loop.iter for loop in loops.values())]
    others = [node for node in reads if node not in known and _column(node, row) != "command"]
    return None if others else _Function(decorators[0], loops)


def _cells_of(decorator: ast.Call) -> Iterator[ast.AST | None]:
    for word in decorator.keywords:
        if word.arg in ("select", "exclude", "selector"):
            yield word.value
        elif isinstance(word.value, ast.Call):
            yield from map(checks_cell, word.value.args)


def _column(node: ast.AST, row: str) -> str:
    match node:
        case ast.Subscript(value=ast.Name(id=name), slice=ast.Constant(value=str(column))) if name == row:
            return column
    return ""
