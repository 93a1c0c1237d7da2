"""Change the imports of a file: take legacy names out, send others to the facade, add what new code needs.

New names are merged into the user's statements, and new statements stand where the user's order would have them.
"""

from __future__ import annotations

import ast
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..analysis.syntax.scopes import Imported, Table, collect_names
from ..analysis.syntax.source_module import Module
from ..analysis.syntax.type_checking import names_type_checking
from . import render
from .deleted_imports import without_deleted
from .edits import Edit, Import, InsertBefore, ReplaceStatement
from .facade_names import FACADE, facade_imports
from .import_order import OF_LEGACY, Additions, is_sorted, member_key, new_statements
from .legacy_imports import LegacyAlias
from .render import Field
from .style import Style, is_directive


@dataclass(frozen=True, eq=False)
class ImportChanges:
    """What must become of the imports of one file."""

    drop: frozenset[LegacyAlias]
    to_facade: frozenset[LegacyAlias]
    to_v2: Mapping[LegacyAlias, Import]
    """Names of previews of v2, and what imports them from v2."""
    add: tuple[Import, ...]
    """What goes to the top of the file."""
    in_place: Mapping[ast.stmt, tuple[Import, ...]]
    """What stands where a lazy or guarded import stood."""
    used_from: int = sys.maxsize
    """The first line that what is edited may use a new name on: it is imported above."""


