"""Whether all that a loop goes through is known, or a part of it alone."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING

from ..syntax.functions import decorator_name
from ..syntax.scopes import Assigned, Binding, Imported, Opaque, Parameter
from ..syntax.source_module import Module
from ..uses.uses import COPYING
from .branches import EVERY_BRANCH
from .looking import Looking
from .values import Literal
from .varargs import are_all_further

if TYPE_CHECKING:
    from .interpreter import Evaluator

_GOING_THROUGH = frozenset({"enumerate", "zip", *COPYING})
"""Functions whose answer goes through what they are given."""
DISPLAYS = (ast.Dict, ast.List, ast.Tuple)

Find = Callable[[Module, ast.expr], list[Literal]]
"""Answers the displays that an expression may be."""


def keys_of(value: Literal) -> list[tuple[Module, ast.expr]] | None:
    """The keys that a loop over a dict goes through, as far as they are written in it; None for what is no dict."""
    match value.node:
        case ast.Dict(keys=keys):
            return [(value.module, key) for key in keys if key is not None]
        case ast.DictComp(key=key):
            return [(value.module, key)]
    return None


def is_whole(evaluator: Evaluator, module: Module, node: ast.expr, find: Find) -> bool:
    """Whether all that a loop over ``node`` may go through is known, and not a part of it alone."""
    return _is_whole(evaluator, module, node, find, set())


def _is_whole(evaluator: Evaluator, module: Module, node: ast.expr, find: Find, seen: set[ast.AST]) -> bool:
    if node in seen:
        return True
    seen.add(node)
    branches = find.branches if isinstance(find, Looking) else EVERY_BRANCH
    match node:
        case ast.IfExp():
            return all(_is_whole(evaluator, module, side, find, seen) for side in (node.body, node.orelse))
        case ast.BinOp():
            return all(_is_whole(evaluator, module, side, find, seen) for side in (node.left, node.right))
        case ast.Call(func=ast.Name()) if decorator_name(node) in _GOING_THROUGH:
            return all(_is_whole(evaluator, module, argument, find, seen) for argument in node.args)
        case ast.Call(func=ast.Attribute(value=inner, attr="items" | "keys" | "values" | "copy")):
            return _is_whole(evaluator, module, inner, find, seen)
        case ast.Subscript(value=inner, slice=ast.Slice()):
            return _is_whole(evaluator, module, inner, find, seen)
        case ast.Attribute() if not evaluator.places(module, node, branches).is_all:
            return False  # Of an object that is made out of sight: `Team.model_validate(read())`, `team._replace(jobs=[67891])`.
        case ast.Name():
            bindings = evaluator.star_imports.bound(module, node)
            if any(binding.adds and isinstance(binding, Imported) for binding in bindings):
                return False
            if not all(_is_bound_whole(evaluator, module, binding, find, seen) for binding in bindings):
                return False
            if bindings and all(isinstance(binding, Opaque) for binding in bindings):
                return True  # Each holds the further arguments of a function, and calls write those.
    displays = find(module, node)
    return bool(displays) and all(
        _is_whole(evaluator, more.module, more.value, find, seen)
        for display in displays
        for more in evaluator.statements.added_to(display)
        if more.is_whole
    )


def _is_bound_whole(
    evaluator: Evaluator, module: Module, binding: Binding, find: Find, seen: set[ast.AST]
) -> bool:
    if isinstance(binding, Opaque):
        return are_all_further(evaluator, module, binding)
    if isinstance(binding, Assigned) and not binding.path:
        return _is_whole(evaluator, module, binding.value, find, seen)
    if isinstance(binding, Parameter) and not isinstance(binding.function, ast.Lambda):
        given = evaluator.calls.arguments(binding.function, binding.arg.arg)
        return all(_is_whole(evaluator, caller, argument, find, seen) for caller, argument in given)
    if isinstance(binding, Imported) and not evaluator.binding_values(module, binding):
        found = evaluator.bindings.places_at_end(
            evaluator.bindings.imported(module, binding), binding.name, EVERY_BRANCH
        )
        return found is not None and all(isinstance(place, DISPLAYS) for _, place in found.places)
    return True
