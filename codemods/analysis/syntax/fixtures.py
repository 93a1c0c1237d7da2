"""Fixtures of pytest: functions whose answers it gives to the tests, and to other fixtures, that name them.

https://docs.pytest.org/en/stable/how-to/fixtures.html
"""

from __future__ import annotations

import ast

from .functions import decorator_name, nodes_run_by, returns_of

_FIXTURE = "fixture"

Function = ast.FunctionDef | ast.AsyncFunctionDef


def is_fixture(function: Function) -> bool:
    """Whether a function has the decorator of a fixture, and none of another meaning."""
    return bool(function.decorator_list) and all(
        decorator_name(one) == _FIXTURE for one in function.decorator_list
    )


def name_of_fixture(function: Function) -> str:
    """The name by which tests ask for what a function answers; empty where it is no fixture, or the name is not written."""
    if not is_fixture(function):
        return ""
    words = [
        word
        for decorator in function.decorator_list
        if isinstance(decorator, ast.Call)
        for word in decorator.keywords
    ]
    named = next((word.value for word in words if word.arg == "name"), None)
    if named is None:
        return function.name
    return named.value if isinstance(named, ast.Constant) and isinstance(named.value, str) else ""


def may_ask_for_fixtures(function: Function) -> bool:
    """Whether pytest gives a function what its parameters name: a test, or a fixture itself."""
    return function.name.startswith("test") or any(
        decorator_name(one) == _FIXTURE for one in function.decorator_list
    )


def answers_of_fixture(function: Function) -> list[ast.expr]:
    """What a fixture returns, or yields until the test is over."""
    yields = (node for node in nodes_run_by(function) if isinstance(node, ast.Yield))
    return [*returns_of(function), *(node.value for node in yields if node.value is not None)]
