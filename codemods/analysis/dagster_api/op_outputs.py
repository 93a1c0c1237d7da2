"""``Output(value, metadata=...)``: what an op answers with something said of it (dagster.Output).

Followed is the output of an op that has one: what is given a name is one of several, and they are not distinguished here.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..syntax.functions import (
    decorator_name,
    nodes_run_by,
)
from ..syntax.source_module import Module

_OUTPUT = "Output"
_DAGSTER = "dagster"


def value_in_output(call: ast.Call) -> ast.expr | None:
    """What a call of this form wraps; None for a call of another form, and for one output of several."""
    words = {word.arg: word.value for word in call.keywords}
    if decorator_name(call) != _OUTPUT or len(call.args) > 1 or {"output_name", None} & words.keys():
        return None
    found = call.args[0] if call.args else words.get("value")
    return None if isinstance(found, ast.Starred) else found


def wraps_as_output(module: Module, call: ast.Call, child: ast.AST | None = None) -> bool:
    """Whether a call is one of Dagster's ``Output`` and wraps ``child``, as it is or with its keyword; or anything."""
    wrapped = value_in_output(call)
    if wrapped is None or child not in (
        None,
        wrapped,
        *(word for word in call.keywords if word.value is wrapped),
    ):
        return False
    named = call.func
    if isinstance(named, ast.Attribute):
        home = named.value.id if isinstance(named.value, ast.Name) else ""
        return any(
            isinstance(node, ast.Import)
            and any((alias.asname or alias.name) == home and alias.name == _DAGSTER for alias in node.names)
            for node in module.nodes
        )
    return any(
        isinstance(node, ast.ImportFrom)
        and node.module == _DAGSTER
        and any(alias.name in {_OUTPUT, "*"} and not alias.asname for alias in node.names)
        for node in module.nodes
    )


def outputs_yielded(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.Call]:
    """Each ``yield Output(...)`` of a function."""
    for node in nodes_run_by(function):
        if isinstance(node, ast.Yield) and isinstance(node.value, ast.Call) and value_in_output(node.value):
            yield node.value
