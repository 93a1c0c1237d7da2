"""Where edits are carried out: the nodes of LibCST that stand at their spans."""

from __future__ import annotations

import bisect
from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from typing import Any

import libcst as cst
from libcst.metadata import CodeRange

from ..analysis.syntax.source_module import Span
from .edits import (
    AddArgument,
    AddElement,
    AddEntry,
    DropArgument,
    DropEntry,
    Edit,
    HandFirst,
    InsertAfter,
    InsertBefore,
    PrependArgument,
    ReplaceAround,
    ReplaceExpression,
    ReplaceInString,
    ReplaceStatement,
    Unstar,
)

_STATEMENTS = (cst.SimpleStatementLine, cst.BaseCompoundStatement)
_KINDS: dict[type, tuple[type[cst.CSTNode], ...]] = {
    ReplaceExpression: (cst.BaseExpression,),
    ReplaceInString: (cst.FormattedString, cst.ConcatenatedString),
    Unstar: (cst.StarredElement, cst.Arg),
    ReplaceAround: (cst.Attribute, cst.Call),
    PrependArgument: (cst.Call,),
    HandFirst: (cst.Call,),
    DropArgument: (cst.Call,),
    DropEntry: (cst.Dict,),
    AddArgument: (cst.Call,),
    AddEntry: (cst.Dict,),
    AddElement: (cst.List,),
    ReplaceStatement: (cst.BaseSmallStatement, cst.BaseCompoundStatement),
    InsertBefore: (cst.BaseSmallStatement, cst.BaseCompoundStatement),
    InsertAfter: (cst.BaseSmallStatement, cst.BaseCompoundStatement),
}


class NotApplied(Exception):
    """An edit found no node at its span, or two edits overlap: a fault of the tool, so the file is left as it is."""


def _span_of(position: CodeRange) -> Span:
    return Span(position.start.line, position.start.column, position.end.line, position.end.column)


def is_statement(node: cst.CSTNode) -> bool:
    """Whether a node is a whole statement: a line of small ones, or a compound one."""
    return _is_of_statement(type(node))


@cache
def _is_of_statement(kind: type[cst.CSTNode]) -> bool:
    return issubclass(kind, _STATEMENTS)


def find_targets(positions: Any, edits: Sequence[Edit]) -> dict[cst.CSTNode, list[Edit]]:
    """The node that each edit is meant for. Raises ``NotApplied`` where there is none."""
    wanted: dict[tuple[int, int], list[Edit]] = defaultdict(list)
    for edit in edits:
        wanted[edit.span.line, edit.span.column].append(edit)
    targets: dict[cst.CSTNode, list[Edit]] = defaultdict(list)
    found: set[Edit] = set()
    for node, position in positions.items():
        for edit in wanted.get((position.start.line, position.start.column), ()):
            if edit not in found and isinstance(node, _KINDS[type(edit)]):
                # LibCST ends a compound statement behind its last line, ast before the line's end.
                if not isinstance(node, cst.BaseCompoundStatement) and _span_of(position) != edit.span:
                    continue
                if isinstance(edit, Unstar) and isinstance(node, cst.Arg) and node.star != "*":
                    continue
                targets[node].append(edit)
                found.add(edit)
    missing = [edit for edit in edits if edit not in found]
    if missing:
        raise NotApplied(f"nothing stands at the place of {missing[0]}")
    return targets


def touched_statements(positions: Any, edits: Sequence[Edit]) -> set[cst.CSTNode]:
    """The statements that an edit lies in."""
    lines = sorted({edit.span.line for edit in edits})
    found: set[cst.CSTNode] = set()
    for node, position in positions.items():
        if is_statement(node):
            # LibCST has a decorated function start at its `def`.
            first = next(iter(getattr(node, "decorators", ())), node)
            place = bisect.bisect_left(lines, positions[first].start.line)
            if place < len(lines) and lines[place] <= position.end.line:
                found.add(node)
    return found
