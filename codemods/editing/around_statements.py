"""What statements bring along where others take their place: comments and empty lines. LibCST nodes."""

from __future__ import annotations

from typing import Any

import libcst as cst

from .kept_comments import split_blank
from .style import is_directive


def without_indent(statement: Any) -> Any:
    """Empty lines above it stay empty, however deep it is put."""
    lines = [line if line.comment else line.with_changes(indent=False) for line in statement.leading_lines]
    return statement.with_changes(leading_lines=lines)


def with_leading(piece: Any, leading: list[cst.EmptyLine]) -> Any:
    """The comments and empty lines before the old statement go before the first of the new ones."""
    blank, comments = split_blank(list(piece.leading_lines))
    return piece.with_changes(leading_lines=[*(leading or blank), *comments])


def with_comment(statements: list[Any], comment: cst.Comment | None) -> list[Any]:
    """The comment behind the old statement: behind a new one, or on a line of its own before what is longer."""
    if comment is None or not statements:
        return statements
    first = statements[0]
    trailing = cst.TrailingWhitespace(cst.SimpleWhitespace("  "), comment)
    is_for_a_tool = is_directive(comment.value)
    if is_for_a_tool and all(map(is_import, statements)):
        return [statement.with_changes(trailing_whitespace=trailing) for statement in statements]
    if isinstance(first, cst.SimpleStatementLine) and (len(statements) == 1 or is_for_a_tool):
        return [first.with_changes(trailing_whitespace=trailing), *statements[1:]]
    decorators = getattr(first, "decorators", ())
    if decorators and is_for_a_tool:
        decorated = [decorators[0].with_changes(trailing_whitespace=trailing), *decorators[1:]]
        return [first.with_changes(decorators=decorated), *statements[1:]]
    own_line = cst.EmptyLine(comment=comment)
    return [first.with_changes(leading_lines=[*first.leading_lines, own_line]), *statements[1:]]


def split_comments(lines: list[cst.EmptyLine]) -> tuple[list[cst.EmptyLine], list[cst.EmptyLine]]:
    """The comments directly above a statement, which speak of it, and what stands before them."""
    at = len(lines)
    while at and lines[at - 1].comment is not None:
        at -= 1
    return lines[:at], lines[at:]


def is_import(node: Any) -> bool:
    own = node.body[0] if isinstance(node, cst.SimpleStatementLine) else None
    return isinstance(own, (cst.Import, cst.ImportFrom))
