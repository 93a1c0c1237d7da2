"""What the signature and the body of a function of the tree say: decorators, defaults, arguments, returns."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from functools import lru_cache
from typing import TypeGuard

from .source_module import (
    FUNCTIONS,
    Module,
)

_SCOPES_INSIDE = (*FUNCTIONS, ast.ClassDef, ast.Lambda)
BUILD_RESOURCES = "build_resources"
"""Dagster's function that answers resources as ``context.resources`` does, to ``with``."""
INJECTING = frozenset(
    {
        "op",
        "asset",
        "multi_asset",
        "graph_asset",
        "observable_source_asset",
        "multi_observable_source_asset",
        "dbt_assets",
        "dbt_cloud_assets",
        "asset_check",
        "multi_asset_check",
        "schedule",
        "sensor",
        "asset_sensor",
        "multi_asset_sensor",
        "run_status_sensor",
        "run_failure_sensor",
        "success_hook",
        "failure_hook",
    }
)
"""The decorators whose functions Dagster calls, with a context and resources."""


CALLED_AS = "__call__"
"""The method that a call of an object calls."""
VARIANTS = frozenset({"alias", "tag", "with_hooks", "with_retry_policy"})
"""The methods of an op that answer the same op, to be called in the body of a job."""


def decorator_name(decorator: ast.expr) -> str:
    """The last part of a decorator's name, called or not."""
    target = decorator.func if isinstance(decorator, ast.Call) else decorator
    return (
        target.id
        if isinstance(target, ast.Name)
        else target.attr
        if isinstance(target, ast.Attribute)
        else ""
    )


def argument_of(
    call: ast.Call,
    function: ast.FunctionDef | ast.AsyncFunctionDef,
    name: str,
    filled: frozenset[str] = frozenset(),
    *,
    has_context: bool = False,
) -> ast.expr | None:
    """The argument that a call gives to a parameter, where others are ``filled`` by Dagster, the context too but where it is handed on."""
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    positional = [arg.arg for arg in [*function.args.posonlyargs, *function.args.args]]
    is_method = isinstance(call.func, ast.Attribute) or function.name in {"__init__", CALLED_AS}
    if is_method and function.name == "__init__" and _gives_object(call):
        is_method = False  # `Runner.__init__(self, client)` gives the object itself.
    if is_method and positional[:1] in (["self"], ["cls"]):
        positional = positional[1:]
    elif positional[:1] and takes_context(function, positional[0]) and not has_context:
        positional = positional[1:]  # Dagster fills it; calls in a job's body leave it out.
    positional = [each for each in positional if each not in filled]
    if name in positional and positional.index(name) < len(call.args):
        return call.args[positional.index(name)]
    return None


def hands_context(call: ast.Call, caller: ast.AST | None) -> bool:
    """Whether a call hands a context on to an op, as what decorates an op does: ``function(context, client)``."""
    first = call.args[0] if call.args else None
    is_context = isinstance(first, ast.Name) and first.id.strip("_") == "context"
    return is_context and not composes(caller)


def _gives_object(call: ast.Call) -> bool:
    """Whether an ``__init__`` is called of a class by its name, and not of ``super()``."""
    callee = call.func
    return (
        isinstance(callee, ast.Attribute)
        and callee.attr == "__init__"
        and not isinstance(callee.value, ast.Call)
    )


def parameters_given(
    call: ast.Call, argument: ast.expr, keyword: str | None, positional: list[str], others: list[str]
) -> list[str] | None:
    """Which parameters a call may give an argument to, by their names; None where that is not to be seen."""
    if keyword is not None:
        return [keyword] if keyword in positional or keyword in others else None
    if isinstance(argument, ast.Starred) or argument not in call.args:
        return [*positional, *others]
    if any(isinstance(each, ast.Starred) for each in call.args):
        return positional
    place = call.args.index(argument)
    return [positional[place]] if place < len(positional) else None


Shape = tuple[int, bool, frozenset[str]]
"""How many arguments a call gives by position, whether some of them are not written there, and the names of the others."""


def shape_of(call: ast.Call) -> Shape:
    """What says which functions may take the arguments of a call."""
    is_open = any(isinstance(given, ast.Starred) for given in call.args)
    return len(call.args), is_open, frozenset(word.arg for word in call.keywords if word.arg)


def takes_as_many(function: ast.FunctionDef | ast.AsyncFunctionDef, call: ast.Call) -> bool:
    """Whether a function may take as many arguments as a call gives by position, and those that it names."""
    if any(isinstance(given, ast.Starred) for given in call.args):
        return True
    arguments = function.args
    named = {arg.arg for arg in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}
    fits = arguments.vararg is not None or len(call.args) <= len(arguments.posonlyargs) + len(arguments.args)
    return fits and (
        arguments.kwarg is not None or all(word.arg in named for word in call.keywords if word.arg)
    )


