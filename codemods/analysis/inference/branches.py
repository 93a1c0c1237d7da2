"""Which branch the code takes, and which key it reads, where the environment that it runs in is known."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from ..syntax.source_module import FUNCTIONS, TRIES, Module

Said = Callable[[Module, ast.expr], object]
"""The value of an expression; `UNKNOWN_VALUE` where it cannot be told."""
UNKNOWN_VALUE = object()
_COMPARED = {ast.Eq: operator.eq, ast.NotEq: operator.ne}
T = TypeVar("T")


def nothing_said(_module: Module, _node: ast.expr) -> object:
    """Tell no value: every branch may be taken."""
    return UNKNOWN_VALUE


@dataclass(frozen=True)
class Branches:
    """What is taken, given what values are."""

    said: Said = nothing_said
    sight: Hashable = None
    """What the values depend on: answers that were worked out for another sight are others."""

    def key(self, module: Module, node: ast.expr) -> object:
        """The key that a subscript reads; None where it cannot be told."""
        if isinstance(node, ast.Constant):
            return node.value
        value = self.said(module, node)
        return None if value is UNKNOWN_VALUE else value

    def truth(self, module: Module, test: ast.expr) -> bool | None:
        """Whether a test holds; None where that is not known."""
        match test:
            case ast.UnaryOp(op=ast.Not()):
                inner = self.truth(module, test.operand)
                return None if inner is None else not inner
            case ast.BoolOp():
                return self._of_several(module, test)
            case ast.Compare(ops=[op], comparators=[right]):
                return self._compared(module, test.left, op, right)
        value = self.said(module, test)
        return None if value is UNKNOWN_VALUE else bool(value)

    def _of_several(self, module: Module, test: ast.BoolOp) -> bool | None:
        found = [self.truth(module, value) for value in test.values]
        decisive = isinstance(test.op, ast.Or)
        if decisive in found:
            return decisive
        return None if None in found else not decisive

    def _compared(self, module: Module, left: ast.expr, op: ast.cmpop, right: ast.expr) -> bool | None:
        value = self.said(module, left)
        if isinstance(op, (ast.In, ast.NotIn)) and isinstance(right, (ast.Tuple, ast.List, ast.Set)):
            among = [self.said(module, element) for element in right.elts]
            if value is UNKNOWN_VALUE or UNKNOWN_VALUE in among:
                return None
            return (value in among) is isinstance(op, ast.In)
        other, compare = self.said(module, right), _COMPARED.get(type(op))
        if compare is None or UNKNOWN_VALUE in (value, other):
            return None
        return bool(compare(value, other))

    def sides(self, module: Module, node: ast.IfExp) -> Iterator[ast.expr]:
        """The sides of a conditional expression that may be taken."""
        truth = self.truth(module, node.test)
        if truth is not False:
            yield node.body
        if truth is not True:
            yield node.orelse

    def last_of(
        self,
        module: Module,
        found: Sequence[T],
        place: Callable[[T], ast.AST],
        replaces: Callable[[T], bool] = lambda _: True,
    ) -> list[T]:
        """Of what is bound in the order of the code, what may be there at the end.

        What ``replaces`` nothing leaves what was bound before.
        """
        kept = [one for one in found if self._is_taken(module, place(one)) is not False]
        sure = [
            getattr(place(one), "lineno", 0)
            for one in kept
            if replaces(one) and self._is_taken(module, place(one))
        ]
        return [one for one in kept if getattr(place(one), "lineno", 0) >= max(sure, default=0)]

    def first_of(self, module: Module, found: Sequence[T], place: Callable[[T], ast.AST]) -> list[T]:
        """Of what ends a function, in the order of the code, what may end it."""
        kept = [one for one in found if self._is_taken(module, place(one)) is not False]
        sure = [getattr(place(one), "lineno", 0) for one in kept if self._is_taken(module, place(one))]
        return [one for one in kept if not sure or getattr(place(one), "lineno", 0) <= min(sure)]

    def _is_case_taken(self, module: Module, case: ast.match_case) -> bool | None:
        """Whether a ``match`` comes to a case; None where it may."""
        above = module.parent(case)
        assert isinstance(above, ast.Match)
        subject = self.said(module, above.subject)
        for each in above.cases:
            fits = self._fits(module, subject, each.pattern)
            if each.guard is not None and fits is not False:
                fits = None if fits is None or not self.truth(module, each.guard) else True
            if each is case:
                return fits
            if fits:
                return False
            if fits is None:
                return None
        return None

    def _fits(self, module: Module, subject: object, pattern: ast.pattern) -> bool | None:
        match pattern:
            case ast.MatchAs(pattern=None):
                return True
            case ast.MatchOr(patterns=patterns):
                found = [self._fits(module, subject, each) for each in patterns]
                return True if True in found else None if None in found else False
            case ast.MatchValue(value=value):
                other = self.said(module, value)
                return None if UNKNOWN_VALUE in (subject, other) else bool(subject == other)
        return None

    def _is_taken(self, module: Module, node: ast.AST) -> bool | None:
        """Whether the code comes to a statement; None where it may. True only where a branch says so."""
        taken: bool | None = None
        child, is_told = node, True
        for above in module.ancestors(node):
            if isinstance(above, (*FUNCTIONS, ast.Lambda, ast.ClassDef)):
                break
            if isinstance(above, ast.If) and child is not above.test:
                truth = self.truth(module, above.test)
                is_body = any(child is statement for statement in above.body)
                if truth is not None and truth is not is_body:
                    return False
                is_told, taken = is_told and truth is not None, True
            elif isinstance(above, ast.match_case):
                truth = self._is_case_taken(module, above)
                if truth is False:
                    return False
                is_told, taken = is_told and truth is not None, True
            elif isinstance(above, (ast.For, ast.AsyncFor, ast.While, *TRIES)):
                is_told = False
            child = above
        return taken if is_told else None


EVERY_BRANCH = Branches()
