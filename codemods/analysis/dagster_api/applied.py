"""What decorators of the tree make of a function: the function itself, or one that stands in the decorator.

def register(name):                         def with_client(function):
    def decorate(function):                     @wraps(function)
        HANDLERS[name] = function               def inner(context, *args):
        return function                             return function(context.resources.dbt.get_dbt_client(), *args)
    return decorate                             return inner
"""

from __future__ import annotations

import ast

from ..inference.values import NOTHING, Evaluates, External, Local, Value, Values
from ..syntax.functions import nodes_run_by, returns_of
from ..syntax.scopes import Parameter
from ..syntax.source_module import FUNCTIONS, Module
from ..syntax.transparent import (
    answers_transparent,
    answers_transparent_for_arguments,
    is_transparent,
    is_transparent_for_arguments,
)

Function = ast.FunctionDef | ast.AsyncFunctionDef


def first_of(function: Function) -> str:
    """The name of the only parameter of a function; empty where it has none, or several."""
    given = function.args
    named = [*given.posonlyargs, *given.args]
    is_only = len(named) == 1 and not (given.vararg or given.kwarg or given.kwonlyargs or given.defaults)
    return named[0].arg if is_only else ""


def applied(evaluator: Evaluates, module: Module, function: ast.AST) -> Values:
    """The functions that the name of a decorated function is; nothing where it is that function, or is not known."""
    if not isinstance(function, FUNCTIONS) or len(function.decorator_list) != 1:
        return NOTHING  # Below others, they are given what it is made into, and the name is what those make.
    found = of_decorator(evaluator, module, function)
    own = Local(module, function)
    return frozenset() if found is None or own in found else found


def of_decorator(evaluator: Evaluates, module: Module, function: Function) -> Values | None:
    """What the one decorator of a function makes of it, where that is followed; None where it is not.

    Below decorators of Dagster it may make a function that takes the context alone, and answers what the function answers.
    """
    if not function.decorator_list or isinstance(module.parent(function), ast.ClassDef):
        return None  # A method gets its object by what is made of it, which is another thing to follow.
    *others, decorator = function.decorator_list
    own = Local(module, function)
    if not others and is_handed_all(evaluator, module, decorator):
        return frozenset({own})
    decorators = evaluator.values(module, decorator)
    answers = [_of(evaluator, one, own) for one in decorators]
    if not answers or None in answers:
        return None
    found: Values = frozenset().union(*(one for one in answers if one is not None))
    if not others:
        return found
    names = {
        first_of(one.node) for one in decorators if isinstance(one, Local) and isinstance(one.node, FUNCTIONS)
    }
    is_below = _are_of_dagster(evaluator, module, others)
    return found if is_below and all(_takes_context(evaluator, one, names) for one in found) else None


def _are_of_dagster(evaluator: Evaluates, module: Module, decorators: list[ast.expr]) -> bool:
    callees = (one.func if isinstance(one, ast.Call) else one for one in decorators)
    values = [evaluator.values(module, callee) for callee in callees]
    return all(
        isinstance(value, External) and value.name.startswith("dagster.") and bool(each)
        for each in values
        for value in each or [None]
    )


def _takes_context(evaluator: Evaluates, value: Value, decorated: set[str]) -> bool:
    """Whether a function takes a context and nothing else, and answers what the decorated one answers."""
    if (
        not isinstance(value, Local)
        or not isinstance(value.node, ast.FunctionDef)
        or value.node.decorator_list
    ):
        return False
    nodes = nodes_run_by(value.node)
    returned = returns_of(value.node)
    is_plain = not any(isinstance(one, (ast.Yield, ast.YieldFrom)) for one in nodes)
    return (
        is_plain
        and first_of(value.node).strip("_") == "context"
        and len(returned) == 1
        and isinstance(value.node.body[-1], ast.Return)
        and isinstance(returned[0], ast.Call)
        and any(_is_parameter(evaluator, value.module, returned[0].func, name) for name in decorated)
    )


def is_handed_all(evaluator: Evaluates, module: Module, decorator: ast.expr) -> bool:
    """Whether a function takes what it is called with, and answers, as if it had no decorator."""
    factories = evaluator.values(module, decorator.func if isinstance(decorator, ast.Call) else decorator)
    return bool(factories) and all(hands_on_all(one, decorator) for one in factories)


def hands_on_all(value: Value, decorator: ast.expr, readable: frozenset[int] = frozenset()) -> bool:
    """Whether a decorator hands on what a function takes and answers, and reads no more of it than at these places."""
    function = _plain_function(value)
    if function is None:
        return False
    if isinstance(decorator, ast.Call):
        return answers_transparent(function, decorator, readable)
    return is_transparent(function, readable=readable)


def hands_on_arguments(value: Value, decorator: ast.expr) -> bool:
    """Whether a decorator hands on what a function takes, and may answer something of its own in place of what that answers."""
    function = _plain_function(value)
    if function is None:
        return False
    if isinstance(decorator, ast.Call):
        return answers_transparent_for_arguments(function)
    return is_transparent_for_arguments(function)


def _plain_function(value: Value) -> ast.FunctionDef | None:
    """A function of the tree that nothing decorates; None for anything else."""
    match value:
        case Local(node=ast.FunctionDef(decorator_list=[]) as function):
            return function
    return None


def _of(evaluator: Evaluates, decorator: Value, function: Local) -> Values | None:
    if not isinstance(decorator, Local) or not isinstance(decorator.node, ast.FunctionDef):
        return None
    node, home = decorator.node, decorator.module
    name, returned = first_of(node), returns_of(node)
    if node.decorator_list or not name or not returned or not isinstance(node.body[-1], ast.Return):
        return None
    if any(isinstance(one, (ast.Yield, ast.YieldFrom)) for one in nodes_run_by(node)):
        return None
    found: set[Value] = set()
    for one in returned:
        if _is_parameter(evaluator, home, one, name):
            found.add(function)
            continue
        values = evaluator.values(home, one)
        if not values or not all(_stands_in(value, node) for value in values):
            return None
        found |= values
    return frozenset(found)


def _is_parameter(evaluator: Evaluates, module: Module, node: ast.expr, name: str) -> bool:
    if not isinstance(node, ast.Name) or node.id != name:
        return False
    return all(isinstance(one, Parameter) for one in evaluator.bound(module, node))


def _stands_in(value: Value, decorator: ast.FunctionDef) -> bool:
    """Whether a value is a function that stands in a decorator, and not the decorator."""
    is_function = isinstance(value, Local) and isinstance(value.node, FUNCTIONS)
    return is_function and any(value.node is one for one in ast.walk(decorator) if one is not decorator)  # type: ignore[union-attr]