def renamed(call: ast.Call) -> ast.expr:
    """What is called, also where it is called under another name: ``use`` of ``use.alias("again")(x)``."""
    callee = call.func
    while (
        isinstance(callee, ast.Call)
        and isinstance(callee.func, ast.Attribute)
        and callee.func.attr in VARIANTS
    ):
        callee = callee.func.value
    return callee


def place_of(call: ast.Call, argument: ast.expr) -> int:
    """At which place, counted from 0 in the order of the text, a call takes a value."""
    arguments: list[ast.expr | ast.keyword] = [*call.args, *call.keywords]
    arguments.sort(key=lambda given: (given.lineno, given.col_offset))
    return [given.value if isinstance(given, ast.keyword) else given for given in arguments].index(argument)


def is_injected(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether Dagster calls a function with a context, configuration and resources."""
    return any(decorator_name(decorator) in INJECTING for decorator in function.decorator_list)


def takes_context(function: ast.FunctionDef | ast.AsyncFunctionDef, first: str) -> bool:
    return is_injected(function) and first.strip("_") in {"context", ""}


def default_of(function: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, name: str) -> ast.expr | None:
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    for arg, value in zip(reversed(positional), reversed(arguments.defaults), strict=False):
        if arg.arg == name:
            return value
    for arg, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        if arg.arg == name:
            return default
    return None


def composes(function: ast.AST | None) -> bool:
    """Whether a function wires ops together, and what they answer is a handle to pass on."""
    return isinstance(function, FUNCTIONS) and any(
        decorator_name(decorator) in {"job", "graph", "graph_asset", "graph_multi_asset"}
        for decorator in function.decorator_list
    )


def takes_unwritten(call: ast.Call) -> bool:
    """Whether a call gives arguments that are not written there: ``f(**given)``."""
    return any(isinstance(given, ast.Starred) for given in call.args) or any(
        word.arg is None for word in call.keywords
    )


def collected_by(node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> ast.expr:
    """What a comprehension collects: ``f(x)`` of ``[f(x) for x in xs]`` and of ``[y for x in xs for y in f(x)]``."""
    last = node.generators[-1]
    is_same = (
        isinstance(node.elt, ast.Name) and isinstance(last.target, ast.Name) and node.elt.id == last.target.id
    )
    return last.iter if is_same and not last.ifs else node.elt


def returns_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.expr]:
    """What a function returns."""
    returns = (node for node in nodes_run_by(function) if isinstance(node, ast.Return))
    return [node.value for node in returns if node.value is not None]


def nodes_run_by(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Sequence[ast.AST]:
    """The nodes of a function's body, without what is inside of other functions and classes in it."""
    return _nodes_run_by(function)


@lru_cache(maxsize=1 << 14)
def _nodes_run_by(function: ast.FunctionDef | ast.AsyncFunctionDef) -> tuple[ast.AST, ...]:
    found: list[ast.AST] = []
    stack: list[ast.AST] = list(function.body)
    while stack:
        node = stack.pop()
        found.append(node)
        if not isinstance(node, _SCOPES_INSIDE):
            stack.extend(ast.iter_child_nodes(node))
    return tuple(found)


def names_read(node: ast.AST) -> frozenset[str]:
    """The names that an expression takes from the scopes around it: not those of its own lambdas and comprehensions."""
    names = [inner for inner in ast.walk(node) if isinstance(inner, ast.Name)]
    own = {inner.arg for inner in ast.walk(node) if isinstance(inner, ast.arg)}
    own |= {inner.id for inner in names if isinstance(inner.ctx, ast.Store)}
    return frozenset(inner.id for inner in names) - own


def is_property(node: ast.AST) -> TypeGuard[ast.FunctionDef]:
    """Whether a function is read as an attribute, and not called."""
    return isinstance(node, ast.FunctionDef) and any(
        decorator_name(decorator) in {"property", "cached_property"} for decorator in node.decorator_list
    )


def sorted_with(module: Module, function: ast.Lambda) -> ast.expr | None:
    """What is sorted, where a function says by what: ``xs`` of ``sorted(xs, key=function)``."""
    keyword = module.parent(function)
    call = module.parent(keyword) if isinstance(keyword, ast.keyword) and keyword.arg == "key" else None
    is_sorted = isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "sorted"
    return call.args[0] if isinstance(call, ast.Call) and is_sorted and call.args else None


def is_none(node: ast.expr | None) -> bool:
    """Whether nothing is given: no expression, or ``None`` written out."""
    return node is None or (isinstance(node, ast.Constant) and node.value is None)


def is_getattr(call: ast.Call) -> bool:
    """Whether a call is ``getattr(x, ...)``."""
    return isinstance(call.func, ast.Name) and call.func.id == "getattr" and len(call.args) >= 2
