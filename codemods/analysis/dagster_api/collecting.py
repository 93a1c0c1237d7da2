"""Modules whose assets Dagster collects: ``load_assets_from_modules([a, b])`` and its kin (dagster.load_assets_from_*)."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..inference.interpreter import Evaluator
from ..inference.values import (
    InTree,
    Literal,
    Value,
)
from ..syntax.functions import decorator_name
from ..syntax.source_module import Module

_LOADERS = ("load_assets_from_", "load_definitions_from_")


def loaded_whole(evaluator: Evaluator) -> Iterator[Module]:
    """Each module of the tree that is given to a function which collects what the module has."""
    for module in evaluator.tree.modules.values():
        for node in module.nodes:
            if isinstance(node, ast.Call) and decorator_name(node).startswith(_LOADERS):
                yield from _loaded_by(evaluator, module, node)


def _loaded_by(evaluator: Evaluator, module: Module, call: ast.Call) -> Iterator[Module]:
    if decorator_name(call).endswith("current_module"):
        yield module
    for argument in [*call.args, *(keyword.value for keyword in call.keywords)]:
        for value in evaluator.values(module, argument):
            yield from _modules(evaluator, value)


def _modules(evaluator: Evaluator, value: Value) -> Iterator[Module]:
    if isinstance(value, InTree):
        yield value.module
    elif isinstance(value, Literal):
        for inner in evaluator.element_values(value):
            yield from _modules(evaluator, inner)
