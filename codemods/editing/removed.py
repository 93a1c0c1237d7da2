"""What becomes of the comments and empty lines around statements that go."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import libcst as cst

from .edits import Edit, ReplaceStatement


def heirs_of_space(module: cst.Module, targets: Mapping[cst.CSTNode, Sequence[Edit]]) -> set[cst.CSTNode]:
    """The statements that take over the empty line before a statement which goes."""
    found: set[cst.CSTNode] = set()
    is_owed = False
    for statement in module.body:
        has_space = any(line.comment is None for line in statement.leading_lines)
        if is_removed(statement, targets):
            is_owed = is_owed or has_space
            continue
        if is_owed and not has_space:
            found.add(statement)
        is_owed = False
    return found


def is_removed(statement: Any, targets: Mapping[cst.CSTNode, Sequence[Edit]]) -> bool:
    """Whether nothing stands where a line of statements stood."""
    if not isinstance(statement, cst.SimpleStatementLine):
        return False
    return all(
        any(isinstance(edit, ReplaceStatement) and not _code_of(edit) for edit in targets.get(inner, ()))
        for inner in statement.body
    )


def heirs_of_comments(
    blocks: Iterable[Any], targets: Mapping[cst.CSTNode, Sequence[Edit]]
) -> dict[cst.CSTNode, list[cst.EmptyLine]]:
    """The comments that each statement takes over from imports above it which go; a block has those of its last."""
    found: dict[cst.CSTNode, list[cst.EmptyLine]] = {}
    for block in blocks:
        owed: list[cst.EmptyLine] = []
        for statement in block.body:
            if is_removed(statement, targets) and _is_import(statement):
                owed += _comments_of(statement, targets)
            elif owed:
                found[statement], owed = owed, []
        if owed:
            found[block] = owed
    return found


def _comments_of(
    statement: cst.SimpleStatementLine, targets: Mapping[cst.CSTNode, Sequence[Edit]]
) -> list[cst.EmptyLine]:
    """The comments above a statement, with the empty lines before each, and those that are left of what goes."""
    above = list(statement.leading_lines)
    while above and above[-1].comment is None:
        above.pop()
    edits = (edit for inner in statement.body for edit in targets.get(inner, ()))
    left = (line for edit in edits if isinstance(edit, ReplaceStatement) for line in edit.text.splitlines())
    return [*above, *(cst.EmptyLine(comment=cst.Comment(line)) for line in left)]


def _is_import(statement: cst.SimpleStatementLine) -> bool:
    return isinstance(statement.body[0], (cst.Import, cst.ImportFrom))


def _code_of(edit: ReplaceStatement) -> str:
    """What an edit writes besides comments."""
    return "".join(line for line in edit.text.splitlines() if not line.startswith("#"))
