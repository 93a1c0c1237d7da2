"""What Dagster hands to the code under a resource key, of what the user's own code makes."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..dagster_api.resource_functions import answers_of
from ..syntax.source_module import Module
from .texts import text_of
from .values import Evaluates, Instance, Values, in_order


def objects_under(evaluator: Evaluates, key: str) -> Values:
    """The user's own objects that are bound under a resource key, or that a function bound there makes."""
    places = (*evaluator.tables.under(key), *_under_names(evaluator, key))
    bound = [value for module, node in places for value in in_order(evaluator.values(module, node))]
    made = [
        value
        for function in bound
        for module, node in answers_of(evaluator, function)
        for value in in_order(evaluator.values(module, node))
    ]
    return frozenset(value for value in (*bound, *made) if isinstance(value, Instance))


def _under_names(evaluator: Evaluates, key: str) -> Iterator[tuple[Module, ast.expr]]:
    """What is under a key where a name stands for that."""
    for module, name in evaluator.tables.under_names():
        if text_of(evaluator.tree, module, name) != key:
            continue
        match module.parent(name):
            case ast.Dict(keys=keys, values=values):
                yield module, values[keys.index(name)]
            case ast.Subscript() as target if isinstance(statement := module.parent(target), ast.Assign):
                yield module, statement.value
