"""A Python file as the index sees it: its tree, its names, its positions.

Built on ``ast`` alone: LibCST costs many times more and is needed only for files that change.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any, TypeGuard, TypeVar, overload

from ...findings import Place
from .getattr_of_texts import read_as_attributes
from .lambdas_in_displays import LambdaInDisplay, read_as_functions_beside
from .maps_of_ids import read_as_comprehensions
from .named_lambdas import ReturnOfLambda, read_as_functions
from .named_tuples import read_as_classes
from .wrapped_loads import LOADER, read_as_loads

SCOPES = (
    ast.Module,
    ast.ClassDef,
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.Lambda,
    ast.GeneratorExp,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
TRIES = (ast.Try, getattr(ast, "TryStar", ast.Try))
"""Python 3.10 has no ``except*``."""
_ALL_INSIDE = (ast.Module, ast.GeneratorExp, ast.ListComp, ast.SetComp, ast.DictComp)
"""Scopes to which all that stands in them belongs."""
_MOST_LEVELS = 3_000
"""Levels of one expression: ``a.b`` has one more than ``a``. Python up to 3.12 reads about as many."""
_MOST_STATEMENTS = 6_000
"""Statements inside of each other: ``elif`` after ``elif``. Python 3.13 reads about as many."""
_BARE = frozenset(
    {
        *("id", "attr", "ctx", "op", "ops"),
        *("asname", "conversion", "is_async", "kind", "level", "simple", "type_comment", "type_ignores"),
    }
)
"""Fields that hold a word of the node itself, as text or as a node without a place, of which all trees share one."""
_LEAVES = (ast.Constant, ast.alias)
"""Kinds of nodes in which no other stands."""
A = TypeVar("A", bound=ast.AST)
B = TypeVar("B", bound=ast.AST)
C = TypeVar("C", bound=ast.AST)
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


@dataclass(frozen=True, order=True)
class Span:
    """Where a node stands: 1-based lines, 0-based columns in characters (``ast`` counts bytes)."""

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, eq=False)
class Module:
    """A parsed file. Compared by identity: there is one for each file."""

    path: Path
    text: str
    tree: ast.Module
    dotted: tuple[str, ...]
    """The parts of its import path as far as its packages say, for example ``("pkg", "resources")``."""
    nodes: tuple[ast.AST, ...] = field(repr=False)
    """Every node of the tree but operators and contexts, as ``ast.walk`` gives them: walked once, asked for often."""
    parents: dict[ast.AST, ast.AST] = field(repr=False)
    _of: dict[Any, tuple[Any, ...]] = field(default_factory=dict, repr=False)

    @property
    def is_package(self) -> bool:
        return self.path.stem == "__init__"

    @cached_property
    def lines(self) -> list[str]:
        return split_lines(self.text)

    @overload
    def of(self, kind: type[A], /) -> tuple[A, ...]: ...
    @overload
    def of(self, kind: type[A], other: type[B], /) -> tuple[A | B, ...]: ...
    @overload
    def of(self, kind: type[A], other: type[B], third: type[C], /) -> tuple[A | B | C, ...]: ...
    @overload
    def of(self, *kinds: type[ast.AST]) -> tuple[Any, ...]: ...
    def of(self, *kinds: type[ast.AST]) -> tuple[Any, ...]:
        """The nodes of some kinds, in the order of all: looked for once, since most questions are about few of them."""
        found = self._of.get(kinds)
        if found is None:
            rows = [rows for kind, rows in self._by_kind.items() if issubclass(kind, kinds)]
            merged = sorted(chain.from_iterable(rows)) if len(rows) > 1 else chain.from_iterable(rows)
            found = self._of[kinds] = tuple(self.nodes[place] for place in merged)
        return found

    @cached_property
    def _by_kind(self) -> dict[type[ast.AST], list[int]]:
        """The places of the nodes of each class."""
        found: dict[type[ast.AST], list[int]] = defaultdict(list)
        for place, node in enumerate(self.nodes):
            found[type(node)].append(place)
        return found

    def named(self, name: str) -> Sequence[ast.Name]:
        """Each place where a name stands."""
        return self._by_name.get(name, ())

    def attributes(self, name: str) -> Sequence[ast.Attribute]:
        """Each place where an attribute of that name stands."""
        return self._by_attribute.get(name, ())

    @cached_property
    def _by_name(self) -> dict[str, list[ast.Name]]:
        found: dict[str, list[ast.Name]] = defaultdict(list)
        for node in self.of(ast.Name):
            found[node.id].append(node)
        return found

    @cached_property
    def _by_attribute(self) -> dict[str, list[ast.Attribute]]:
        found: dict[str, list[ast.Attribute]] = defaultdict(list)
        for node in self.of(ast.Attribute):
            found[node.attr].append(node)
        return found

    def parent(self, node: ast.AST) -> ast.AST | None:
        return self.parents.get(node)

    def ancestors(self, node: ast.AST) -> Iterator[ast.AST]:
        while (above := self.parents.get(node)) is not None:
            yield above
            node = above

    def scope_of(self, node: ast.AST) -> ast.AST:
        """The scope in which a name that stands at ``node`` is looked up."""
        return self._scopes.get(node, self.tree)

    @cached_property
    def _scopes(self) -> dict[ast.AST, ast.AST]:
        """The scope of each node, from the top of the tree down."""
        # Decorators, defaults and annotations belong to the scope around the function.
        bodies: dict[ast.AST, ast.AST] = {
            child: node
            for node in self.of(*FUNCTIONS, ast.Lambda, ast.ClassDef)
            for child in (node.body if not isinstance(node, ast.Lambda) else (node.body,))
        }
        found: dict[ast.AST, ast.AST] = {}
        for node in self.nodes[1:]:
            above = self.parents[node]
            if isinstance(above, _ALL_INSIDE):
                found[node] = above
            else:
                found[node] = bodies.get(node) or found.get(above, self.tree)
        return found

    @cached_property
    def in_annotations(self) -> frozenset[ast.AST]:
        """All nodes that stand in annotations of parameters, of variables or of what functions return."""
        annotated = (node.annotation for node in self.of(ast.arg, ast.AnnAssign))
        wanted = [*annotated, *(node.returns for node in self.of(*FUNCTIONS))]
        return frozenset(inner for node in wanted if node is not None for inner in nodes_in(node))

    @cached_property
    def suites(self) -> dict[ast.AST, tuple[Sequence[ast.AST], int]]:
        """The statements among which each statement or handler stands, and at which place."""
        found: dict[ast.AST, tuple[Sequence[ast.AST], int]] = {}
        for node in self.of(ast.mod, ast.stmt, ast.ExceptHandler, ast.match_case):
            for name in ("body", "handlers", "orelse", "finalbody"):
                suite = getattr(node, name, ())
                found |= {statement: (suite, place) for place, statement in enumerate(suite)}
        return found

    def statement_of(self, node: ast.AST) -> ast.stmt:
        """The innermost statement of the file that holds ``node``."""
        while not isinstance(node, ast.stmt) or isinstance(node, ReturnOfLambda):
            node = self.parents[node]
        return node.statement if isinstance(node, LambdaInDisplay) else node

    def top_statement_of(self, node: ast.AST) -> ast.stmt:
        """The statement at the top level of the module that holds ``node``, which is in it."""
        while self.parents[node] is not self.tree:
            node = self.parents[node]
        assert isinstance(node, ast.stmt)
        return node.statement if isinstance(node, LambdaInDisplay) else node

    def function_of(self, node: ast.AST) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
        for above in self.ancestors(node):
            if isinstance(above, FUNCTIONS):
                return above
        return None

    def span(self, node: ast.expr | ast.stmt | ast.alias | ast.arg | ast.keyword) -> Span:
        end_line, end_column = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
        return Span(
            node.lineno,
            self._column(node.lineno, node.col_offset),
            end_line,
            self._column(end_line, end_column),
        )

    def place(self, node: ast.AST) -> Place:
        for above in self.ancestors(node):
            if isinstance(above, ast.JoinedStr):
                node = above  # Before Python 3.12 what stands inside has no position of its own.
        line, column = getattr(node, "lineno", 1), getattr(node, "col_offset", 0)
        return Place(self.path, line, self._column(line, column) + 1)

    def is_placed(self, node: ast.expr) -> bool:
        """Whether a node stands where it says: before Python 3.12 not all do that stand in f-strings."""
        strings = [above for above in self.ancestors(node) if isinstance(above, ast.JoinedStr)]
        if not strings:
            return True
        try:
            found = ast.parse(f"({self.source_of(node)})", mode="eval").body
        except (SyntaxError, IndexError):
            return False
        # The same text may stand there by chance: in another string, or for another node.
        (first, last), (begin, end) = _ends(strings[-1]), _ends(node)
        others = (each for each in ast.walk(strings[-1]) if isinstance(each, type(node)) and each is not node)
        is_alone = first <= begin and end <= last and all(_ends(each) != (begin, end) for each in others)
        return is_alone and ast.dump(found) == ast.dump(node)

    def source_of(self, node: ast.expr | ast.stmt | ast.arg) -> str:
        """The text of a node, as the user wrote it."""
        return self.slice(self.span(node))

    def slice(self, span: Span) -> str:
        if span.line == span.end_line:
            return self.lines[span.line - 1][span.column : span.end_column]
        first = self.lines[span.line - 1][span.column :]
        last = self.lines[span.end_line - 1][: span.end_column]
        return "".join([first, *self.lines[span.line : span.end_line - 1], last])

    def _column(self, line: int, offset: int) -> int:
        if line > len(self.lines):
            return offset
        text = self.lines[line - 1]
        return offset if text.isascii() else len(text.encode()[:offset].decode(errors="replace"))


def is_try(node: ast.AST | None) -> TypeGuard[ast.Try]:
    """Whether a node is a ``try``, with ``except`` or with ``except*``."""
    return isinstance(node, TRIES)


def split_lines(text: str) -> list[str]:
    """The lines of a source with their ends, split where Python splits them (not at form feeds)."""
    return _LINE.findall(text)


def parse_module(path: Path, text: str, dotted: tuple[str, ...]) -> Module:
    """Parse a file. Raises ``SyntaxError``, ``ValueError`` (null bytes) or ``RecursionError`` as ``ast.parse`` does."""
    tree = ast.parse(text, filename=str(path))
    if "lambda" in text:
        read_as_functions(tree)
        read_as_functions_beside(tree)
    if LOADER in text:
        read_as_loads(tree, text)
    if "getattr" in text:
        read_as_attributes(tree)
    if "namedtuple(" in text:
        read_as_classes(tree)
    if "map(int" in text:
        read_as_comprehensions(tree)
    nodes: list[ast.AST] = [tree]
    parents: dict[ast.AST, ast.AST] = {}
    for node in nodes:  # grows as it goes
        for name in _HOLDING[type(node)]:
            value = getattr(node, name, None)
            if isinstance(value, list):
                for each in value:
                    if isinstance(each, ast.AST):
                        parents[each] = node
                        nodes.append(each)
            elif isinstance(value, ast.AST):
                parents[value] = node
                nodes.append(value)
    module = Module(path, text, tree, dotted, tuple(nodes), parents)
    _require_depth(module)
    return module


class _Holding(dict[type[ast.AST], tuple[str, ...]]):
    """The fields of each kind of node in which others may stand."""

    def __missing__(self, kind: type[ast.AST]) -> tuple[str, ...]:
        bare = issubclass(kind, _LEAVES)
        self[kind] = () if bare else tuple(name for name in kind._fields if name not in _BARE)
        return self[kind]


_HOLDING = _Holding()


def nodes_in(node: ast.AST) -> list[ast.AST]:
    """A node and all that stand in it but operators and contexts, in the order of ``ast.walk``, in a third of its time."""
    nodes = [node]
    for above in nodes:  # grows as it goes
        for name in _HOLDING[type(above)]:
            value = getattr(above, name, None)
            if isinstance(value, list):
                nodes += [each for each in value if isinstance(each, ast.AST)]
            elif isinstance(value, ast.AST):
                nodes.append(value)
    return nodes


def _require_depth(module: Module) -> None:
    """Raises RecursionError for what is nested more deeply than any Python reads by default.

    What Python reads with our larger stack has no end, and LibCST's time for an expression grows with the cube of its depth.
    """
    if sum(1 for _ in module.ancestors(module.nodes[-1])) <= _MOST_LEVELS:
        return  # The last node is one of the deepest.
    levels: dict[ast.AST, int] = {module.tree: 0}
    statements: dict[ast.AST, int] = {module.tree: 0}
    for node in module.nodes[1:]:
        above = module.parents[node]
        is_statement = isinstance(node, ast.stmt)
        levels[node] = 0 if is_statement else levels[above] + 1
        statements[node] = statements[above] + is_statement
        if levels[node] > _MOST_LEVELS or statements[node] > _MOST_STATEMENTS:
            raise RecursionError


def dotted_name(path: Path) -> tuple[str, ...]:
    """The import path of a file as far as the ``__init__.py`` files above it say."""
    parts = [] if path.stem == "__init__" else [path.stem]
    folder = path.parent
    while (folder / "__init__.py").is_file() and folder.parent != folder:
        parts.insert(0, folder.name)
        folder = folder.parent
    return tuple(parts) or (path.parent.name,)


def _ends(node: ast.expr) -> tuple[tuple[int, int], tuple[int, int]]:
    last = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
    return (node.lineno, node.col_offset), last
