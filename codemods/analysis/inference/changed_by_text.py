"""Whether a file changes what a name of it holds without spelling that name: ``globals()["JOBS"].append(x)``."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..syntax.functions import decorator_name
from ..syntax.source_module import Module
from .branches import EVERY_BRANCH
from .values import External

if TYPE_CHECKING:
    from .interpreter import Evaluator

_NAMES_OF_FILES = frozenset({"f_globals", "__globals__"})
"""Attributes of frames and functions that are the names of a file."""
_IMPORTING = frozenset({"import_module", "__import__"})
_LOOKING = frozenset({"get", "items", "keys", "values", "copy", "index", "count"})
_WRITING = frozenset({"setdefault", "pop", "update", "clear", "popitem", "__setitem__", "__delitem__"})


def is_changed_by_text(evaluator: Evaluator, module: Module, name: str) -> bool:
    """Whether an expression may reach what ``name`` holds by the text of the name, and change it or lead it on."""
    reached = [*_looked_up(module, name), *_of_itself(evaluator, module, name)]
    if any(_is_set(node) for node in reached):
        return True
    is_led_on = any(_is_changed(evaluator, module, node) for node in reached)
    return is_led_on and not _is_constant(evaluator, module, name)


def _looked_up(module: Module, name: str) -> Iterator[ast.expr]:
    """What is looked up in the names of the file by that name, or by one that is not written there."""
    for node in module.of(ast.Subscript, ast.Call):
        match node:
            case ast.Subscript(value=held, slice=key):
                pass
            case ast.Call(func=ast.Attribute(value=held, attr=attr)) if attr in _LOOKING | _WRITING:
                key = node.args[0] if node.args and attr != "update" else node
            case _:
                continue
        is_asked = not isinstance(key, ast.Constant) or key.value == name
        if is_asked and _are_names(held):
            yield node


def _are_names(node: ast.expr) -> bool:
    """Whether an expression is the names of a file."""
    match node:
        case ast.Attribute(attr=attr):
            return attr in _NAMES_OF_FILES
        case ast.Call(func=ast.Name("globals" | "vars" | "locals"), args=[]):
            return True
    return False


def _of_itself(evaluator: Evaluator, module: Module, name: str) -> Iterator[ast.expr]:
    """The attributes of that name of what may be the file itself, as the interpreter does not know which it is."""
    for node in module.of(ast.Attribute):
        if node.attr != name or evaluator.attributes.module_named(module, node.value) is not None:
            continue
        places = evaluator.places(module, node.value, EVERY_BRANCH).places
        if any(_is_some_module(evaluator, *place) for place in places):
            yield node


def _is_some_module(evaluator: Evaluator, module: Module, node: ast.AST) -> bool:
    """Whether an expression is a module whose name is not known: ``sys.modules[f.__module__]``."""
    match node:
        case ast.Subscript(value=held):
            return External("sys.modules") in evaluator.values(module, held)
        case ast.Call(func=ast.Attribute(value=held, attr="get")):
            return External("sys.modules") in evaluator.values(module, held)
        case ast.Call(args=[named, *_]):
            return decorator_name(node) in _IMPORTING and not isinstance(named, ast.Constant)
    return False


def _is_set(node: ast.expr) -> bool:
    """Whether the name itself is given something else."""
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Attribute) and node.func.attr in _WRITING
    return not isinstance(getattr(node, "ctx", None), ast.Load)


def _is_changed(evaluator: Evaluator, module: Module, node: ast.expr) -> bool:
    """Whether what an expression answers may be changed where it stands, or is led on to where it may."""
    above = module.parent(node)
    match above:
        case ast.Attribute(attr=attr):
            return attr not in _LOOKING or not isinstance(above.ctx, ast.Load)
        case ast.Subscript(value=value) if value is node:
            return not isinstance(above.ctx, ast.Load) or _is_changed(evaluator, module, above)
        case ast.Call(func=ast.Name(called) as func):
            return func is node or bool(evaluator.tree.names(module).lookup(module, called, func))
    return isinstance(
        above, (ast.Call, ast.keyword, ast.Assign, ast.AnnAssign, ast.NamedExpr, ast.Return, ast.AugAssign)
    )


def _is_constant(evaluator: Evaluator, module: Module, name: str) -> bool:
    """Whether a name holds nothing that can be changed in place: a number, a string."""
    found = evaluator.bindings.places_at_end(module, name, EVERY_BRANCH)
    return found is not None and all(isinstance(place, ast.Constant) for _, place in found.places)
