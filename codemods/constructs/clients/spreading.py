"""Whether several statements may stand where one call stood: nothing that code sees may change in between."""

from __future__ import annotations

import ast

from ...analysis.syntax.source_module import TRIES, Module
from .methods import Method

_BEFORE_THE_RUN = frozenset({"job_id", "steps_override", "cause"})
"""Arguments of the statement that starts the run; the others are evaluated when it has started."""
_CATCHING = (*TRIES, ast.With, ast.AsyncWith)


def may_be_spread(module: Module, call: ast.Call, method: Method) -> bool:
    """Whether a call is a whole statement, whose parts may be evaluated one after the other."""
    statement = module.statement_of(call)
    if isinstance(statement, ast.Assign):
        if not _is_alone(statement, call) or _is_seen_half_done(module, statement, call):
            return False
    elif not (isinstance(statement, (ast.Expr, ast.Return)) and statement.value is call):
        return False
    # What may raise, or read what changes, must be done before the run starts, and in the order of the code.
    involved = [name for name, value in method.arguments if _is_involved(value)]
    return set(involved) <= _BEFORE_THE_RUN and len(involved) < 2


def _is_alone(statement: ast.Assign, call: ast.Call) -> bool:
    return (
        statement.value is call and len(statement.targets) == 1 and isinstance(statement.targets[0], ast.Name)
    )


def _is_seen_half_done(module: Module, statement: ast.Assign, call: ast.Call) -> bool:
    """Whether code may read the name while it holds a run that has not ended: in the call, or where an error is caught."""
    target = statement.targets[0]
    assert isinstance(target, ast.Name)
    if any(isinstance(node, ast.Name) and node.id == target.id for node in ast.walk(call)):
        return True
    function = module.function_of(statement)
    for above in module.ancestors(statement):
        if above is function:
            break
        if isinstance(above, _CATCHING):
            return True
    return function is not None and any(
        isinstance(node, (ast.Global, ast.Nonlocal)) and target.id in node.names
        for node in ast.walk(function)
    )


def _is_involved(value: ast.expr) -> bool:
    return any(
        isinstance(node, (ast.Call, ast.Subscript, ast.Await, ast.NamedExpr)) for node in ast.walk(value)
    )
