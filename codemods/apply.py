"""Carry out edits on a file with LibCST, so that every byte outside of them stays.

This module alone imports LibCST, and is itself imported only once a file must change: importing and parsing with
LibCST cost more than all the rest.
"""

from __future__ import annotations

import bisect
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import libcst as cst
from libcst.metadata import CodeRange, MetadataWrapper, PositionProvider

from .edits import (
    AddArgument,
    AddEntry,
    Edit,
    InsertAfter,
    InsertBefore,
    ReplaceExpression,
    ReplaceInString,
    ReplaceStatement,
    Unstar,
)
from .excerpts import Lines, excerpts
from .modules import Span, split_lines

_STATEMENTS = (cst.SimpleStatementLine, cst.BaseCompoundStatement)
_STATEMENT_EDITS = (ReplaceStatement, InsertBefore, InsertAfter)
_KINDS: dict[type, tuple[type[cst.CSTNode], ...]] = {
    ReplaceExpression: (cst.BaseExpression,),
    ReplaceInString: (cst.FormattedString, cst.ConcatenatedString),
    Unstar: (cst.StarredElement, cst.Arg),
    AddArgument: (cst.Call,),
    AddEntry: (cst.Dict,),
    ReplaceStatement: (cst.BaseSmallStatement, cst.BaseCompoundStatement),
    InsertBefore: (cst.BaseSmallStatement, cst.BaseCompoundStatement),
    InsertAfter: (cst.BaseSmallStatement, cst.BaseCompoundStatement),
}


class NotApplied(Exception):
    """An edit found no node at its span, or two edits overlap: a fault of the tool, so the file is left as it is."""


def apply_edits(text: str, statements: Sequence[Lines], edits: Sequence[Edit]) -> str:
    """The text with all edits carried out. Raises ``NotApplied``.

    ``statements`` tells where the statements at the top level of ``text`` stand.
    """
    lines = split_lines(text)
    newline = _newline_of(lines)
    done: list[str] = []
    reached = 0
    for excerpt in excerpts(statements, edits):
        last = len(lines) if excerpt.last is None else excerpt.last
        done += lines[reached : excerpt.first - 1]
        own = [replace(edit, span=_moved(edit.span, excerpt.first - 1)) for edit in excerpt.edits]
        done.append(_apply("".join(lines[excerpt.first - 1 : last]), newline, own))
        reached = last
    return "".join([*done, *lines[reached:]])


def _apply(text: str, newline: str, edits: Sequence[Edit]) -> str:
    module = cst.parse_module(text, config=cst.PartialParserConfig(default_newline=newline))
    if module.code != text:
        raise NotApplied("LibCST does not give this file back as it was")
    wrapper = MetadataWrapper(module, unsafe_skip_copy=True)
    positions = wrapper.resolve(PositionProvider)
    targets = _find_targets(positions, edits)
    changer = _Changer(targets, _touched(positions, edits), module)
    changed = wrapper.module.visit(changer)
    left = [edit for edit in edits if edit not in changer.done]
    if left:
        raise NotApplied(f"these edits overlap with others: {left}")
    return changed.code


def _newline_of(lines: Sequence[str]) -> str:
    """The line end of the first line, as LibCST takes it for the whole file."""
    first = lines[0] if lines else ""
    return next((end for end in ("\r\n", "\n", "\r") if first.endswith(end)), "\n")


def _moved(span: Span, lines: int) -> Span:
    return replace(span, line=span.line - lines, end_line=span.end_line - lines)


def _span_of(position: CodeRange) -> Span:
    return Span(position.start.line, position.start.column, position.end.line, position.end.column)


def _find_targets(positions: Any, edits: Sequence[Edit]) -> dict[cst.CSTNode, list[Edit]]:
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


def _touched(positions: Any, edits: Sequence[Edit]) -> set[cst.CSTNode]:
    """The statements that an edit lies in."""
    lines = sorted({edit.span.line for edit in edits})
    found: set[cst.CSTNode] = set()
    for node, position in positions.items():
        if isinstance(node, _STATEMENTS):
            # LibCST has a decorated function start at its `def`.
            first = next(iter(getattr(node, "decorators", ())), node)
            place = bisect.bisect_left(lines, positions[first].start.line)
            if place < len(lines) and lines[place] <= position.end.line:
                found.add(node)
    return found


