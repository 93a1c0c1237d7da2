"""The rows of tables of jobs: those that a migration writes, and what developers make of them.

A row is a dict of columns under a job's id. Developers add columns of their own, write ``dict(...)`` or a class of theirs, and
set rows one by one.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from .deployments import COMMANDS, PLACE

_COLUMNS = frozenset({*PLACE, *COMMANDS})
Cells = list[tuple[str, ast.expr]]


def rows_of(node: ast.AST) -> Iterator[tuple[int, ast.expr]]:
    """The expressions that stand for jobs, by the ids of these."""
    match node:
        case ast.Dict():
            for key, row in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and type(key.value) is int:
                    yield key.value, row
        case ast.Assign(targets=[ast.Subscript(slice=ast.Constant(value=int() as key))]):
            yield key, node.value


def cells_of(row: ast.expr) -> Cells:
    """The columns of a row; none where it is something else that stands under a number."""
    found = list(_named(row))
    mine = [(name, value) for name, value in found if name in _COLUMNS]
    return mine if len(mine) > 1 or (len(mine) == len(found) == 1 and mine[0][0] != "name") else []


def is_as_written(row: ast.expr, cells: Cells) -> bool:
    """Whether a row has the form, and the columns, that a migration writes."""
    return isinstance(row, ast.Dict) and len(cells) == len(row.keys)


def _named(row: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    match row:
        case ast.Dict():
            for key, value in zip(row.keys, row.values, strict=True):
                if isinstance(key, ast.Constant):
                    yield str(key.value), value
        case ast.Call(args=[ast.Dict() as given], keywords=[]):
            yield from _named(given)
        case ast.Call(args=[]):
            yield from ((word.arg, word.value) for word in row.keywords if word.arg)
