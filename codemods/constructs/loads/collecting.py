"""Loads that Dagster collects from a module: what the collecting function does to them, and does not to v2 assets.

Source: ``load_assets_from_modules`` and ``PrefixOrGroupWrappedCacheableAssetsDefinition`` in dagster.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from ...analysis.inference.values import (
    External,
    InTree,
    Literal,
    Value,
)
from ...analysis.syntax.functions import is_none
from ...analysis.syntax.source_module import Module
from ...planning.claims import Context

_HERE = "load_assets_from_current_module"
_BY_NAME = "load_assets_from_package_name"
_PREFIX: Mapping[str, int] = {
    _HERE: 1,
    _BY_NAME: 2,
    "load_assets_from_modules": 2,
    "load_assets_from_package_module": 2,
}
"""The functions that collect, and the place of ``key_prefix`` among their positional parameters."""


def prefixed(context: Context, module: Module) -> str:
    """The reason against a v2 form where the assets of a module get a prefix; empty where they get none.

    The keys that a load depends on get it as well, those that v2 assets depend on do not.
    """
    for home, name, call in _collecting(context):
        if _gives_prefix(name, call) and _collects(context, home, name, call, module):
            place = home.place(call)
            return f"`{name}` at {place} prefixes its sources too, which v2 assets do not support"
    return ""


def _gives_prefix(name: str, call: ast.Call) -> bool:
    """Whether a call gives, or may give, a prefix."""
    words = {word.arg: word.value for word in call.keywords}
    is_given = not is_none(words.get("key_prefix")) or len(call.args) > _PREFIX[name]
    return is_given or None in words or any(isinstance(one, ast.Starred) for one in call.args)


def _collects(context: Context, home: Module, name: str, call: ast.Call, module: Module) -> bool:
    """Whether a call collects, or may collect, what a module has."""
    if name == _HERE:
        return home is module
    words = {word.arg: word.value for word in call.keywords if word.arg}
    given = call.args[0] if call.args else words.get("modules") or words.get("package_module")
    given = given or words.get("package_name")
    if given is None or isinstance(given, ast.Starred):
        return True
    if name == _BY_NAME:
        found = context.constants.possible(home, given)
        return not found or any(_has_part(module, str(one.value)) for one in found)
    return not context.index.values(home, given) or _holds(context, home, given, module)


def _has_part(module: Module, package: str) -> bool:
    """Whether a module is in a package of that dotted name, wherever its source tree begins."""
    part = tuple(package.split("."))
    return any(module.dotted[at : at + len(part)] == part for at in range(len(module.dotted)))


def _collecting(context: Context) -> Iterator[tuple[Module, str, ast.Call]]:
    calls = context.index.evaluator.calls
    for name in sorted(_PREFIX):
        for home, call in calls.of(name):
            if External(f"dagster.{name}") in context.index.values(home, call.func):
                yield home, name, call


def _holds(context: Context, home: Module, given: ast.expr, module: Module) -> bool:
    """Whether a module is one of those given, or in a package that is."""
    return any(_is_in(context, value, module) for value in context.index.values(home, given))


def _is_in(context: Context, value: Value, module: Module) -> bool:
    if isinstance(value, Literal):
        return any(_is_in(context, inner, module) for inner in context.index.evaluator.element_values(value))
    if isinstance(value, External):
        # A package with nothing in it takes no part in the index: it is known by its name.
        package = tuple(value.name.split("."))
        return module.dotted[: len(package)] == package
    if not isinstance(value, InTree):
        return False
    return value.module is module or (
        value.module.is_package and value.module.path.parent in module.path.parents
    )
