"""Where new imports go: to the top of the file, or where lazy, guarded and type-checking imports of legacy names stood."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ..analysis.syntax.scopes import Imported, Names
from ..analysis.syntax.source_module import FUNCTIONS, Module, Span
from ..analysis.syntax.type_checking import names_type_checking
from .edits import Edit, Import, InsertAfter, InsertBefore
from .import_order import OF_LEGACY, new_statements
from .style import Style
from .unused_imports import new_nodes

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, eq=False)
class Placed:
    """The imports that go to the top of a file, and those that stand where a legacy import stood."""

    at_top: tuple[Import, ...]
    in_place: Mapping[ast.stmt, tuple[Import, ...]]
    edits: tuple[Edit, ...]
    """The edits; new functions have the imports that no other part of the file has at its top."""


def placed(
    module: Module,
    names: Names,
    gone: Iterable[ast.stmt],
    imports: Sequence[Import],
    edits: Iterable[Edit],
    style: Style,
) -> Placed:
    """Place ``imports``, which ``edits`` need, in a file whose statements ``gone`` lose legacy names."""
    gone = sorted(gone, key=lambda statement: statement.lineno)
    edits = tuple(edits)
    nested = _first_of_blocks(module, gone)
    if not nested:
        return Placed(tuple(imports), {}, edits)
    homes = _Homes(module, names, nested, any(module.parent(one) is module.tree for one in gone))
    reading = [(edit, _names_read(edit)) for edit in edits]
    at_top: list[Import] = []
    in_place: dict[ast.stmt, list[Import]] = defaultdict(list)
    for new in imports:
        readers = [edit for edit, read in reading if new.bound_name.split(".")[0] in read]
        found = [homes.of(edit) for edit in readers] if new.module.split(".")[0] in OF_LEGACY else []
        helpers = [edit for edit, those in zip(readers, found, strict=False) if not those]
        if helpers and not homes.has_one_at_top and all(map(_is_function, helpers)):
            edits = tuple(_importing_inside(edit, new, style) if edit in helpers else edit for edit in edits)
            reading = [(edit, _names_read(edit)) for edit in edits]
        elif not found or helpers:
            at_top.append(new)
        for statement in dict.fromkeys(one for those in found for one in those):
            is_needed = not (new in at_top and is_type_checking(module, statement))
            if is_needed and new not in in_place[statement]:
                in_place[statement].append(new)
    return Placed(tuple(at_top), {statement: tuple(new) for statement, new in in_place.items()}, edits)


def _is_function(edit: Edit) -> bool:
    """Whether an edit adds a function, which alone reads what it reads."""
    body = ast.parse(edit.text).body if isinstance(edit, InsertBefore) else []
    return len(body) == 1 and isinstance(body[0], FUNCTIONS) and not body[0].decorator_list


def _importing_inside(edit: Edit, new: Import, style: Style) -> Edit:
    assert isinstance(edit, InsertBefore)
    (function,) = ast.parse(edit.text).body
    assert isinstance(function, FUNCTIONS)
    lines = edit.text.splitlines(keepends=True)
    at = function.body[0].lineno - 1
    (text,) = [text for _, text in new_statements([new], style, lambda _: False)]
    lines.insert(at, f"{style.indent}{text}\n\n")
    return replace(edit, text="".join(lines))


def is_type_checking(module: Module, statement: ast.stmt) -> bool:
    """Whether a statement is for type checkers alone."""
    above = module.parent(statement)
    return isinstance(above, ast.If) and names_type_checking(above)


def _first_of_blocks(module: Module, gone: Sequence[ast.stmt]) -> list[ast.stmt]:
    """The first of the statements in each block that is not the top level of the file."""
    found: dict[tuple[ast.AST | None, str], ast.stmt] = {}
    for statement in gone:
        above = module.parent(statement)
        block = next(
            (
                name
                for name in ("body", "orelse", "finalbody")
                if statement in (getattr(above, name, None) or ())
            ),
            "",
        )
        if above is not module.tree:
            found.setdefault((above, block), statement)
    return list(found.values())


@dataclass(frozen=True, eq=False)
class _Homes:
    module: Module
    names: Names
    nested: Sequence[ast.stmt]
    has_one_at_top: bool

    def of(self, edit: Edit) -> tuple[ast.stmt, ...]:
        """The nested imports that what an edit writes can rest on; none where it needs one at the top."""
        span = edit.span
        origins = tuple(dict.fromkeys(self._origins(span)))
        if origins and not isinstance(edit, (InsertBefore, InsertAfter)):
            return origins
        for scope in self._scopes(span):
            here = tuple(one for one in self.nested if self.module.scope_of(one) is scope)
            if scope is not self.module.tree and here:
                return here
        if self.has_one_at_top:
            return ()
        return tuple(
            one
            for one in self.nested
            if self.module.scope_of(one) is self.module.tree and not is_type_checking(self.module, one)
        )

    def _origins(self, span: Span) -> Iterator[ast.stmt]:
        """The nested imports that brought what is read at ``span`` today."""
        for node in self.module.nodes:
            if not isinstance(node, (ast.Name, ast.Constant)) or not _is_within(self.module.span(node), span):
                continue
            if isinstance(node, ast.Name):
                words = [node.id]
            else:
                words = _WORD.findall(node.value) if isinstance(node.value, str) else []
            for word in words:
                for binding in self.names.lookup(self.module, word, node):
                    if isinstance(binding, Imported):
                        yield from (one for one in self.nested if self._share_a_block(one, binding.node))

    def _share_a_block(self, one: ast.stmt, other: ast.stmt) -> bool:
        above = self.module.parent(one)
        if above is not self.module.parent(other):
            return False
        blocks = (getattr(above, name, None) or () for name in ("body", "orelse", "finalbody"))
        return any(one in block and other in block for block in blocks)

    def _scopes(self, span: Span) -> Iterator[ast.AST]:
        """The functions around ``span``, the innermost first, and the module."""
        around = [
            node
            for node in self.module.nodes
            if isinstance(node, FUNCTIONS) and _is_within(span, _body_of(self.module, node))
        ]
        yield from reversed(around)
        yield self.module.tree


def _body_of(module: Module, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Span:
    first, last = module.span(node.body[0]), module.span(node.body[-1])
    return Span(first.line, first.column, last.end_line, last.end_column)


def _is_within(inner: Span, outer: Span) -> bool:
    starts = (outer.line, outer.column) <= (inner.line, inner.column)
    return starts and (inner.end_line, inner.end_column) <= (outer.end_line, outer.end_column)


def _names_read(edit: Edit) -> frozenset[str]:
    found: set[str] = set()
    for node in new_nodes(edit):
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found |= set(_WORD.findall(node.value))
    return frozenset(found)
