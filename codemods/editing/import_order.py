"""Where a new import stands among those of the user: merged into one, or in a statement of its own in their order."""

from __future__ import annotations

import ast
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise

from ..analysis.syntax.source_module import FUNCTIONS, Module
from . import render
from .edits import Import, InsertAfter, InsertBefore
from .facade_names import FACADE
from .render import Field
from .style import Style, is_directive

_THIRD_PARTY, _OWN, _RELATIVE = 2, 3, 4
_DEFINING = (*FUNCTIONS, ast.ClassDef)
OF_LEGACY = frozenset({"dagster_dbt", "legacy_shim"})
"""The packages whose imports take the place of legacy ones."""


class Additions:
    """Finds a place for each new import: in a statement of the user's, or beside one."""

    def __init__(
        self,
        module: Module,
        style: Style,
        is_own: Callable[[str], bool],
        used_from: int,
        anchor: ast.stmt | None,
    ) -> None:
        self.module, self.style = module, style
        self.directive = _directive_behind(module, anchor, style) if anchor is not None else ""
        """What the replaced legacy import says to a tool about its line."""
        # Some imports stand below code that runs before them.
        self.top = [node for node in _top_imports(module) if node.lineno < used_from]
        self.sections = _sections(self.top, is_own)
        self.is_mixed = _is_mixed(self.top, self.sections)
        self.merged: dict[ast.stmt, list[Import]] = defaultdict(list)
        self._by_span = {module.span(node): node for node in module.tree.body}
        is_early = anchor is not None and anchor.lineno < used_from
        self._near = _run_around(module, anchor) if anchor is not None and is_early else []
        """The imports that stand together with the legacy one, whose place new imports take."""
        self._anchor = anchor
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
        found = self._in_order(new, text)
        star = max((node for node in self.top if _is_star(node)), key=lambda node: node.lineno, default=None)
        is_above = star is not None and (found.span.line, isinstance(found, InsertAfter)) < (
            star.lineno,
            True,
        )
        if star is not None and is_above and new.module.split(".")[0] == FACADE:
            # A star below might bring upstream's object of the same name.
            return InsertAfter(self.module.span(star), text + "\n")
        return found

    def _in_order(self, new: Import, text: str) -> InsertBefore | InsertAfter:
        group = _section(new.module)
        block = [node for node in self.top if self.sections[node] == group]
        if new.module.split(".")[0] in OF_LEGACY and self._near:
            block = [node for node in block if node in self._near]
            keys = [self._key_of(node) for node in block]
            if keys != sorted(keys) and self._anchor in block:
                assert self._anchor is not None
                return InsertAfter(self.module.span(self._anchor), text + "\n")
        own_key = self._key(bool(new.name), new.module, new.name)
        for node in block:
            if self._key_of(node) > own_key:
                return InsertBefore(self.module.span(node), text + "\n")
        if block:
            return InsertAfter(self.module.span(block[-1]), text + "\n")
        return self._new_block(text, group)

    def _key_of(self, node: ast.Import | ast.ImportFrom) -> tuple[bool, str, tuple[int, str]]:
        is_from = isinstance(node, ast.ImportFrom)
        return self._key(is_from, _source(node), node.names[0].name if is_from else "")

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
        return InsertBefore(
            self.module.span(later[0] if later else first), text + "\n", blank=True, rank=_ABOVE_ALL
        )


_ABOVE_ALL = -9
"""The rank of imports where nothing is imported yet: above the functions and tables that are added there."""


def _is_no_future(node: ast.stmt) -> bool:
    return not (isinstance(node, ast.ImportFrom) and node.module == "__future__")


def new_statements(
    wanted: Iterable[Import], style: Style, merge: Callable[[Import], bool]
) -> list[tuple[Import, str]]:
    """The statements for imports that no statement of the user's takes by ``merge``, in isort's order."""
    groups: dict[tuple[str, str, str], list[Import]] = defaultdict(list)
    for new in dict.fromkeys(wanted):
        # isort gives each `as` a statement of its own, and so does each plain `import`.
        if not new.name:
            groups["", new.module, new.alias].append(new)
        elif not merge(new):
            groups[new.module, new.name if new.alias else "", new.alias].append(new)
    statements: list[tuple[Import, str]] = []
    for names in sorted(groups.values(), key=_order):
        first = names[0]
        if not first.name:
            text = f"import {first.module}" + (f" as {first.alias}" if first.alias else "")
        else:
            fields = [Field(f"{new.name} as {new.alias}" if new.alias else new.name) for new in names]
            fields.sort(key=lambda field: member_key(field.text.split(" as ")[0]))
            text = render.names(fields, style, before=f"from {first.module} import ")
        statements.append((first, text))
    return statements


def _order(names: Sequence[Import]) -> tuple[bool, str, tuple[int, str]]:
    return bool(names[0].name), names[0].module.casefold(), min(member_key(new.name) for new in names)


def _is_star(node: ast.Import | ast.ImportFrom) -> bool:
    return isinstance(node, ast.ImportFrom) and node.names[0].name == "*"


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


def _run_around(module: Module, anchor: ast.stmt) -> list[ast.stmt]:
    """The imports directly before and behind a statement of the file, with no other statement between them."""
    body = module.tree.body
    first = last = body.index(anchor)
    while first > 0 and isinstance(body[first - 1], (ast.Import, ast.ImportFrom)):
        first -= 1
    while last + 1 < len(body) and isinstance(body[last + 1], (ast.Import, ast.ImportFrom)):
        last += 1
    return body[first : last + 1]


def _directive_behind(module: Module, statement: ast.stmt, style: Style) -> str:
    column = module.span(statement).end_column
    behind = (one for one in style.comments if one.line == statement.end_lineno and one.column >= column)
    return next((one.text for one in behind if is_directive(one.text)), "")


def _top_imports(module: Module) -> list[ast.Import | ast.ImportFrom]:
    return [node for node in module.tree.body if isinstance(node, (ast.Import, ast.ImportFrom))]


def member_key(name: str) -> tuple[int, str]:
    """isort's order of the names in one statement: constants, classes, the rest."""
    if name.isupper() and len(name) > 1:
        return (0, name)
    return (1 if name[:1].isupper() else 2, name)


def is_sorted(names: Sequence[str]) -> bool:
    """Whether names stand in isort's order."""
    return list(names) == sorted(names, key=member_key)