class _Changer(cst.CSTTransformer):
    def __init__(
        self, targets: dict[cst.CSTNode, list[Edit]], touched: set[cst.CSTNode], module: cst.Module
    ) -> None:
        super().__init__()
        self.targets = targets
        self.module = module
        self.touched = touched
        self.done: set[Edit] = set()
        self.fresh: dict[int, Any] = {}
        """New functions and classes by identity; holding them keeps the identities apart."""

    def on_visit(self, node: cst.CSTNode) -> bool:
        # Most statements of a file have nothing to change in them, and walking through them is what takes the time.
        return not isinstance(node, _STATEMENTS) or node in self.touched

    def on_leave(self, original_node: Any, updated_node: Any) -> Any:
        if isinstance(original_node, (cst.Module, cst.IndentedBlock)):
            return self._leave_block(original_node, updated_node)
        if isinstance(original_node, cst.SimpleStatementLine):
            return self._leave_line(original_node, updated_node)
        if isinstance(original_node, cst.SimpleStatementSuite):
            return self._leave_suite(original_node, updated_node)
        edits = self.targets.get(original_node, ())
        statement_edits = [edit for edit in edits if isinstance(edit, _STATEMENT_EDITS)]
        for edit in edits:
            if edit not in statement_edits:
                updated_node = self._change(edit, updated_node)
                self.done.add(edit)
        if statement_edits and isinstance(original_node, cst.BaseCompoundStatement):
            return self._leave_compound(updated_node, statement_edits)
        return updated_node

    def _change(self, edit: Edit, node: Any) -> Any:
        match edit:
            case ReplaceExpression():
                new = self._expression(edit.text)
                if isinstance(node, cst.BaseExpression) and node.lpar and not new.lpar:
                    new = new.with_changes(lpar=node.lpar, rpar=node.rpar)
                return new
            case ReplaceInString():
                code = self.module.code_for_node(node)
                expression = re.compile(rf"(\{{[^{{}}]*)(?<![\w.]){re.escape(edit.old)}(?!\w)")
                return self._expression(expression.sub(lambda found: found[1] + edit.new, code))
            case Unstar():
                return (
                    cst.Element(value=node.value, comma=node.comma)
                    if isinstance(node, cst.StarredElement)
                    else (node.with_changes(star="", whitespace_after_star=cst.SimpleWhitespace("")))
                )
            case AddArgument():
                return _add_argument(node, edit.name, self._expression(edit.value))
            case AddEntry():
                return _add_entry(node, self._expression(edit.key), self._expression(edit.value))
        raise AssertionError(edit)

    def _leave_line(self, original: cst.SimpleStatementLine, updated: cst.SimpleStatementLine) -> Any:
        if not any(statement in self.targets for statement in original.body):
            return updated
        return self._placed(self._pieces(original, updated), (), list(updated.leading_lines))

    def _leave_suite(self, original: cst.SimpleStatementSuite, updated: cst.SimpleStatementSuite) -> Any:
        """``else: run()``: several statements need a block of their own."""
        if not any(statement in self.targets for statement in original.body):
            return updated
        return cst.IndentedBlock(body=self._pieces(original, updated))

    def _pieces(self, original: Any, updated: Any) -> list[Any]:
        pieces: list[Any] = []
        for place, (before, after) in enumerate(zip(original.body, updated.body, strict=True)):
            edits = [edit for edit in self.targets.get(before, ()) if isinstance(edit, _STATEMENT_EDITS)]
            last = place == len(original.body) - 1
            statement: Any = after.with_changes(semicolon=cst.MaybeSentinel.DEFAULT)
            line = cst.SimpleStatementLine(
                body=[statement],
                trailing_whitespace=updated.trailing_whitespace if last else cst.TrailingWhitespace(),
            )
            comment = updated.trailing_whitespace.comment if last else None
            pieces += self._around(line, edits, comment)
        return pieces

    def _leave_compound(self, updated: Any, edits: Sequence[Edit]) -> Any:
        bare = updated.with_changes(leading_lines=[])
        return self._placed(self._around(bare, edits, None), (bare,), list(updated.leading_lines))

    def _around(self, line: Any, edits: Sequence[Edit], comment: cst.Comment | None) -> list[Any]:
        before: list[Any] = []
        middle: list[Any] = [line]
        behind: list[Any] = []
        for edit in sorted(edits, key=_turn):
            if isinstance(edit, InsertBefore):
                before += self._statements(edit.text)
                if edit.blank and middle:
                    middle[0] = middle[0].with_changes(leading_lines=[cst.EmptyLine(indent=False)])
            elif isinstance(edit, InsertAfter):
                behind += self._statements(edit.text)
            elif isinstance(edit, ReplaceStatement):
                middle = _with_comment(self._statements(edit.text), comment)
            self.done.add(edit)
        return [*before, *middle, *behind]

    def _placed(self, pieces: list[Any], old: Sequence[Any], leading: list[cst.EmptyLine]) -> Any:
        """The statements that stand where one stood, with what stood before it."""
        if not pieces:
            return cst.RemoveFromParent()
        pieces[0] = _with_leading(pieces[0], leading)
        for piece in pieces:
            if isinstance(piece, cst.BaseCompoundStatement) and not any(piece is one for one in old):
                self.fresh[id(piece)] = piece
        return cst.FlattenSentinel(pieces)

    def _leave_block(self, original: Any, updated: Any) -> Any:
        body = list(updated.body)
        gone = len(body) > 0 and original.body[0] is not body[0] and self._is_removed(original.body[0])
        if gone and isinstance(original, cst.IndentedBlock):
            # What separated the first statement from the second separates nothing any more.
            _, rest = _split_blank(list(body[0].leading_lines))
            body[0] = body[0].with_changes(leading_lines=rest)
            return updated.with_changes(body=body)
        if not self.fresh:
            return updated
        return updated.with_changes(body=self._spaced(body, 2 if isinstance(original, cst.Module) else 1))

    def _is_removed(self, statement: Any) -> bool:
        if not isinstance(statement, cst.SimpleStatementLine):
            return False
        edits = [edit for inner in statement.body for edit in self.targets.get(inner, ())]
        return any(isinstance(edit, ReplaceStatement) and not edit.text for edit in edits)

    def _spaced(self, body: Sequence[Any], lines: int) -> list[Any]:
        """Empty lines around new functions and classes, as many as formatters want."""
        spaced: list[Any] = []
        for place, statement in enumerate(body):
            after_new = place > 0 and id(body[place - 1]) in self.fresh
            is_new = id(statement) in self.fresh
            if place > 0 and (after_new or is_new):
                blank, rest = _split_blank(list(statement.leading_lines))
                missing = max(0, lines - len(blank))
                added = [cst.EmptyLine(indent=False)] * missing
                statement = statement.with_changes(leading_lines=[*added, *blank, *rest])
            spaced.append(statement)
        return spaced

    def _expression(self, text: str) -> Any:
        return cst.parse_expression(self._own_line_ends(text), config=self.module.config_for_parsing)

    def _statements(self, text: str) -> list[Any]:
        parsed = cst.parse_module(self._own_line_ends(text), config=self.module.config_for_parsing)
        body: list[Any] = list(parsed.body)
        if body and parsed.header:
            body[0] = body[0].with_changes(leading_lines=[*parsed.header, *body[0].leading_lines])
        return body

    def _own_line_ends(self, text: str) -> str:
        return text.replace("\n", self.module.default_newline)


