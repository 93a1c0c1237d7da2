"""Change the imports of a file: take legacy names out, send others to the facade, add what new code needs.

New names are merged into the user's statements, and new statements stand where the user's order would have them.
"""

from __future__ import annotations

import ast
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ..analysis.syntax.source_module import (
    FUNCTIONS,
    Module,
)
from . import render
from .edits import Edit, Import, InsertAfter, InsertBefore, ReplaceStatement
from .legacy_imports import FACADE, LegacyAlias
from .render import Field
from .style import Style

_THIRD_PARTY, _OWN, _RELATIVE = 2, 3, 4
_DEFINING = (*FUNCTIONS, ast.ClassDef)


@dataclass(frozen=True, eq=False)
class ImportChanges:
    """What must become of the imports of one file."""

    drop: frozenset[LegacyAlias]
    to_facade: frozenset[LegacyAlias]
    add: tuple[Import, ...]
    used_from: int = sys.maxsize
    """The first line that what is edited may use a new name on: it is imported above."""


def import_edits(
    module: Module, changes: ImportChanges, style: Style, is_own: Callable[[str], bool]
) -> list[Edit]:
    """The edits that carry the changes out. ``is_own`` tells whether an absolute import is of the user's own code."""
    gone: dict[ast.stmt, set[ast.alias]] = defaultdict(set)
    for alias in [*changes.drop, *changes.to_facade]:
        gone[alias.node].add(alias.alias)
    at_top = [alias for alias in changes.to_facade if module.parent(alias.node) is module.tree]
    facade = _facade_texts([alias for alias in changes.to_facade if alias not in at_top], style)
    additions = _Additions(module, style, is_own, _first_use(module, changes))
    statements = _new_statements([*changes.add, *map(_facade_import, at_top)], additions)
    edits: list[Edit] = []
    beside: dict[ast.stmt, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    replaced = dict.fromkeys([*gone, *additions.merged])
    guarded = _guarded(module, gone)
    for new, text in statements:
        if guarded is not None and new.module.split(".")[0] == "dagster_dbt":
            beside[guarded][1].append(text)
            continue
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
        text = _statement_text(module, statement, gone[statement], additions.merged.get(statement, ()), style)
        before, behind = beside[statement]
        texts[statement] = [*before, *([text] if text else []), *facade.get(statement, []), *behind]
    emptied = _emptied_blocks(module, texts)
    for block in emptied:
        edits.append(ReplaceStatement(module.span(block), ""))
    for statement, lines in texts.items():
        if module.parent(statement) not in emptied:
            edits.append(ReplaceStatement(module.span(statement), "".join(f"{line}\n" for line in lines)))
    return edits


def _first_use(module: Module, changes: ImportChanges) -> int:
    """The first line that reads what is imported in another way from now on."""
    bound = {alias.bound for alias in [*changes.drop, *changes.to_facade]}
    reads = (node.lineno for node in module.nodes if isinstance(node, ast.Name) and node.id in bound)
    return min(changes.used_from, *reads, sys.maxsize)


def _emptied_blocks(module: Module, texts: Mapping[ast.stmt, Sequence[str]]) -> list[ast.If]:
    """Each ``if TYPE_CHECKING:`` of whose imports none is left."""
    return [
        node
        for node in module.nodes
        if isinstance(node, ast.If)
        and not node.orelse
        and ast.unparse(node.test).rpartition(".")[2] == "TYPE_CHECKING"
        and all(statement in texts and not texts[statement] for statement in node.body)
    ]


def _guarded(module: Module, gone: Iterable[ast.stmt]) -> ast.stmt | None:
    """A legacy import in a ``try`` at module level: what takes its place is guarded as it was."""
    for statement in gone:
        guard = module.parent(statement)
        if isinstance(guard, ast.Try) and statement in guard.body and module.parent(guard) is module.tree:
            return statement
    return None


def _top_imports(module: Module) -> list[ast.Import | ast.ImportFrom]:
    return [node for node in module.tree.body if isinstance(node, (ast.Import, ast.ImportFrom))]


def _facade_import(alias: LegacyAlias) -> Import:
    """The facade's import that stands in for a legacy one. The facade mirrors the modules of dagster_dbt."""
    if isinstance(alias.node, ast.ImportFrom):
        source = FACADE + (alias.node.module or "").removeprefix("dagster_dbt")
        return Import(source, alias.alias.name, alias.alias.asname or "")
    return Import(FACADE + alias.alias.name.removeprefix("dagster_dbt"), "", alias.alias.asname or "")


def _facade_texts(aliases: Iterable[LegacyAlias], style: Style) -> dict[ast.stmt, list[str]]:
    """The facade's statements for imports in functions and guards: they stand where the legacy ones stood."""
    by_statement: dict[ast.stmt, list[LegacyAlias]] = defaultdict(list)
    for alias in aliases:
        by_statement[alias.node].append(alias)
    texts: dict[ast.stmt, list[str]] = {}
    for statement, found in by_statement.items():
        found.sort(key=lambda alias: (alias.alias.lineno, alias.alias.col_offset))
        if isinstance(statement, ast.ImportFrom):
            source = FACADE + (statement.module or "").removeprefix("dagster_dbt")
            fields = [Field(_alias_text(alias.alias)) for alias in found]
            texts[statement] = [render.names(fields, style, before=f"from {source} import ")]
        else:
            texts[statement] = [
                f"import {FACADE}{alias.alias.name.removeprefix('dagster_dbt')}"
                + (f" as {alias.alias.asname}" if alias.alias.asname else "")
                for alias in found
            ]
    return texts


def _alias_text(alias: ast.alias) -> str:
    return f"{alias.name} as {alias.asname}" if alias.asname else alias.name


def _statement_text(
    module: Module,
    statement: ast.Import | ast.ImportFrom,
    gone: set[ast.alias],
    merged: Sequence[Import],
    style: Style,
) -> str:
    """The statement without the names that go and with those that come; empty where none is left."""
    told, left = render.with_comments(
        module, style, statement, [(alias, Field(_alias_text(alias))) for alias in statement.names]
    )
    fields = [field for field, alias in zip(told, statement.names, strict=True) if alias not in gone]
    was_sorted = _is_sorted([alias.name for alias in statement.names])
    for new in merged:
        fields.append(Field(f"{new.name} as {new.alias}" if new.alias else new.name))
    if was_sorted:
        fields.sort(key=lambda field: member_key(field.text.split(" as ")[0]))
    if not fields:
        return "\n".join(left)
    if isinstance(statement, ast.Import):
        return "import " + ", ".join(field.text for field in fields)
    source = "." * statement.level + (statement.module or "")
    text = render.names(fields, style, before=f"from {source} import ")
    source_text = module.source_of(statement)
    if "\n" in source_text and "(" in source_text and "\n" not in text and _had_magic_comma(source_text):
        text = f"from {source} import (\n{render.exploded(fields, style)})"
    return "\n".join([*left, text])


def _had_magic_comma(text: str) -> bool:
    """Whether the user's formatter keeps the names one a line: a comma stands behind the last."""
    return text.rstrip().rstrip(")").rstrip().endswith(",")


def member_key(name: str) -> tuple[int, str]:
    """isort's order of the names in one statement: constants, classes, the rest."""
    if name.isupper() and len(name) > 1:
        return (0, name)
    return (1 if name[:1].isupper() else 2, name)


def _is_sorted(names: Sequence[str]) -> bool:
    return list(names) == sorted(names, key=member_key)


class _Additions:
    """Finds a place for each new import: in a statement of the user's, or beside one."""

    def __init__(self, module: Module, style: Style, is_own: Callable[[str], bool], used_from: int) -> None:
        self.module, self.style = module, style
        # Some imports stand below code that runs before them.
        self.top = [node for node in _top_imports(module) if node.lineno < used_from]
        self.sections = _sections(self.top, is_own)
        self.is_mixed = _is_mixed(self.top, self.sections)
        self.merged: dict[ast.stmt, list[Import]] = defaultdict(list)
        self._by_span = {module.span(node): node for node in module.tree.body}
        self._opened: set[int] = set()
        """The sections that the user's imports had not, and new ones have."""

    def merge(self, new: Import) -> bool:
        """Whether a ``from`` statement of the same module takes the name."""
        for node in self.top:
            if not isinstance(node, ast.ImportFrom) or not new.name or _source(node) != new.module:
                continue
            is_star = any(alias.name == "*" for alias in node.names)
            if not is_star and bool(new.alias) <= any(alias.asname for alias in node.names):
                self.merged[node].append(new)
                return True
        return False

    def insertion(self, new: Import, text: str) -> InsertBefore | InsertAfter:
        """Insert a statement among the imports of its section, in their order."""
        group = _section(new.module)
        block = [node for node in self.top if self.sections[node] == group]
        own_key = self._key(bool(new.name), new.module, new.name)
        for node in block:
            is_from = isinstance(node, ast.ImportFrom)
            if self._key(is_from, _source(node), node.names[0].name if is_from else "") > own_key:
                return InsertBefore(self.module.span(node), text + "\n")
        if block:
            return InsertAfter(self.module.span(block[-1]), text + "\n")
        return self._new_block(text, group)

    def _key(self, is_from: bool, source: str, first: str) -> tuple[bool, str, tuple[int, str]]:
        return (is_from and not self.is_mixed, source.casefold(), member_key(first))

    def neighbour(self, insertion: InsertBefore | InsertAfter) -> ast.stmt:
        """The statement that an insertion stands beside."""
        return self._by_span[insertion.span]

    def _follows_directly(self, node: ast.stmt) -> bool:
        place = self.module.tree.body.index(node)
        return place > 0 and self.module.tree.body[place - 1].end_lineno == node.lineno - 1

    def _new_block(self, text: str, group: int) -> InsertBefore | InsertAfter:
        for node in self.top:
            if self.sections[node] > group:
                # The sections before and behind stand apart, also where the user's did not.
                above = "\n" if self._follows_directly(node) else ""
                return InsertBefore(self.module.span(node), f"{above}{text}\n", blank=True)
        body = self.module.tree.body
        code = next((place for place, node in enumerate(body) if isinstance(node, _DEFINING)), len(body))
        earlier = [node for node in self.top if 0 < self.sections[node] < group and node in body[:code]]
        if earlier:
            apart = "" if group in self._opened else "\n"
            self._opened.add(group)
            return InsertAfter(self.module.span(earlier[-1]), f"{apart}{text}\n")
        first = body[0]
        has_docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
        later = [node for node in body[1 if has_docstring and len(body) > 1 else 0 :] if _is_no_future(node)]
        return InsertBefore(self.module.span(later[0] if later else first), text + "\n", blank=True)


def _is_no_future(node: ast.stmt) -> bool:
    return not (isinstance(node, ast.ImportFrom) and node.module == "__future__")


def _new_statements(wanted: Iterable[Import], additions: _Additions) -> list[tuple[Import, str]]:
    """The statements for imports that no statement of the user's takes, in isort's order."""
    groups: dict[tuple[str, str, str], list[Import]] = defaultdict(list)
    for new in dict.fromkeys(wanted):
        # isort gives each `as` a statement of its own, and so does each plain `import`.
        if not new.name:
            groups["", new.module, new.alias].append(new)
        elif not additions.merge(new):
            groups[new.module, new.name if new.alias else "", new.alias].append(new)
    statements: list[tuple[Import, str]] = []
    for names in sorted(groups.values(), key=_order):
        first = names[0]
        if not first.name:
            text = f"import {first.module}" + (f" as {first.alias}" if first.alias else "")
        else:
            fields = [Field(f"{new.name} as {new.alias}" if new.alias else new.name) for new in names]
            fields.sort(key=lambda field: member_key(field.text.split(" as ")[0]))
            text = render.names(fields, additions.style, before=f"from {first.module} import ")
        statements.append((first, text))
    return statements


def _order(names: Sequence[Import]) -> tuple[bool, str, tuple[int, str]]:
    return bool(names[0].name), names[0].module.casefold(), min(member_key(new.name) for new in names)


def _source(node: ast.Import | ast.ImportFrom) -> str:
    if isinstance(node, ast.Import):
        return node.names[0].name
    return "." * node.level + (node.module or "")


def _section(source: str) -> int:
    """isort's sections: future, standard library, third party; the user's own code and relative imports behind."""
    if source == "__future__":
        return 0
    if source.startswith("."):
        return _RELATIVE
    return 1 if source.split(".")[0] in sys.stdlib_module_names else _THIRD_PARTY


def _sections(
    top: Sequence[ast.Import | ast.ImportFrom], is_own: Callable[[str], bool]
) -> dict[ast.Import | ast.ImportFrom, int]:
    """The section of each import. The user's own code has one of its own where the user sets it apart."""
    found = {node: _section(_source(node)) for node in top}
    for place, node in enumerate(top):
        if found[node] == _THIRD_PARTY and is_own(_source(node)):
            before = top[place - 1] if place else None
            follows = before is not None and before.end_lineno == node.lineno - 1
            if before is None or not follows or found[before] != _THIRD_PARTY:
                found[node] = _OWN
    return found


def _is_mixed(
    top: Sequence[ast.Import | ast.ImportFrom], sections: Mapping[ast.Import | ast.ImportFrom, int]
) -> bool:
    """Whether the user sorts ``import x`` and ``from x import y`` together, by the name of the module."""
    return any(
        sections[before] == sections[node]
        and isinstance(before, ast.ImportFrom)
        and isinstance(node, ast.Import)
        and _source(before).casefold() < _source(node).casefold()
        for before, node in pairwise(top)
    )
