"""Whether the code does not come to a place in a deployment, as the loop around it goes through nothing there.

JOBS = [67890, 67891] if STAGE == "prod" else []
models = [load(job_id) for job_id in JOBS]          elsewhere no job is loaded
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..dagster_api.decorators import is_builtin
from ..syntax.scopes import Parameter
from ..syntax.source_module import FUNCTIONS, Module
from ..uses.uses import COPYING
from .constants import Constants
from .values import Literal

_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)
_VIEWS = frozenset({"items", "keys", "values"})
_DEEPEST = 4
"""Functions that hand on what they are given, one behind the other."""


def loops_over_nothing(constants: Constants, module: Module, node: ast.expr, depth: int = _DEEPEST) -> bool:
    """Whether each way to an expression leads through a loop that goes through nothing in a deployment."""
    if not constants.is_whole or not depth:
        return False
    if any(_is_empty(constants, module, each) for each in _looped_over(module, node)):
        return True
    return any(
        _is_never_called(constants, binding, depth)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Name)
        for binding in constants.evaluator.tree.names(module).lookup(module, inner.id, inner)
        if isinstance(binding, Parameter)
    )


def _is_never_called(constants: Constants, parameter: Parameter, depth: int) -> bool:
    function, name, calls = parameter.function, parameter.arg.arg, constants.evaluator.calls
    if isinstance(function, ast.Lambda) or any(calls.spreading(function, name)):
        return False
    given = calls.arguments(function, name)
    return (
        bool(given)
        and not calls.may_leave_out(function, name)
        and all(loops_over_nothing(constants, caller, argument, depth - 1) for caller, argument in given)
    )


def _looped_over(module: Module, node: ast.AST) -> Iterator[ast.expr]:
    """What the loops around a place, in its function, go through."""
    child = node
    for above in module.ancestors(node):
        if isinstance(above, (*FUNCTIONS, ast.Lambda)):
            return
        if isinstance(above, (ast.For, ast.AsyncFor)) and any(child is one for one in above.body):
            yield above.iter
        elif isinstance(above, _COMPREHENSIONS) and child is not above.generators[0]:
            yield above.generators[0].iter
        child = above


def _is_empty(constants: Constants, module: Module, node: ast.expr) -> bool:
    """Whether a loop over an expression surely goes through nothing."""
    match node:
        case ast.Call(func=ast.Attribute(value=inner, attr=view), args=[], keywords=[]) if view in _VIEWS:
            return _is_empty(constants, module, inner)
        case ast.Call(func=ast.Name(id=name) as copying, args=[inner]) if name in COPYING and is_builtin(
            constants.evaluator, module, copying
        ):
            return _is_empty(constants, module, inner)
    evaluator, made = constants.evaluator, constants.origins(module, node)
    displays = [
        value
        for home, place in made.places
        for value in evaluator.values(home, place)
        if isinstance(value, Literal) and value.node is place
    ]
    is_known = bool(displays) and len(displays) == len(made.places) and evaluator.is_all(made)
    return is_known and not any(_holds_any(constants, one) for one in displays)


def _holds_any(constants: Constants, display: Literal) -> bool:
    evaluator = constants.evaluator
    is_written_empty = isinstance(display.node, (ast.List, ast.Tuple)) and not display.node.elts
    is_written_empty |= isinstance(display.node, ast.Dict) and not display.node.values
    return (
        not is_written_empty
        or bool(evaluator.statements.added_to(display))
        or evaluator.changes.may_change(display)
    )
