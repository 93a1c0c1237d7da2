"""Comments that stood inside what edits replace: they go above the statement that they stood in.

What speaks to a tool (``# noqa``) goes on the statement's first line, where such tools look for it.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import libcst as cst
from libcst.metadata import CodeRange

from .edit_targets import is_statement
from .edits import Edit, ReplaceStatement
from .removed import is_removed
from .style import is_directive

Positions = Mapping[cst.CSTNode, CodeRange]


@dataclass(frozen=True, eq=False)
class Kept:
    """The comments that a statement takes over; a block has those of its last statement, which goes."""

    above: tuple[cst.EmptyLine, ...] = ()
    directives: tuple[str, ...] = ()


NOTHING_KEPT = Kept()


class _Comments(cst.CSTVisitor):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[cst.Comment] = []

    def visit_Comment(self, node: cst.Comment) -> None:
        self.found.append(node)


def _comments_in(module: cst.Module) -> list[cst.Comment]:
    visitor = _Comments()
    module.visit(visitor)
    return visitor.found


def lost_comments(
    before: cst.Module, after: cst.Module, positions: Positions, edits: Iterable[Edit]
) -> list[cst.Comment]:
    """The comments that are not there any more; of several that are alike, those that an edit reaches."""
    left = Counter(comment.value for comment in _comments_in(before))
    left -= Counter(part for comment in _comments_in(after) for part in _parts(comment.value, left))
    if not left:
        return []
    ranges = [(edit.span.line, edit.span.end_line) for edit in edits]
    lines = {comment: positions[comment].start.line for comment in _comments_in(before)}
    found: list[cst.Comment] = []
    for comment in sorted(lines, key=lambda one: not any(a <= lines[one] <= b for a, b in ranges)):
        if left[comment.value]:
            left[comment.value] -= 1
            found.append(comment)
    return sorted(found, key=lambda one: lines[one])


def _parts(value: str, known: Mapping[str, int]) -> Sequence[str]:
    """The comments that a comment was put together from."""
    return [value] if value in known else [f"#{part}".rstrip() for part in value.split("#")[1:]]


def homes_of(
    lost: Iterable[cst.Comment],
    blocks: Iterable[Any],
    positions: Positions,
    targets: Mapping[cst.CSTNode, Sequence[Edit]],
) -> dict[cst.CSTNode, Kept]:
    """The statement or block that takes each comment over."""
    statements = sorted(
        ((node, *_lines(node, positions)) for node in positions if is_statement(node)),
        key=lambda one: (one[1], -one[2]),
    )
    heirs = _heirs(blocks, targets)
    found: dict[cst.CSTNode, Kept] = {}
    for comment in lost:
        line = positions[comment].start.line
        around = [node for node, first, last in statements if first <= line <= last]
        replaced = [node for node in around if _is_replaced(node, targets)]
        if not around:
            continue
        home = (replaced or around[-1:])[0]
        if home in heirs:
            home = heirs[home]
            if is_directive(comment.value):
                continue  # It spoke of code that is gone.
        have = found.get(home, NOTHING_KEPT)
        found[home] = (
            Kept(have.above, (*have.directives, comment.value))
            if is_directive(comment.value)
            else Kept((*have.above, cst.EmptyLine(comment=comment)), have.directives)
        )
    return found


def _lines(node: Any, positions: Positions) -> tuple[int, int]:
    """The first and the last line of a statement, decorators included."""
    first = next(iter(getattr(node, "decorators", ())), node)
    return positions[first].start.line, positions[node].end.line


def _is_replaced(node: Any, targets: Mapping[cst.CSTNode, Sequence[Edit]]) -> bool:
    own = (
        [edit for inner in node.body for edit in targets.get(inner, ())]
        if isinstance(node, cst.SimpleStatementLine)
        else targets.get(node, ())
    )
    return any(isinstance(edit, ReplaceStatement) for edit in own)


def _heirs(blocks: Iterable[Any], targets: Mapping[cst.CSTNode, Sequence[Edit]]) -> dict[Any, Any]:
    """What takes over from each statement of which nothing is left: the next one that stays, else its block."""
    found: dict[Any, Any] = {}
    for block in blocks:
        heir: Any = block
        for statement in reversed(block.body):
            if is_removed(statement, targets) or _is_emptied(statement, targets):
                found[statement] = heir
            else:
                heir = statement
    return found


def _is_emptied(statement: Any, targets: Mapping[cst.CSTNode, Sequence[Edit]]) -> bool:
    edits = targets.get(statement, ())
    return any(isinstance(edit, ReplaceStatement) and not edit.text.strip() for edit in edits)


def on_first_line(module: cst.Module, statement: Any, directives: Sequence[str]) -> Any:
    """The statement with comments for tools behind its first line; above it where that line has no place for them."""
    above = list(statement.leading_lines)
    code = module.code_for_node(statement.with_changes(leading_lines=[]))
    first, newline, rest = code.partition(module.default_newline)
    body, _, there = first.partition("  #")
    # mypy reads `type: ignore` only where the comment begins with it.
    parts = sorted([*directives, *([f"#{there}"] if there else [])], key=lambda one: "type:" not in one)
    written = f"{body.rstrip()}  {'  '.join(parts)}{newline}{rest}"
    if _is_same(code, written):
        parsed: Any = cst.parse_module(written, config=module.config_for_parsing).body[0]
        return parsed.with_changes(leading_lines=above)
    own = [cst.EmptyLine(comment=cst.Comment(comment)) for comment in directives]
    return statement.with_changes(leading_lines=[*above, *own])


def _is_same(code: str, written: str) -> bool:
    try:
        return ast.dump(ast.parse(code)) == ast.dump(ast.parse(written))
    except SyntaxError:
        return False


def split_blank(lines: list[cst.EmptyLine]) -> tuple[list[cst.EmptyLine], list[cst.EmptyLine]]:
    """The empty lines above a statement, and what stands between them and it."""
    blank = 0
    while blank < len(lines) and lines[blank].comment is None:
        blank += 1
    return lines[:blank], lines[blank:]
