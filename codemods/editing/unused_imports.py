"""Which imports a file reads no more once it is edited."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from ..analysis.syntax.source_module import (
    FUNCTIONS,
    Module,
    Span,
    nodes_in,
)
from ..analysis.syntax.wrapped_loads import WrappedLoad
from ..analysis.uses.index import Index
from .edits import (
    AddArgument,
    AddElement,
    AddEntry,
    DropArgument,
    DropEntry,
    Edit,
    HandFirst,
    PrependArgument,
    ReplaceAround,
    ReplaceExpression,
    ReplaceInString,
    ReplaceStatement,
    Unstar,
)
from .facade_names import facade_imports
from .legacy_imports import LegacyAlias

_WORD = re.compile(r"\w+")
_PLACEHOLDERS = frozenset({"missing_fact", "missing_row"})
"""What an earlier migration imported where the legacy import stood, which may be guarded."""


@dataclass(frozen=True)
class Reads:
    """The names that a file reads, and the strings in it that may name one."""

    names: frozenset[str]
    texts: frozenset[str]


def read_after(module: Module, edits: Iterable[Edit], within: ast.AST | None = None) -> Reads:
    """What a file, or a function of it, reads once it is edited."""
    inside = frozenset(nodes_in(within)) if isinstance(within, ast.stmt) else None
    if isinstance(within, ast.stmt):
        own = module.span(within)
        edits = [edit for edit in edits if own <= edit.span and _end(edit.span) <= _end(own)]
    replaced: list[Span] = []
    new: list[ast.AST] = []
    for edit in edits:
        if isinstance(edit, (ReplaceExpression, ReplaceStatement)):
            replaced.append(edit.span)
        new += new_nodes(edit)
    nodes_before = (node for node in module.nodes if inside is None or node in inside)
    decorated = _decorated(module)
    kept = (node for node in nodes_before if not _is_within(module, node, replaced, decorated))
    nodes = [*kept, *new]
    return Reads(
        frozenset(
            node.id for node in nodes if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Del)
        ),
        frozenset(
            node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)
        ),
    )


def _end(span: Span) -> tuple[int, int]:
    return span.end_line, span.end_column


def new_nodes(edit: Edit) -> list[ast.AST]:
    """The nodes of what an edit writes."""
    return [node for text in _new_texts(edit) for node in nodes_in(ast.parse(text.strip()))]


def _new_texts(edit: Edit) -> list[str]:
    match edit:
        case AddEntry():
            return [edit.key, edit.value]
        case AddArgument() | AddElement() | PrependArgument():
            return [edit.value]
        case HandFirst():
            return [edit.name, edit.value.replace("{}", "_")]
        case ReplaceAround():
            return [edit.text.replace("{}", "_")]
        case Unstar() | ReplaceInString() | DropArgument() | DropEntry():
            return []
    return [edit.text]


def _is_within(
    module: Module, node: ast.AST, spans: Iterable[Span], decorated: Mapping[ast.AST, ast.stmt]
) -> bool:
    if not isinstance(node, (ast.Name, ast.Constant)):
        return False
    # The span of a function begins at its `def`; what decorates it goes with it.
    function = decorated.get(node)
    owns = [node, function] if function is not None else [node]
    return any(_is_inside(module, own, spans) for own in owns)


def _is_inside(module: Module, node: ast.expr | ast.stmt, spans: Iterable[Span]) -> bool:
    # Most nodes stand on other lines, and columns take their time.
    last = node.end_lineno or node.lineno
    near = [span for span in spans if span.line <= node.lineno and last <= span.end_line]
    own = module.span(node) if near else None
    return own is not None and any(
        (span.line, span.column) <= (own.line, own.column)
        and (own.end_line, own.end_column) <= (span.end_line, span.end_column)
        for span in near
    )


def _decorated(module: Module) -> dict[ast.AST, ast.stmt]:
    """The function or class that each node in a decorator decorates."""
    return {
        node: statement
        for statement in module.of(*FUNCTIONS, ast.ClassDef)
        for decorator in statement.decorator_list
        for node in nodes_in(decorator)
    }


def newly_unused(index: Index, module: Module, edits: Sequence[Edit]) -> list[LegacyAlias]:
    """Imports that the file, or the function that they stand in, read before it was edited and reads no more."""
    found = _unused_at_top(index, module, edits)
    for function in module.of(*FUNCTIONS):
        imports = [node for node in function.body if isinstance(node, (ast.Import, ast.ImportFrom))]
        if imports:
            before = frozenset(node.id for node in nodes_in(function) if isinstance(node, ast.Name))
            found += _unused(module, imports, before, read_after(module, edits, function))
    return found


def _unused_at_top(index: Index, module: Module, edits: Sequence[Edit]) -> list[LegacyAlias]:
    after = read_after(module, edits)
    gone, staying = _of_wrappers(module, edits)
    after = Reads(after.names | staying, after.texts)
    before = {node.id for node in module.of(ast.Name)} | gone
    imports = [node for node in module.tree.body if isinstance(node, (ast.Import, ast.ImportFrom))]
    found = _unused(module, imports, before - _handed_out(index, module), after)
    guarded = [node for node in facade_imports(module.nodes) if node not in imports]
    own = _unused(module, guarded, before & _PLACEHOLDERS, after)
    return [*found, *(alias for alias in own if not isinstance(module.scope_of(alias.node), FUNCTIONS))]


def _of_wrappers(module: Module, edits: Iterable[Edit]) -> tuple[frozenset[str], frozenset[str]]:
    """The names that functions read which hand on to the loader, and are not in the tree: of those that go, and of others."""
    removed = {edit.span for edit in edits if isinstance(edit, ReplaceStatement)}
    found: dict[bool, set[str]] = {True: set(), False: set()}
    for call in module.of(ast.Call):
        if isinstance(call, WrappedLoad):
            names = {node.id for node in ast.walk(call.wrapper) if isinstance(node, ast.Name)}
            found[module.span(call.wrapper) in removed] |= names
    return frozenset(found[True]), frozenset(found[False])


def _unused(
    module: Module,
    imports: Iterable[ast.Import | ast.ImportFrom],
    before: AbstractSet[str],
    after: Reads,
) -> list[LegacyAlias]:
    spoken_of = {word for text in after.texts for word in _WORD.findall(text)}
    found: list[LegacyAlias] = []
    for node in imports:
        for alias in node.names:
            bound = alias.asname or alias.name.split(".")[0]
            if bound in before - after.names - spoken_of:
                found.append(LegacyAlias(module, node, alias, bound, False, False))
    return found


def _handed_out(index: Index, module: Module) -> frozenset[str]:
    """The names of a file that other files import from it; with ``import *``, those that it says it exports, or they read."""
    imported = index.imported_names.get(module.path, frozenset())
    if "*" not in imported:
        return imported
    for node in module.tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else []
        if any(isinstance(target, ast.Name) and target.id == "__all__" for target in targets):
            exported = {inner.value for inner in ast.walk(node) if isinstance(inner, ast.Constant)}
            return imported | {name for name in exported if isinstance(name, str)}
    return imported | index.read_through_stars(module)
