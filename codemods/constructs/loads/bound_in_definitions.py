"""What a ``Definitions(...)`` binds under a resource key."""

from __future__ import annotations

import ast

from ...analysis.inference.values import External, Literal, Made, Values
from ...analysis.syntax.source_module import Module
from ...planning.claims import Context

_RESOURCES = 4
"""The place of ``resources`` among the positional parameters of ``Definitions``."""


def given_as_resources(call: ast.Call) -> ast.expr | None:
    """What ``Definitions(...)`` is given as its resources."""
    named = next((keyword.value for keyword in call.keywords if keyword.arg == "resources"), None)
    return named if named is not None else next(iter(call.args[_RESOURCES : _RESOURCES + 1]), None)


def is_bound_in(
    context: Context, module: Module, call: ast.Call, key: str, resources: frozenset[Made]
) -> bool:
    """Whether a call of ``Definitions`` binds one of the resources under a key."""
    is_definitions = External("dagster.Definitions") in context.index.values(module, call.func)
    return is_definitions and look_for(context, module, call, key, resources) == "bound"


def look_for(context: Context, module: Module, call: ast.Call, key: str, resources: frozenset[Made]) -> str:
    """``bound``: the key is there, with one of the resources; ``other``: something else is; ``free``: nothing is."""
    given = given_as_resources(call)
    if given is None:
        return "free" if not any(keyword.arg is None for keyword in call.keywords) else "other"
    displays = [value for value in context.index.values(module, given) if isinstance(value, Literal)]
    if not displays:
        return "other"
    states: set[str] = set()
    for display in displays:
        values = _under(context, display, key)
        if values is None:
            states.add("free" if display.node is given else "other")
        else:
            states.add("bound" if values & resources else "other")
    return states.pop() if len(states) == 1 else "other"


def bound_under(context: Context, module: Module, call: ast.Call, key: str) -> Values:
    """What a call of ``Definitions`` binds under a key, as far as it is known."""
    given = given_as_resources(call)
    displays = context.index.values(module, given) if given is not None else ()
    found = (_under(context, one, key) for one in displays if isinstance(one, Literal))
    return frozenset(value for values in found for value in values or ())


def _under(context: Context, display: Literal, key: str) -> Values | None:
    if not isinstance(display.node, ast.Dict):
        return frozenset()
    for name, value in zip(display.node.keys, display.node.values, strict=True):
        if name is None:
            for inner in context.index.values(display.module, value):
                found = _under(context, inner, key) if isinstance(inner, Literal) else frozenset()
                if found is not None:
                    return found
            if not context.index.values(display.module, value):
                return frozenset()
        elif isinstance(name, ast.Constant) and name.value == key:
            return context.index.values(display.module, value)
    return None