def import_edits(
    module: Module, changes: ImportChanges, style: Style, is_own: Callable[[str], bool]
) -> list[Edit]:
    """The edits that carry the changes out. ``is_own`` says whether an absolute import is of the user's own code."""
    gone: dict[ast.stmt, set[ast.alias]] = defaultdict(set)
    for alias in [*changes.drop, *changes.to_facade, *changes.to_v2]:
        gone[alias.node].add(alias.alias)
    at_top = [*changes.add]
    nested: dict[ast.stmt, list[Import]] = defaultdict(list)
    for statement, imports in changes.in_place.items():
        nested[statement] += imports
    names = collect_names(module)
    own = names.tables.get(module.tree, {})
    moved = [(alias, _facade_import(alias)) for alias in changes.to_facade]
    for alias, new in sorted([*moved, *changes.to_v2.items()], key=lambda pair: pair[0].position):
        is_free = module.parent(alias.node) is module.tree and not _bound_above(alias, own)
        (at_top if is_free else nested[alias.node]).append(new)
    for statement in [one for one, imports in nested.items() if imports]:
        # In a block, those of one place are written together, in one order whenever they came.
        for other in _beside_in_block(module, statement, style):
            kept = [alias for alias in other.names if alias not in gone[other]]
            source = other.module or ""
            nested[statement] += [Import(source, alias.name, alias.asname or "") for alias in kept]
            gone[other] |= {*other.names}
    legacy: set[ast.stmt] = {
        alias.node for alias in (*changes.drop, *changes.to_facade, *changes.to_v2) if alias.is_legacy
    }
    legacy |= {*facade_imports(module.tree.body)}
    anchor = min((node for node in legacy if module.parent(node) is module.tree), key=_line, default=None)
    additions = Additions(module, style, is_own, _first_use(module, changes), anchor)
    statements = new_statements(at_top, style, additions.merge)
    edits: list[Edit] = []
    beside: dict[ast.stmt, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    replaced = dict.fromkeys([*gone, *changes.in_place, *additions.merged])
    for new, text in statements:
        insertion = additions.insertion(new, text)
        neighbour = additions.neighbour(insertion)
        if neighbour in replaced and not (isinstance(insertion, InsertBefore) and insertion.blank):
            # The statement beside it is written anew: the two are written together.
            side = 0 if isinstance(insertion, InsertBefore) else 1
            beside[neighbour][side].append(insertion.text.removesuffix("\n") if side else text)
        else:
            edits.append(insertion)
    texts: dict[ast.stmt, list[str]] = {}
    for statement in replaced:
        assert isinstance(statement, (ast.Import, ast.ImportFrom))
        told, text = _statement_text(
            module, statement, gone[statement], additions.merged.get(statement, ()), style
        )
        before, behind = beside[statement]
        inside = [text for _, text in new_statements(nested[statement], style, lambda _: False)]
        lines = [*before, *([text] if text else []), *inside, *behind]
        at = next((at for at, line in enumerate(lines) if _is_of_legacy(line)), 0)
        lines[at:at] = told
        texts[statement] = (
            lines if len(lines) > len(told) else [*told, *_comment_behind(module, statement, style)]
        )
    return [*edits, *_replacing(module, texts), *without_deleted(module, names, changes.drop)]


def _bound_above(alias: LegacyAlias, own: Table) -> bool:
    """Whether code above the import binds its name: the import takes that one's place, and stays below it."""
    return any(
        getattr(binding.where, "lineno", sys.maxsize) < alias.node.lineno
        and not (isinstance(binding, Imported) and binding.module.split(".")[0] in OF_LEGACY)
        for binding in own.get(alias.bound, ())
    )


def _beside_in_block(module: Module, statement: ast.stmt, style: Style) -> list[ast.ImportFrom]:
    """The imports of dagster_dbt and the facade that stand together with one, and say nothing else; and that one."""
    above = module.parent(statement)
    blocks = (getattr(above, name, None) or [] for name in ("body", "orelse", "finalbody", "handlers"))
    block = next((found for found in blocks if statement in found), [statement])
    first = last = block.index(statement)
    while first > 0 and isinstance(block[first - 1], (ast.Import, ast.ImportFrom)):
        first -= 1
    while last + 1 < len(block) and isinstance(block[last + 1], (ast.Import, ast.ImportFrom)):
        last += 1
    spoken_of = {comment.line for comment in style.comments}
    return [
        one
        for one in block[first : last + 1]
        if isinstance(one, ast.ImportFrom)
        and (one.module or "").split(".")[0] in OF_LEGACY
        and not one.level
        and all(alias.name != "*" for alias in one.names)
        and not spoken_of & {*range(one.lineno - 1, (one.end_lineno or one.lineno) + 1)}
    ]


def _replacing(module: Module, texts: Mapping[ast.stmt, Sequence[str]]) -> Iterator[Edit]:
    emptied = _emptied_blocks(module, texts)
    for block in emptied:
        yield ReplaceStatement(module.span(block), "")
    for statement, lines in texts.items():
        if module.parent(statement) not in emptied:
            yield ReplaceStatement(module.span(statement), "".join(f"{line}\n" for line in lines))


def _line(node: ast.stmt) -> int:
    return node.lineno


def _is_of_legacy(text: str) -> bool:
    """Whether a new statement imports from where legacy names come from."""
    return text.split(" ")[1].split(".")[0] in OF_LEGACY


def _comment_behind(module: Module, statement: ast.stmt, style: Style) -> list[str]:
    """The comment behind a statement of which nothing is left, unless it speaks to a tool about its line."""
    return [
        comment.text
        for comment in style.comments
        if comment.line == statement.end_lineno
        and comment.column >= module.span(statement).end_column
        and not is_directive(comment.text)
    ]


def _first_use(module: Module, changes: ImportChanges) -> int:
    """The first line that reads what is imported in another way from now on."""
    bound = {alias.bound for alias in [*changes.drop, *changes.to_facade, *changes.to_v2]}
    reads = (node.lineno for node in module.nodes if isinstance(node, ast.Name) and node.id in bound)
    return min(changes.used_from, *reads, sys.maxsize)


def _emptied_blocks(module: Module, texts: Mapping[ast.stmt, Sequence[str]]) -> list[ast.If]:
    """Each ``if TYPE_CHECKING:`` of whose imports none is left."""
    return [
        node
        for node in module.nodes
        if isinstance(node, ast.If)
        and not node.orelse
        and names_type_checking(node)
        and all(statement in texts and not texts[statement] for statement in node.body)
    ]


def _facade_import(alias: LegacyAlias) -> Import:
    """The facade's import that stands in for a legacy one. The facade mirrors the modules of dagster_dbt."""
    if isinstance(alias.node, ast.ImportFrom):
        source = FACADE + (alias.node.module or "").removeprefix("dagster_dbt")
        return Import(source, alias.alias.name, alias.alias.asname or "")
    return Import(FACADE + alias.alias.name.removeprefix("dagster_dbt"), "", alias.alias.asname or "")


def _alias_text(alias: ast.alias) -> str:
    return f"{alias.name} as {alias.asname}" if alias.asname else alias.name


def _statement_text(
    module: Module,
    statement: ast.Import | ast.ImportFrom,
    gone: set[ast.alias],
    merged: Sequence[Import],
    style: Style,
) -> tuple[list[str], str]:
    """The statement without the names that go and with those that come, empty where none is left.

    Before it, the comments inside that speak of what goes.
    """
    told, left = render.with_comments(
        module, style, statement, [(alias, Field(_alias_text(alias))) for alias in statement.names]
    )
    fields = [field for field, alias in zip(told, statement.names, strict=True) if alias not in gone]
    for field, alias in zip(told, statement.names, strict=True):
        if alias in gone:
            trailing = [field.trailing] if field.trailing and not is_directive(field.trailing) else []
            left += [*field.comments, *trailing]
    is_own = len(gone) == len(statement.names)
    was_sorted = is_own or is_sorted([alias.name for alias in statement.names])
    for new in merged:
        fields.append(Field(f"{new.name} as {new.alias}" if new.alias else new.name))
    if was_sorted:
        fields.sort(key=lambda field: member_key(field.text.split(" as ")[0]))
    if not fields:
        return left, ""
    if isinstance(statement, ast.Import):
        return left, "import " + ", ".join(field.text for field in fields)
    source = "." * statement.level + (statement.module or "")
    text = render.names(fields, style, before=f"from {source} import ")
    source_text = module.source_of(statement)
    if is_own or source.split(".")[0] == FACADE:
        return left, text  # No layout of the user's is in it.
    if "\n" in source_text and "(" in source_text and "\n" not in text and _had_magic_comma(source_text):
        text = f"from {source} import (\n{render.exploded(fields, style)})"
    return left, text


def _had_magic_comma(text: str) -> bool:
    """Whether the user's formatter keeps the names one a line: a comma stands behind the last."""
    return text.rstrip().rstrip(")").rstrip().endswith(",")
