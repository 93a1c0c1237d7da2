"""Carry out edits on a file with LibCST, so that every byte outside of them stays.

This module and those that it imports alone import LibCST, and are themselves imported only once a file must change:
importing and parsing with LibCST cost more than all the rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import libcst as cst

from ..analysis.syntax.source_module import Span, split_lines
from .arguments import (
    add_argument,
    add_element,
    add_entry,
    drop_argument,
    drop_entry,
    prepend_argument,
)
from .around_statements import is_import, split_comments, with_comment, with_leading, without_indent
from .edit_targets import NotApplied, find_targets, is_statement, touched_statements
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
from .excerpts import Lines, excerpts
from .in_strings import quoted_for, replaced_in_string
from .kept_comments import NOTHING_KEPT, Kept, homes_of, lost_comments, on_first_line, split_blank
from .printing import printed, text_of
from .removed import heirs_of_comments, heirs_of_space, is_removed

_DEFINITIONS = (cst.FunctionDef, cst.ClassDef)
_BLOCKS = frozenset({cst.Module, cst.IndentedBlock})
_ALWAYS_CHANGED = _BLOCKS | {cst.FormattedString, cst.SimpleStatementLine, cst.SimpleStatementSuite}
_STATEMENT_EDITS = (ReplaceStatement, InsertBefore, InsertAfter)


def apply_edits(text: str, statements: Sequence[Lines], edits: Sequence[Edit], indent: str) -> str:
    """The text with all edits carried out. Raises ``NotApplied``.

    ``statements`` says where the statements at the top level of ``text`` stand, ``indent`` how new blocks are indented.
    """
    lines = split_lines(text)
    newline = _newline_of(lines)
    done: list[str] = []
    reached = 0
    for excerpt in excerpts(statements, edits):
        last = len(lines) if excerpt.last is None else excerpt.last
        done += lines[reached : excerpt.first - 1]
        own = [replace(edit, span=_moved(edit.span, excerpt.first - 1)) for edit in excerpt.edits]
        done.append(_apply("".join(lines[excerpt.first - 1 : last]), newline, indent, own))
        reached = last
    return "".join([*done, *lines[reached:]])


def _apply(text: str, newline: str, indent: str, edits: Sequence[Edit]) -> str:
    module = _with_comments_of_first(
        cst.parse_module(text, config=cst.PartialParserConfig(default_newline=newline))
    )
    # LibCST takes the indentation of the blocks in it, of which an excerpt may have none.
    module, own_module = module.with_changes(default_indent=indent), module
    same, positions = printed(module)
    if same != text:
        module = own_module
        same, positions = printed(module)
    if same != text:
        raise NotApplied("LibCST does not give this file back as it was")
    targets = find_targets(positions, edits)
    blocks = [node for node in positions if type(node) in _BLOCKS]
    touched = touched_statements(positions, edits)
    space, comments = heirs_of_space(module, targets), heirs_of_comments(blocks, targets)

    def change(kept: Mapping[cst.CSTNode, Kept]) -> cst.Module:
        changer = _Changer(targets, touched, space, comments, kept, module)
        changed = module.visit(changer)
        left = [edit for edit in edits if edit not in changer.done]
        if left:
            raise NotApplied(f"these edits overlap with others: {left}")
        return changed

    changed = change({})
    lost = lost_comments(module, changed, positions, edits) if "#" in text else []
    return text_of(change(homes_of(lost, blocks, positions, targets)) if lost else changed)


def _with_comments_of_first(module: cst.Module) -> cst.Module:
    """The module, with the comments directly above a definition at its top as that's own, and not the module's."""
    above, own = split_comments(list(module.header))
    first = module.body[0] if module.body else None
    if not above or not own or not isinstance(first, _DEFINITIONS):
        return module
    first = first.with_changes(leading_lines=[*own, *first.leading_lines])
    return module.with_changes(header=above, body=[first, *module.body[1:]])


def _newline_of(lines: Sequence[str]) -> str:
    """The line end of the first line, as LibCST takes it for the whole file."""
    first = lines[0] if lines else ""
    return next((end for end in ("\r\n", "\n", "\r") if first.endswith(end)), "\n")


def _moved(span: Span, lines: int) -> Span:
    return replace(span, line=span.line - lines, end_line=span.end_line - lines)


@dataclass(frozen=True, eq=False)
class _Piece:
    """A statement where one stood."""

    node: Any
    is_new: bool
    """Whether it was not there before."""
    is_inserted: bool = False
    """Whether it stands beside the one that was there, and not for it."""
    is_apart: bool = False
    """Whether an empty line is wanted behind it, before whatever comes to stand there."""


class _Changer(cst.CSTTransformer):
    def __init__(
        self,
        targets: dict[cst.CSTNode, list[Edit]],
        touched: set[cst.CSTNode],
        heirs: set[cst.CSTNode],
        comments: Mapping[cst.CSTNode, Sequence[cst.EmptyLine]],
        kept: Mapping[cst.CSTNode, Kept],
        module: cst.Module,
    ) -> None:
        super().__init__()
        self.targets = targets
        self.heirs = heirs
        self.comments = comments
        self.kept = kept
        self.module = module
        self.parsing = module.config_for_parsing
        self.touched = touched
        self.done: set[Edit] = set()
        self.strings: list[cst.FormattedString] = []
        """The f-strings around the node that is looked at."""
        self.fresh: dict[int, Any] = {}
        """New functions and classes by identity; holding them keeps the identities apart."""
        self.apart: list[Any] = []
        """New statements behind which an empty line is wanted, before whatever comes to stand there."""
        self.concerned = {id(node) for nodes in (targets, heirs, comments, kept) for node in nodes}
        """The nodes that something is to be done with, by identity: LibCST takes its time to hash one."""

    def on_visit(self, node: cst.CSTNode) -> bool:
        if isinstance(node, cst.FormattedString):
            self.strings.append(node)
        # Most statements of a file have nothing to change in them, and walking through them is what takes the time.
        return not is_statement(node) or node in self.touched

    def on_leave(self, original_node: Any, updated_node: Any) -> Any:
        if id(original_node) not in self.concerned and type(original_node) not in _ALWAYS_CHANGED:
            return updated_node
        if isinstance(original_node, cst.FormattedString):
            self.strings.pop()
        inherited = self.comments.get(original_node, ())
        kept = self.kept.get(original_node, NOTHING_KEPT)
        if isinstance(original_node, (cst.Module, cst.IndentedBlock)):
            if inherited or kept.above:
                footer = [*inherited, *kept.above, *updated_node.footer]
                updated_node = updated_node.with_changes(footer=footer)
        elif inherited or kept.above:
            lines = [*inherited, *updated_node.leading_lines, *kept.above]
            updated_node = updated_node.with_changes(leading_lines=lines)
        if original_node in self.heirs:
            space = cst.EmptyLine(indent=False)
            updated_node = updated_node.with_changes(leading_lines=[space, *updated_node.leading_lines])
        if isinstance(original_node, (cst.Module, cst.IndentedBlock)):
            return self._leave_block(original_node, updated_node)
        if isinstance(original_node, cst.SimpleStatementLine):
            return self._leave_line(original_node, updated_node)
        if isinstance(original_node, cst.SimpleStatementSuite):
            return self._leave_suite(original_node, updated_node)
        edits = self.targets.get(original_node, ())
        statement_edits = [edit for edit in edits if isinstance(edit, _STATEMENT_EDITS)]
        # The last argument goes first, so that the places of the others stay; new ones come when all are gone.
        for edit in sorted(
            edits, key=lambda edit: -edit.place if isinstance(edit, (DropArgument, DropEntry)) else 1
        ):
            if edit not in statement_edits:
                updated_node = self._change(quoted_for(edit, self.strings), updated_node)
                self.done.add(edit)
        if statement_edits and isinstance(original_node, cst.BaseCompoundStatement):
            return self._leave_compound(original_node, updated_node, statement_edits)
        if kept.directives and isinstance(original_node, cst.BaseCompoundStatement):
            return on_first_line(self.module, updated_node, kept.directives)
        return updated_node

    def _change(self, edit: Edit, node: Any) -> Any:
        match edit:
            case ReplaceExpression():
                new = self._expression(edit.text)
                if isinstance(node, cst.BaseExpression) and node.lpar and not new.lpar:
                    new = new.with_changes(lpar=node.lpar, rpar=node.rpar)
                return new
            case ReplaceInString():
                return replaced_in_string(edit, node, self.module, self._expression)
            case Unstar():
                return (
                    cst.Element(value=node.value, comma=node.comma)
                    if isinstance(node, cst.StarredElement)
                    else (node.with_changes(star="", whitespace_after_star=cst.SimpleWhitespace("")))
                )
            case ReplaceAround():
                return self._around_owner(edit.text, node)
            case DropArgument():
                return drop_argument(node, edit.place)
            case DropEntry():
                return drop_entry(node, edit.place)
            case PrependArgument():
                return prepend_argument(node, self._expression(edit.value))
            case HandFirst():
                called = node.with_changes(func=self._expression(edit.name))
                return prepend_argument(called, self._around_owner(edit.value, node.func))
            case AddArgument():
                return add_argument(node, edit.name, self._expression(edit.value), edit.comment)
            case AddElement():
                return add_element(node, self._expression(edit.value))
            case AddEntry():
                return add_entry(node, self._expression(edit.key), self._expression(edit.value))
        raise AssertionError(edit)

    def _around_owner(self, text: str, attribute: cst.Attribute | cst.Call) -> Any:
        # `getattr(x, "name")` is an attribute of its first argument.
        owner = attribute.args[0].value if isinstance(attribute, cst.Call) else attribute.value
        return self._expression(text.replace("{}", self.module.code_for_node(owner)))

    def _leave_line(self, original: cst.SimpleStatementLine, updated: cst.SimpleStatementLine) -> Any:
        directives = self.kept.get(original, NOTHING_KEPT).directives
        if not directives and not any(statement in self.targets for statement in original.body):
            return updated
        pieces = self._pieces(original, updated)
        return self._placed(self._for_tools(original, pieces), list(updated.leading_lines))

    def _for_tools(self, original: Any, pieces: list[_Piece]) -> list[_Piece]:
        """The statements, with what spoke to a tool inside of the old one on the first line of what replaces it."""
        directives = self.kept.get(original, NOTHING_KEPT).directives
        at = next((at for at, piece in enumerate(pieces) if not piece.is_inserted), None)
        if not directives or at is None:
            return pieces
        told = on_first_line(self.module, pieces[at].node, directives)
        return [*pieces[:at], replace(pieces[at], node=told), *pieces[at + 1 :]]

    def _leave_suite(self, original: cst.SimpleStatementSuite, updated: cst.SimpleStatementSuite) -> Any:
        """``else: run()``: several statements need a block of their own."""
        if not any(statement in self.targets for statement in original.body):
            return updated
        return cst.IndentedBlock(body=[piece.node for piece in self._pieces(original, updated)])

    def _pieces(self, original: Any, updated: Any) -> list[_Piece]:
        pieces: list[_Piece] = []
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

    def _leave_compound(self, original: Any, updated: Any, edits: Sequence[Edit]) -> Any:
        bare = updated.with_changes(leading_lines=[])
        pieces = self._around(bare, edits, None)
        return self._placed(self._for_tools(original, pieces), list(updated.leading_lines))

    def _around(self, line: Any, edits: Sequence[Edit], comment: cst.Comment | None) -> list[_Piece]:
        before: list[Any] = []
        middle: list[Any] = [line]
        behind: list[Any] = []
        is_new = is_apart = False
        for edit in sorted(edits, key=_turn):
            if isinstance(edit, InsertBefore):
                before += self._statements(edit.text)
                if edit.blank and middle:
                    spaces = 2 if isinstance(middle[0], _DEFINITIONS) else 1
                    space = [cst.EmptyLine(indent=False)] * spaces
                    middle[0] = middle[0].with_changes(leading_lines=space)
                is_apart = edit.blank and not middle
            elif isinstance(edit, InsertAfter):
                behind += self._statements(edit.text)
            elif isinstance(edit, ReplaceStatement):
                middle, is_new = with_comment(self._statements(edit.text), comment), True
            self.done.add(edit)
        return [
            *(
                _Piece(node, True, is_inserted=True, is_apart=is_apart and node is before[-1])
                for node in before
            ),
            *(_Piece(node, is_new) for node in middle),
            *(_Piece(node, True, is_inserted=True) for node in behind),
        ]

    def _placed(self, pieces: list[_Piece], leading: list[cst.EmptyLine]) -> Any:
        """The statements that stand where one stood, with what stood before it."""
        if not pieces:
            return cst.RemoveFromParent()
        nodes = [piece.node for piece in pieces]
        above, own = split_comments(leading)
        # What is inserted goes above the comments of the statement; an import, below the heading of its block.
        own_place = next((at for at, piece in enumerate(pieces) if not piece.is_inserted), 0)
        is_heading = above and is_import(nodes[0]) and not isinstance(nodes[own_place], _DEFINITIONS)
        at = 0 if is_heading else own_place
        if at:
            nodes[0] = with_leading(nodes[0], above)
            nodes[at] = nodes[at].with_changes(leading_lines=[*nodes[at].leading_lines, *own])
        else:
            nodes[0] = with_leading(nodes[0], leading)
        for node, piece in zip(nodes, pieces, strict=True):
            if piece.is_new and isinstance(node, cst.BaseCompoundStatement):
                self.fresh[id(node)] = node
            if piece.is_apart:
                self.apart.append(node)
        return cst.FlattenSentinel(nodes)

    def _leave_block(self, original: Any, updated: Any) -> Any:
        body = list(updated.body)
        gone = (
            len(body) > 0 and original.body[0] is not body[0] and is_removed(original.body[0], self.targets)
        )
        if gone and isinstance(original, cst.IndentedBlock):
            # What separated the first statement from the second separates nothing any more.
            _, rest = split_blank(list(body[0].leading_lines))
            body[0] = body[0].with_changes(leading_lines=rest)
            return updated.with_changes(body=body)
        if not self.fresh and not self.apart:
            return updated
        return updated.with_changes(body=self._spaced(body, 2 if isinstance(original, cst.Module) else 1))

    def _spaced(self, body: Sequence[Any], lines: int) -> list[Any]:
        """Empty lines around new functions and classes, as many as formatters want."""
        spaced: list[Any] = []
        for place, statement in enumerate(body):
            after_new = place > 0 and id(body[place - 1]) in self.fresh
            is_new = id(statement) in self.fresh
            is_apart = place > 0 and any(body[place - 1] is one for one in self.apart)
            if place > 0 and (after_new or is_new or is_apart):
                blank, rest = split_blank(list(statement.leading_lines))
                is_defined = is_new and isinstance(statement, _DEFINITIONS)
                if is_new and isinstance(statement, cst.If):  # whatever stood there before it
                    is_defined = not is_import(body[place - 1])
                    blank = blank if is_defined else blank[:1]
                missing = (lines if after_new or is_defined else 1) - len(blank)
                added = [cst.EmptyLine(indent=False)] * max(0, missing)
                statement = statement.with_changes(leading_lines=[*added, *blank, *rest])
            spaced.append(statement)
        return spaced

    def _expression(self, text: str) -> Any:
        return cst.parse_expression(self._own_line_ends(text), config=self.parsing)

    def _statements(self, text: str) -> list[Any]:
        parsed = cst.parse_module(self._own_line_ends(text), config=self.parsing)
        body: list[Any] = list(parsed.body)
        if body and parsed.header:
            body[0] = body[0].with_changes(leading_lines=[*parsed.header, *body[0].leading_lines])
        return [without_indent(statement) for statement in body]

    def _own_line_ends(self, text: str) -> str:
        return text.replace("\n", self.module.default_newline)


def _turn(edit: Edit) -> tuple[bool, int]:
    """The statement itself first, then what goes around it."""
    return not isinstance(edit, ReplaceStatement), edit.rank if isinstance(edit, InsertBefore) else 0
