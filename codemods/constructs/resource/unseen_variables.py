"""Settings that may be ``EnvVar("NAME")`` or ``{"env": "NAME"}`` when the code runs, though they are not written as such.

Dagster resolves these for a legacy resource. v2's credentials take the value itself, and would send the name.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ...analysis.dagster_api.decorators import is_builtin
from ...analysis.inference.values import External
from ...analysis.syntax.source_module import Module
from ...analysis.uses.uses import is_dict_call
from ...planning.claims import Context
from ...planning.settings import Setting
from .env_vars import is_env_call, is_env_dict

_TAKING = frozenset({"get", "pop", "setdefault", "popitem", "copy", "__getitem__", "fromkeys"})
"""Methods that answer what a dict or list holds, or another one."""
_PASSING = frozenset({"next", "max", "min", "getattr", "vars", "dict"})
"""Builtins that do."""
_PACKAGES = ("copy.", "functools.", "itertools.", "operator.", "collections.")
"""Modules whose functions do."""
_FILES = ("yaml.", "ruamel.", "tomllib.", "toml.", "tomli.", "json.load", "omegaconf.", "hydra.")
"""What reads files of settings, where a dict can stand."""


def may_name_a_variable(context: Context, setting: Setting) -> bool:
    """Whether a setting may be one of the two out of a container or a call that is not followed to its end."""
    return any(_may_be(context, module, node) for module, node in _ends(context, setting))


def may_be_from_a_file(context: Context, setting: Setting) -> bool:
    """Whether a setting is taken out of a file of settings, in which ``{"env": "NAME"}`` can stand."""
    return any(
        _is_file(context, home, place)
        for module, node in _ends(context, setting)
        for holder in _holders(node)
        for home, place in context.constants.origins(module, holder).places
    )


def _ends(context: Context, setting: Setting) -> Iterator[tuple[Module, ast.expr]]:
    for each in setting.each():
        for module, place in context.constants.origins(each.module, each.node).places:
            if context.constants.possible(module, place) is None:
                yield from ((module, part) for part in _answers(place))


def _answers(node: ast.expr) -> Iterator[ast.expr]:
    """The expressions of which one is the value."""
    match node:
        case ast.BoolOp(values=values):
            for value in values:
                yield from _answers(value)
        case ast.IfExp(body=body, orelse=orelse):
            yield from _answers(body)
            yield from _answers(orelse)
        case ast.NamedExpr(value=value) | ast.Await(value=value):
            yield from _answers(value)
        case _:
            yield node


def _may_be(context: Context, module: Module, node: ast.expr) -> bool:
    if context.constants.variable_read_at(module, node) is not None:
        return False
    match node:
        case ast.Dict():
            return not is_env_dict(node)
        case ast.DictComp():
            return True
        case ast.BinOp(op=ast.BitOr()):
            return True
        case ast.Subscript():
            return _is_held_here(context, module, node)
        case ast.Call():
            return not is_env_call(node) and _may_answer(context, module, node)
    return False


def _may_answer(context: Context, module: Module, call: ast.Call) -> bool:
    function = call.func
    if isinstance(function, ast.Name) and is_builtin(context.constants.evaluator, module, function):
        return function.id in _PASSING
    if isinstance(function, ast.Attribute) and function.attr in _TAKING:
        return function.attr == "fromkeys" or _is_held_here(context, module, function.value)
    if isinstance(function, ast.Name):
        made = context.constants.origins(module, function).places
        if any(
            isinstance(place, ast.Call) and _is_of(context, home, place, _PACKAGES) for home, place in made
        ):
            return True
    return _is_of(context, module, call, _PACKAGES) or isinstance(function, ast.Call)


def _holders(node: ast.expr) -> Iterator[ast.expr]:
    """What an expression takes its value out of: ``x`` of ``x["a"]["b"]`` and ``x.get("a")``."""
    match node:
        case ast.Subscript(value=inner) | ast.Call(func=ast.Attribute(value=inner, attr="get" | "pop")):
            yield from _holders(inner)
        case _:
            yield node


def _is_held_here(context: Context, module: Module, node: ast.expr) -> bool:
    """Whether an expression takes its value out of a container that these files make."""
    return any(
        isinstance(place, (ast.Dict, ast.DictComp, ast.List, ast.Tuple, ast.ListComp)) or is_dict_call(place)
        for holder in _holders(node)
        for _, place in context.constants.origins(module, holder).places
    )


def _is_file(context: Context, module: Module, place: ast.expr) -> bool:
    if not isinstance(place, ast.Call) or not _is_of(context, module, place, _FILES):
        return False
    is_text = isinstance(place.func, ast.Attribute) and place.func.attr == "loads"
    return not is_text or any(isinstance(argument, ast.Constant) for argument in place.args)


def _is_of(context: Context, module: Module, call: ast.Call, packages: tuple[str, ...]) -> bool:
    values = context.index.values(module, call.func)
    return any(isinstance(value, External) and value.name.startswith(packages) for value in values)
