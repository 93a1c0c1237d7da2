"""Whether a test that the code makes first leads past a place, where what it asks for is not there."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from ..syntax.source_module import FUNCTIONS, Module

_LEAVING = (ast.Return, ast.Raise, ast.Continue)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)
Asks = Callable[[ast.expr], bool]
"""Whether an expression is None, or is the name of a variable that is not set."""


def is_none_passed_by(module: Module, node: ast.expr) -> bool:
    """Whether the code does not come to a name where that is None: ``load(job_id) if job_id else None``."""
    if not isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)):
        return False
    spelled = ast.unparse(node)
    return leads_past(module, node, lambda test: ast.unparse(_target(test)) == spelled)


def _target(test: ast.expr) -> ast.expr:
    return test.target if isinstance(test, ast.NamedExpr) else test


def leads_past(module: Module, node: ast.AST, is_unset: Asks) -> bool:
    """Whether a test of what is not there leads past a node."""
    child = node
    for above in module.ancestors(node):
        if isinstance(above, ast.If | ast.IfExp) and child is not above.test:
            is_body = child is above.body if isinstance(above, ast.IfExp) else child in above.body
            if _holds(above.test, is_unset) is (not is_body):
                return True
        if any(_holds(test, is_unset) for test in _left_before(above, child)):
            return True
        if isinstance(above, _COMPREHENSIONS) and not isinstance(child, ast.comprehension):
            tests = [test for loop in above.generators for test in loop.ifs]
            if any(_holds(test, is_unset) is False for test in tests):
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
