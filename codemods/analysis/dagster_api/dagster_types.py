"""Classes that say of which type an op's inputs and outputs are: ``In(X)``, ``Out(dagster_type=X)``."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass

from ..inference.values import (
    Evaluates,
    External,
    Value,
)
from ..syntax.functions import returns_of
from ..syntax.scopes import Parameter
from ..syntax.source_module import (
    FUNCTIONS,
    Module,
)

_IN, _OUT = External("dagster.In"), External("dagster.Out")


@dataclass(frozen=True, eq=False)
class Typed:
    """What a type is said of."""

    function: ast.FunctionDef | ast.AsyncFunctionDef
    parameter: ast.arg | None
    """The parameter that it types; None for what the function returns."""


def typed_by(evaluator: Evaluates, module: Module, call: ast.Call, child: ast.AST) -> Typed | str:
    """What ``call`` says the type of with its argument ``child``; why that is not known here; empty for another call."""
    said = {id(word.value): word.arg for word in call.keywords}.get(id(child), "dagster_type")
    called = evaluator.values(module, call.func)
    if said != "dagster_type" or not called & {_IN, _OUT}:
        return ""
    decorator: ast.AST = call
    for above in module.ancestors(call):
        if isinstance(above, FUNCTIONS) and decorator in above.decorator_list:
            return _in_decorator(above, call, decorator, is_in=_IN in called)
        decorator = above
    return "it is not in the decorator of an op"


def _in_decorator(
    function: ast.FunctionDef | ast.AsyncFunctionDef, call: ast.Call, decorator: ast.AST, *, is_in: bool
) -> Typed | str:
    words = decorator.keywords if isinstance(decorator, ast.Call) else []
    if not is_in:
        is_only = any(word.arg == "out" and word.value is call for word in words)
        return Typed(function, None) if is_only else "the function has several outputs"
    for word in words:
        if word.arg == "ins" and isinstance(word.value, ast.Dict):
            for key, value in zip(word.value.keys, word.value.values, strict=True):
                if value is call and isinstance(key, ast.Constant):
                    named = [arg for arg in _parameters(function) if arg.arg == key.value]
                    return Typed(function, named[0]) if named else "no parameter has the name of the input"
    return "the input that it belongs to cannot be determined"


def _parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.arg]:
    arguments = function.args
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]


def values_of(evaluator: Evaluates, module: Module, typed: Typed) -> Iterable[Value]:
    """What the input may be, or the function may return."""
    if typed.parameter is not None:
        return evaluator.binding_values(module, Parameter(typed.function, typed.parameter))
    return [value for node in returns_of(typed.function) for value in evaluator.values(module, node)]
