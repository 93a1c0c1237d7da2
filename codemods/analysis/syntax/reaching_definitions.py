"""Which of the bindings of a name reach a place in the same scope: what was bound again before is gone."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol, TypeVar

from .source_module import Module

LOOPS = (ast.For, ast.AsyncFor, ast.While)


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
    found, is_sure = _before(module, scope, bindings, _suites(module, at, scope))
    if not is_sure:
        # What belongs to no statement before: parameters, and a walrus in the statement itself.
        at_once = [binding for binding in bindings if _is_no_statement(module, binding, scope, at)]
        found += [binding for binding in at_once if binding not in found]
    return found or list(bindings)


def reaching_end(module: Module, bindings: Sequence[B]) -> list[B]:
    """The bindings of a module-level name that may hold once the module has run, as importers see it."""
    found, _ = _before(module, module.tree, bindings, [(module.tree.body, len(module.tree.body))])
    return found or list(bindings)


def _before(
    module: Module, scope: ast.AST, bindings: Sequence[B], suites: Iterable[tuple[list[ast.stmt], int]]
) -> tuple[list[B], bool]:
    """The bindings in the statements before, the last first, and whether one of them is sure to hold."""
    if len(bindings) < 2:
        return list(bindings), True
    inside = {id(binding): _way_up(module, binding.where, scope) for binding in bindings}
    found: list[B] = []
    for suite, place in suites:
        for statement in reversed(suite[:place]):
            here = [binding for binding in bindings if statement in inside[id(binding)]]
            found += [binding for binding in here if binding not in found]
            if any(_is_sure(module, binding, statement) for binding in here):
                return found, True
        loop = module.parent(suite[0])
        if isinstance(loop, LOOPS):  # What stands behind comes before as well.
            found += [binding for binding in bindings if loop in inside[id(binding)] and binding not in found]
    return found, False


def _way_up(module: Module, node: ast.AST, scope: ast.AST) -> set[ast.AST]:
    found = {node}
    for above in module.ancestors(node):
        found.add(above)
        if above is scope:
            break
    return found


def _suites(module: Module, at: ast.AST, scope: ast.AST) -> Iterator[tuple[list[ast.stmt], int]]:
    """The statement lists around a place, the innermost first, and which of their statements holds the place."""
    child = at
    for above in module.ancestors(at):
        for suite in _suites_of(above):
            for place, statement in enumerate(suite):
                if statement is child:
                    yield suite, place
        if above is scope:
            return
        child = above


def _suites_of(node: ast.AST) -> Iterator[list[ast.stmt]]:
    for name in ("body", "orelse", "finalbody"):
        suite = getattr(node, name, None)
        if isinstance(suite, list):
            yield suite


def _is_sure(module: Module, binding: Bound, statement: ast.stmt) -> bool:
    """Whether a statement binds the name whenever it runs, and leaves nothing of what was there."""
    if binding.adds:
        return False
    node = binding.where
    if isinstance(node, ast.stmt):
        return node is statement
    return module.statement_of(node) is statement and isinstance(statement, (ast.Assign, ast.AnnAssign))


def _is_no_statement(module: Module, binding: Bound, scope: ast.AST, at: ast.AST) -> bool:
    if isinstance(binding.where, ast.arg):
        return module.parents[module.parents[binding.where]] is scope
    own = module.statement_of(binding.where)
    return own in module.ancestors(at) and not isinstance(own, (ast.Assign, ast.AnnAssign, ast.AugAssign))
