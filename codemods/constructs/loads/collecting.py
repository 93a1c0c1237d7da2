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
    Made,
    Value,
)
from ...analysis.syntax.functions import is_none
from ...analysis.syntax.scopes import Imported
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
_BY_HAND = (
    "leave `key_prefix` out there, and prefix the keys in the load, `node_info_to_asset_key=lambda node: "
    'default_asset_key_fn(node).with_prefix("warehouse")`, with `from dagster_dbt.asset_utils import default_asset_key_fn`'
)


def prefixed(context: Context, module: Module) -> str:
    """The reason against a v2 form where the assets of a module get a prefix; empty where they get none.

    The keys that a load depends on get it as well, those that v2 assets depend on do not.
    """
    for home, name, call in collecting(context):
        if _gives_prefix(name, call) and collects(context, home, name, call, module):
            place = home.place(call)
            return f"`{name}` at {place} prefixes its sources too, which v2 assets do not support: {_BY_HAND}"
    return ""


def handed_on(context: Context) -> Iterator[tuple[Module, ast.expr]]:
    """Where a function of Dagster's that collects is not called, but handed on: ``map(load_assets_from_modules, xs)``."""
    for name in sorted(_PREFIX):
        for home, node in context.index.evaluator.tables.uses_under_any_name(name):
            above = home.parent(node)
            is_called = isinstance(above, ast.Call) and above.func is node
            if not is_called and External(f"dagster.{name}") in context.index.values(home, node):
                yield home, node


def _gives_prefix(name: str, call: ast.Call) -> bool:
    """Whether a call gives, or may give, a prefix."""
    words = {word.arg: word.value for word in call.keywords}
    is_given = not is_none(words.get("key_prefix")) or len(call.args) > _PREFIX[name]
    return is_given or None in words or any(isinstance(one, ast.Starred) for one in call.args)


def collects(context: Context, home: Module, name: str, call: ast.Call, module: Module) -> bool:
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


def collecting(context: Context) -> Iterator[tuple[Module, str, ast.Call]]:
    calls = context.index.evaluator.calls
    """Each call of a function of Dagster's that collects assets from modules, with its file and the function's name."""
    for name in sorted(_PREFIX):
        for home, call in calls.of(name):
            if External(f"dagster.{name}") in context.index.values(home, call.func):
                yield home, name, call


def _holds(context: Context, home: Module, given: ast.expr, module: Module) -> bool:
    """Whether a module is one of those given, or in a package that is."""
    return any(_is_in(context, value, module) for value in context.index.values(home, given))


def _is_element(context: Context, home: Module, node: ast.expr, module: Module) -> bool:
    """Whether an element of what is collected is a module, or one that is imported by a name which is not known."""
    found = context.index.values(home, node)
    if found:
        return any(_is_in(context, one, module) for one in found)
    named = node
    while isinstance(named, ast.Attribute):
        named = named.value
    bindings = (
        context.index.tree.names(home).lookup(home, named.id, named) if isinstance(named, ast.Name) else []
    )
    return not bindings or not all(isinstance(one, Imported) for one in bindings)


def _is_in(context: Context, value: Value, module: Module) -> bool:
    if isinstance(value, Literal):
        return any(
            _is_element(context, home, node, module)
            for _, home, node in context.index.evaluator.containers.entries(value)
        )
    if isinstance(value, External):
        # A package with nothing in it takes no part in the index: it is known by its name.
        package = tuple(value.name.split("."))
        return module.dotted[: len(package)] == package
    if isinstance(value, Made):
        return True  # A function of others answers it: `import_module(name)`.
    if not isinstance(value, InTree):
        return False
    return value.module is module or (
        value.module.is_package and value.module.path.parent in module.path.parents
    )