def _turn(edit: Edit) -> int:
    """The statement itself first, then what goes around it."""
    return -1 if isinstance(edit, ReplaceStatement) else edit.rank if isinstance(edit, InsertBefore) else 0


def _with_leading(piece: Any, leading: list[cst.EmptyLine]) -> Any:
    """The comments and empty lines before the old statement go before the first of the new ones."""
    blank, comments = _split_blank(list(piece.leading_lines))
    return piece.with_changes(leading_lines=[*(leading or blank), *comments])


def _with_comment(statements: list[Any], comment: cst.Comment | None) -> list[Any]:
    """The comment behind the old statement: behind a new one, or on a line of its own before what is longer."""
    if comment is None or not statements:
        return statements
    first = statements[0]
    if len(statements) == 1 and isinstance(first, cst.SimpleStatementLine):
        trailing = cst.TrailingWhitespace(cst.SimpleWhitespace("  "), comment)
        return [first.with_changes(trailing_whitespace=trailing)]
    own_line = cst.EmptyLine(comment=comment)
    return [first.with_changes(leading_lines=[*first.leading_lines, own_line]), *statements[1:]]


def _split_blank(lines: list[cst.EmptyLine]) -> tuple[list[cst.EmptyLine], list[cst.EmptyLine]]:
    blank = 0
    while blank < len(lines) and lines[blank].comment is None:
        blank += 1
    return lines[:blank], lines[blank:]


