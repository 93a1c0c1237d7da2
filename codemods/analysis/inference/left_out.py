"""Whether the code comes to a place in a deployment that does not set a variable, which the code asks for first."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from ..syntax.source_module import FUNCTIONS, Module
from .constants import Constants

_LEAVING = (ast.Return, ast.Raise, ast.Continue)
Asks = Callable[[ast.expr], bool]
"""Whether an expression is None because a variable is not set, or is the name of one that is not."""


def is_left_out(constants: Constants, module: Module, node: ast.AST) -> bool:
    """Whether the code does not come to a node in a deployment: a test of what is not set there leads past it."""

    def is_unset(test: ast.expr) -> bool:
        return _is_unset(constants, module, test)

    child = node
    for above in module.ancestors(node):
        if isinstance(above, ast.If | ast.IfExp) and child is not above.test:
            is_body = child is above.body if isinstance(above, ast.IfExp) else child in above.body
            if _holds(above.test, is_unset) is (not is_body):
                return True
        if any(_holds(test, is_unset) for test in _left_before(above, child)):
            return True
        if isinstance(above, (*FUNCTIONS, ast.Lambda)):
            return False
        child = above
    return False


def _left_before(above: ast.AST, child: ast.AST) -> Iterator[ast.expr]:
    """The tests above a statement, in its block, that leave the block where they hold."""
    for block in (getattr(above, "body", None), getattr(above, "orelse", None)):
        if isinstance(block, list) and child in block:
            for statement in block[: block.index(child)]:
                if isinstance(statement, ast.If) and isinstance(statement.body[-1], _LEAVING):
                    yield statement.test


def _holds(test: ast.expr, is_unset: Asks) -> bool | None:
    """Whether a test holds; None where that depends on something else."""
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            inner = _holds(operand, is_unset)
            return None if inner is None else not inner
        case ast.BoolOp(op=op, values=values):
            found = [_holds(value, is_unset) for value in values]
            decisive = isinstance(op, ast.Or)
            return decisive if decisive in found else None if None in found else not decisive
        case ast.Compare(
            left=left, ops=[ast.Is() | ast.IsNot() as op], comparators=[ast.Constant(value=None)]
        ):
            return isinstance(op, ast.Is) if is_unset(left) else None
        case ast.Compare(
            left=left, ops=[ast.In() | ast.NotIn() as op], comparators=[ast.Attribute(attr="environ")]
        ):
            return isinstance(op, ast.NotIn) if is_unset(left) else None
        case ast.Constant():
            return None
    return False if is_unset(test) else None


def _is_unset(constants: Constants, module: Module, node: ast.expr) -> bool:
    origins = constants.origins(module, node.value if isinstance(node, ast.NamedExpr) else node)
    if not origins.is_all or len(origins.places) != 1:
        return False
    home, place = origins.places[0]
    name: ast.expr | None = place
    if isinstance(place, ast.Call):
        has_default = constants.default_read_at(home, place) is not None
        name = None if has_default else constants.variable_read_at(home, place)
    elif not isinstance(place, ast.Constant):
        return False
    known = constants.read(home, name) if name is not None else None
    return known is not None and isinstance(known.value, str) and constants.is_never_set(known.value)
