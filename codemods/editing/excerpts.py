"""The parts of a file that edits touch, each with a statement around: LibCST takes as long as what it is given."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..analysis.syntax.source_module import Module
from .edits import Edit

Lines = tuple[int, int]
"""The first and the last line of a statement, decorators included. 1-based."""


@dataclass(frozen=True)
class Excerpt:
    """Some lines of a file, and the edits in them."""

    first: int
    last: int | None
    """None: to the end of the file."""
    edits: tuple[Edit, ...]


def statement_lines(module: Module) -> tuple[Lines, ...]:
    """Where each statement at the top level of a file stands."""
    found: list[Lines] = []
    for statement in module.tree.body:
        first, last = _lines_of(statement)
        if found and statement.col_offset:
            # It goes on from the line of the one before: `a = 1; \\`.
            first = min(first, found[-1][1])
        found.append((first, last))
    return tuple(found)


def _lines_of(statement: ast.stmt) -> Lines:
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    first = min([statement.lineno, *(decorator.lineno for decorator in decorators)])
    return first, statement.end_lineno or statement.lineno


def excerpts(statements: Sequence[Lines], edits: Iterable[Edit]) -> list[Excerpt]:
    """What to parse to carry the edits out: the statements they lie in, and those before and behind.

    The neighbours are there for the empty lines between the statements.
    """
    found: list[Excerpt] = []
    for first, last, own in _grouped(statements, edits):
        found.append(
            Excerpt(
                1 if first == 0 else statements[first][0],
                None if last == len(statements) - 1 else statements[last][1],
                tuple(own),
            )
        )
    return found


def _grouped(statements: Sequence[Lines], edits: Iterable[Edit]) -> list[tuple[int, int, list[Edit]]]:
    groups: list[tuple[int, int, list[Edit]]] = []
    for edit in sorted(edits, key=lambda edit: edit.span):
        at = next((at for at, (_, last) in enumerate(statements) if edit.span.line <= last), 0)
        first, last = _with_neighbours(statements, at)
        if groups and first <= groups[-1][1] + 1:
            before = groups[-1]
            groups[-1] = (before[0], max(before[1], last), [*before[2], edit])
        else:
            groups.append((first, last, [edit]))
    return groups


def _with_neighbours(statements: Sequence[Lines], at: int) -> Lines:
    """The places of the first and the last statement of an excerpt, none of which shares a line with one outside."""
    first, last = at, at
    while last + 1 < len(statements) and statements[last + 1][0] == statements[last][1]:
        last += 1
    first, last = max(0, first - 1), min(len(statements) - 1, last + 1)
    while first > 0 and statements[first - 1][1] == statements[first][0]:
        first -= 1
    while last + 1 < len(statements) and statements[last + 1][0] == statements[last][1]:
        last += 1
    return first, last