def _add_argument(call: cst.Call, name: str, value: Any) -> cst.Call:
    argument = cst.Arg(
        keyword=cst.Name(name),
        value=value,
        equal=cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace("")),
    )
    if not call.args:
        return call.with_changes(args=[argument])
    args, argument = _joined(list(call.args), argument)
    return call.with_changes(args=[*args, argument])


def _add_entry(display: cst.Dict, key: Any, value: Any) -> cst.Dict:
    entry = cst.DictElement(key, value)
    if not display.elements:
        return display.with_changes(elements=[entry])
    elements, entry = _joined(list(display.elements), entry)
    return display.with_changes(elements=[*elements, entry])


def _joined(items: list[Any], new: Any) -> tuple[list[Any], Any]:
    """Put a comma between the last item and the new one, laid out as the items before."""
    last = items[-1]
    trailing = last.comma if isinstance(last.comma, cst.Comma) else None
    between = next((item.comma for item in items[:-1] if isinstance(item.comma, cst.Comma)), None)
    if trailing is not None:
        # The last comma holds the way to the closing bracket, comments included; it moves behind the new item.
        whitespace = between.whitespace_after if between is not None else _same_line_or_next(trailing)
        if _comment_of(trailing) is not None:
            # A comment behind the last item stays with that item.
            items[-1] = last.with_changes(
                comma=trailing.with_changes(whitespace_after=_next_line(trailing, between))
            )
            return items, new.with_changes(comma=_closing(trailing))
        items[-1] = last.with_changes(comma=cst.Comma(whitespace_after=whitespace))
        return items, new.with_changes(comma=trailing)
    separator = cst.Comma(whitespace_after=between.whitespace_after if between else cst.SimpleWhitespace(" "))
    moved = last.with_changes(comma=separator)
    if isinstance(last, cst.Arg):
        new = new.with_changes(whitespace_after_arg=last.whitespace_after_arg)
        moved = moved.with_changes(whitespace_after_arg=cst.SimpleWhitespace(""))
    items[-1] = moved
    return items, new


def _same_line_or_next(comma: cst.Comma) -> Any:
    """The whitespace for between two items, where the only comma there is comes before the closing bracket."""
    after = comma.whitespace_after
    if isinstance(after, cst.ParenthesizedWhitespace):
        return after.with_changes(
            first_line=cst.TrailingWhitespace(),
            empty_lines=[],
            last_line=cst.SimpleWhitespace(after.last_line.value + "    "),
        )
    return cst.SimpleWhitespace(" ")


def _comment_of(comma: cst.Comma) -> cst.Comment | None:
    after = comma.whitespace_after
    return after.first_line.comment if isinstance(after, cst.ParenthesizedWhitespace) else None


def _next_line(trailing: cst.Comma, between: cst.Comma | None) -> Any:
    after = trailing.whitespace_after
    indent = between.whitespace_after if between is not None else _same_line_or_next(trailing)
    last_line = (
        indent.last_line if isinstance(indent, cst.ParenthesizedWhitespace) else cst.SimpleWhitespace("    ")
    )
    assert isinstance(after, cst.ParenthesizedWhitespace)
    return after.with_changes(last_line=last_line)


def _closing(trailing: cst.Comma) -> cst.Comma:
    after = trailing.whitespace_after
    assert isinstance(after, cst.ParenthesizedWhitespace)
    return trailing.with_changes(
        whitespace_after=after.with_changes(first_line=cst.TrailingWhitespace(), empty_lines=[])
    )
