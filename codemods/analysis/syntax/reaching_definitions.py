"""Which of the bindings of a name reach a place in the same scope: what was bound again before is gone."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Sequence
from typing import NamedTuple, Protocol, TypeVar

from .source_module import FUNCTIONS, Module, is_try

LOOPS = (ast.For, ast.AsyncFor, ast.While)
_ASSIGNING = (ast.Assign, ast.AnnAssign, ast.AugAssign)
_BINDING = (ast.Assign, ast.AnnAssign, ast.Import, ast.ImportFrom, *FUNCTIONS, ast.ClassDef)


class Bound(Protocol):
    """A binding, as far as its place matters."""

    @property
    def where(self) -> ast.AST: ...

    @property
    def adds(self) -> bool:
        """Whether it leaves what was there before, as ``x += y`` does."""
        ...


B = TypeVar("B", bound=Bound)


def reaching(module: Module, scope: ast.AST, bindings: Sequence[B], at: ast.AST) -> list[B]:
    """The bindings of a name of ``scope`` that may hold at ``at``, which is in that scope and in no other inside it.

    More than really do where branches and loops are involved, never fewer.
    """
    found, is_sure = _before(module, bindings, _suites(module, at, scope))
    if not is_sure:
        # What belongs to no statement before: parameters, and a walrus in the statement itself.
        around, known = set(module.ancestors(at)), set(map(id, found))
        at_once = [binding for binding in bindings if _is_no_statement(module, binding, scope, around)]
        found += [binding for binding in at_once if id(binding) not in known]
    return found or list(bindings)


def reaching_end(module: Module, scope: ast.Module | ast.ClassDef, bindings: Sequence[B]) -> list[B]:
    """The bindings of a name of a module or a class that may hold once its statements have run, as others see it."""
    found, _ = _before(module, bindings, [(scope.body, len(scope.body))])
    return found or list(bindings)


def binds_surely(body: Iterable[ast.AST], binding: Container[ast.AST]) -> bool:
    """Whether running some statements runs one of those that bind."""
    return any(_runs_one_of(statement, binding) for statement in body)


def _runs_one_of(statement: ast.AST, binding: Container[ast.AST]) -> bool:
    match statement:
        case ast.If(body=body, orelse=orelse):
            return binds_surely(body, binding) and binds_surely(orelse, binding)
        case ast.Try(body=body, handlers=handlers, orelse=orelse, finalbody=last):
            caught = all(
                binds_surely(one.body, binding) or isinstance(one.body[-1], ast.Raise) for one in handlers
            )
            return binds_surely(last, binding) or (binds_surely([*body, *orelse], binding) and caught)
    return statement in binding and isinstance(statement, _BINDING)


def bound_before(module: Module, scope: ast.AST, bindings: Iterable[Bound], at: ast.AST) -> bool:
    """Whether a name of ``scope`` is surely bound at ``at``, which is in that scope and in no other inside it."""
    binding = {
        module.statement_of(one.where) for one in bindings if not one.adds and is_of_statement(module, one)
    }
    return any(binds_surely(suite[:place], binding) for suite, place in _suites(module, at, scope))


def _before(
    module: Module, bindings: Sequence[B], suites: Iterable[tuple[Sequence[ast.AST], int]]
) -> tuple[list[B], bool]:
    """The bindings in the statements before, the last first, and whether one of them is sure to hold."""
    if len(bindings) < 2:
        return list(bindings), True
    suites = list(suites)
    homes = _homes(module, bindings, [module.parent(suite[0]) for suite, _ in suites])
    held: dict[ast.AST | None, list[B]] = defaultdict(list)
    for binding in bindings:
        held[homes[id(binding)].child].append(binding)
    found: dict[int, B] = {}
    for number, (suite, place) in enumerate(suites):
        before = [child for child in held if child is not None and _is_before(module, child, suite, place)]
        for statement in sorted(before, key=lambda child: module.suites[child][1], reverse=True):
            here = held[statement]
            found |= {id(binding): binding for binding in here if id(binding) not in found}
            if any(_is_sure(module, binding, statement) for binding in here):
                return list(found.values()), True
        if _may_follow_any(module, suite):
            inside = [binding for binding in bindings if homes[id(binding)].place <= number]
            found |= {id(binding): binding for binding in inside if id(binding) not in found}
    return list(found.values()), False


def _is_before(module: Module, statement: ast.AST, suite: Sequence[ast.AST], place: int) -> bool:
    others, own = module.suites.get(statement, ((), 0))
    return others is suite and own < place


def _may_follow_any(module: Module, suite: Sequence[ast.AST]) -> bool:
    """Whether any statement around may run before: what stands behind in a loop, what failed half way in a ``try``."""
    above = module.parent(suite[0])
    return isinstance(above, LOOPS) or (is_try(above) and suite is not above.body)


class _Home(NamedTuple):
    """Where a node is, as seen from the nodes around a place, the innermost first."""

    place: int
    """Which of them is the first to hold it."""
    child: ast.AST | None = None
    """Its child that holds the node; none for the node itself."""


def _homes(module: Module, bindings: Sequence[Bound], around: Sequence[ast.AST | None]) -> dict[int, _Home]:
    """For each binding by identity. What several are inside of is walked through once: a chain of `elif` may be long."""
    places = {node: place for place, node in enumerate(around) if node is not None}
    known: dict[ast.AST, _Home] = {node: _Home(place) for node, place in places.items()}
    found: dict[int, _Home] = {}
    for binding in bindings:
        path: list[ast.AST] = []
        node: ast.AST | None = binding.where
        while node is not None and node not in known:
            path.append(node)
            node = module.parent(node)
        home = known[node] if node is not None else _Home(len(around))
        if path and home.child is None:
            home = home._replace(child=path[-1])
        known |= dict.fromkeys(path, home)
        found[id(binding)] = home
    return found


def _suites(module: Module, at: ast.AST, scope: ast.AST) -> Iterator[tuple[Sequence[ast.AST], int]]:
    """The statements around a place, the innermost first, or the handlers, and which of them holds the place."""
    child = at
    for above in module.ancestors(at):
        if child in module.suites:
            yield module.suites[child]
        if above is scope:
            return
        child = above


def _is_sure(module: Module, binding: Bound, statement: ast.AST) -> bool:
    """Whether a statement binds the name whenever it runs, and leaves nothing of what was there."""
    if binding.adds:
        return False
    return module.statement_of(binding.where) is statement and is_of_statement(module, binding)


def is_of_statement(module: Module, binding: Bound) -> bool:
    """Whether a statement is there to bind the name, and does not have a walrus inside that binds it, perhaps."""
    node = binding.where
    own = module.statement_of(node)
    return node is own or (isinstance(own, _ASSIGNING) and own.value is node)


def _is_no_statement(module: Module, binding: Bound, scope: ast.AST, around: Container[ast.AST]) -> bool:
    if isinstance(binding.where, ast.arg):
        return module.parents[module.parents[binding.where]] is scope
    own = module.statement_of(binding.where)
    return own in around and not (isinstance(own, _ASSIGNING) and is_of_statement(module, binding))
