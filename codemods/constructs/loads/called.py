"""What runs when a function that a load is given is called: the functions of the tree, as far as they can be followed."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ...analysis.inference.values import Instance, Local
from ...analysis.syntax.source_module import FUNCTIONS, Module
from ...planning.claims import Context


def bodies(
    context: Context, module: Module, function: ast.expr, seen: set[ast.AST]
) -> Iterator[tuple[Module, ast.AST]]:
    """What runs when a function is called: of the tree, and not what it hands on to others."""
    if isinstance(function, ast.Name):  # `key = lambda node: ...`, `key = partial(f, x)`
        for home, place in context.constants.origins(module, function).places:
            if isinstance(place, (ast.Lambda, ast.Call)) and place not in seen:
                seen.add(place)
                yield from bodies(context, home, place, seen)
    if isinstance(function, ast.Lambda):
        yield module, function
        yield from _called_in(context, module, function.body, seen)
    if isinstance(function, ast.Call):  # `partial(f, x)`, or a function that wraps one
        for given in (*function.args, *(word.value for word in function.keywords)):
            yield from bodies(context, module, given, seen)
    for value in context.index.values(module, function):
        called = [value]
        if isinstance(value, Instance):
            called = list(context.index.evaluator.objects.attribute(value.owner, "__call__"))
        for one in called:
            if not isinstance(one, Local) or not isinstance(one.node, FUNCTIONS) or one.node in seen:
                continue
            seen.add(one.node)
            yield one.module, one.node
            yield from _called_in(context, one.module, one.node, seen)


def _called_in(
    context: Context, module: Module, body: ast.AST, seen: set[ast.AST]
) -> Iterator[tuple[Module, ast.AST]]:
    for node in ast.walk(body):
        if isinstance(node, ast.Call):
            yield from bodies(context, module, node.func, seen)
