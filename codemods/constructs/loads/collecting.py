"""Loads that Dagster collects from a module: what the collecting function does to them, and does not to v2 assets.

Source: ``load_assets_from_modules`` and ``PrefixOrGroupWrappedCacheableAssetsDefinition`` in dagster.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ...analysis.inference.values import (
    External,
    InTree,
    Literal,
    Value,
)
from ...analysis.syntax.source_module import Module
from ...planning.claims import Context

_HERE = "load_assets_from_current_module"
_COLLECTORS = frozenset({_HERE, "load_assets_from_modules", "load_assets_from_package_module"})


def prefixed(context: Context, module: Module) -> str:
    """The reason against a v2 form where the assets of a module get a prefix; empty where they get none.

    The keys that a load depends on get it as well, those that v2 assets depend on do not.
    """
    for home, name, call in _collecting(context):
        words = {word.arg: word.value for word in call.keywords if word.arg}
        given = call.args[0] if call.args else words.get("modules") or words.get("package_module")
        is_collected = (
            home is module if name == _HERE else given is not None and _holds(context, home, given, module)
        )
        if "key_prefix" in words and is_collected:
            place = home.place(call)
            return f"`{name}` at {place} gives its sources a prefix too, which v2 assets do not take"
    return ""


def _collecting(context: Context) -> Iterator[tuple[Module, str, ast.Call]]:
    calls = context.index.evaluator.calls
    for name in sorted(_COLLECTORS):
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
