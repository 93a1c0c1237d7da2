"""Lambdas that a statement gives a name are read as the functions that they are: ``get = lambda c: c.x`` as ``def get(c): return c.x``."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

_OWN_TEXT = frozenset({"load_assets_from_dbt_cloud_job"})
"""What becomes several statements in v2, for which a lambda has no room."""
_ASKED_OF_NODES = "node_info_to_"
"""The arguments of a load that are functions: what is written for a lambda there goes by its text."""


class ReturnOfLambda(ast.Return):
    """What a lambda answers: no statement of the file."""


def read_as_functions(tree: ast.Module) -> None:
    """Put a function in the place of each statement that gives a lambda a name."""
    asked = _asked_of_nodes(tree)
    for node in ast.walk(tree):
        for suite in _suites(node):
            for place, statement in enumerate(suite):
                function = _function(statement, asked)
                if function is not None:
                    suite[place] = function


def _asked_of_nodes(tree: ast.Module) -> set[str]:
    words = (node for node in ast.walk(tree) if isinstance(node, ast.keyword))
    return {
        inner.id
        for word in words
        if (word.arg or "").startswith(_ASKED_OF_NODES)
        for inner in ast.walk(word.value)
        if isinstance(inner, ast.Name)
    }


def _suites(node: ast.AST) -> Iterator[list[ast.stmt]]:
    for name in ("body", "orelse", "finalbody"):
        suite = getattr(node, name, None)
        if isinstance(suite, list):
            yield suite


def _function(statement: ast.stmt, asked: set[str]) -> ast.FunctionDef | None:
    match statement:
        case ast.Assign(targets=[ast.Name(name)], value=ast.Lambda() as made):
            pass
        case ast.AnnAssign(target=ast.Name(name), value=ast.Lambda() as made):
            pass
        case _:
            return None
    inside = list(ast.walk(made.body))
    has_load = any(getattr(node, "id", getattr(node, "attr", "")) in _OWN_TEXT for node in inside)
    if name in asked or has_load or any(isinstance(node, (ast.Yield, ast.YieldFrom)) for node in inside):
        return None
    return function_of_lambda(name, made, ast.FunctionDef, statement)


def function_of_lambda(
    name: str, made: ast.Lambda, kind: type[ast.FunctionDef], place: ast.stmt
) -> ast.FunctionDef:
    """The function that a lambda is, under a name, at a place."""
    answer = ast.copy_location(ReturnOfLambda(value=made.body), made.body)
    newer: dict[str, Any] = {"type_params": []} if "type_params" in ast.FunctionDef._fields else {}
    function = kind(
        name=name,
        args=made.args,
        body=[answer],
        decorator_list=[],
        returns=None,
        type_comment=None,
        **newer,
    )
    return ast.copy_location(function, place)
