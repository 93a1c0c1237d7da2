"""Lambdas in lists and dicts that call a client are read as functions beside their statement, which a name stands for.

TASKS = {"finance": lambda client: client.run_job_and_poll(67891)}

is read as a function `<lambda 1:20>(client)` and `TASKS = {"finance": <lambda 1:20>}`, a name that no file can have.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from .named_lambdas import function_of_lambda

_OF_CLIENTS = frozenset(
    {
        *(
            "get_dbt_client",
            "run_job_and_poll",
            "run_job",
            "poll_run",
            "get_run",
            "get_runs",
            "cancel_run",
            "get_job",
        ),
        *(
            "list_jobs",
            "update_job",
            "get_run_results",
            "get_manifest",
            "get_run_artifact",
            "list_run_artifacts",
        ),
    }
)
"""Methods of a client or resource: what calls one is no function that a load asks of its nodes."""


_HANDING_OUT = frozenset({"get_dbt_client", "DbtCloudClientResource", "DbtCloudResource", "DbtCloudClient"})
"""What answers a client, or a resource, to whoever calls a lambda that takes nothing."""


class LambdaInDisplay(ast.FunctionDef):
    """The function that a lambda is: no statement of the file, and where the one stands that has the lambda."""

    statement: ast.stmt
    """The one that the lambda stands in."""


def read_as_functions_beside(tree: ast.Module) -> None:
    """Put a function before each statement with such a lambda, and its name in the place of the lambda."""
    for node in list(ast.walk(tree)):
        if isinstance(node, ast.ClassDef):
            continue  # A function in the body of a class would be a method.
        for field in ("body", "orelse", "finalbody"):
            suite = getattr(node, field, None)
            if isinstance(suite, list):
                suite[:] = [one for statement in suite for one in (*_functions_of(statement), statement)]


def _functions_of(statement: ast.stmt) -> Iterator[ast.stmt]:
    for display in _displays_in(statement):
        holders = [display.values] if isinstance(display, ast.Dict) else [display.elts]
        for elements in holders:
            for place, element in enumerate(elements):
                if isinstance(element, ast.Lambda) and _calls_a_client(element):
                    name = f"<lambda {element.lineno}:{element.col_offset}>"
                    function = function_of_lambda(name, element, LambdaInDisplay, statement)
                    assert isinstance(function, LambdaInDisplay)
                    function.statement = statement
                    elements[place] = ast.copy_location(ast.Name(id=name, ctx=ast.Load()), element)
                    yield function


def _displays_in(statement: ast.stmt) -> Iterator[ast.Dict | ast.List | ast.Tuple]:
    """The displays of a statement itself: not of other statements in it, nor where a comprehension or lambda has names of its own."""
    waiting: list[ast.AST] = [statement]
    for node in waiting:  # grows as it goes
        if isinstance(node, (ast.Dict, ast.List, ast.Tuple)):
            yield node
        for inner in ast.iter_child_nodes(node):
            if not isinstance(
                inner,
                (
                    *(ast.stmt, ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp),
                    *(ast.ExceptHandler, ast.match_case),
                ),
            ):
                waiting.append(inner)


def _calls_a_client(function: ast.Lambda) -> bool:
    inside = list(ast.walk(function.body))
    if any(isinstance(node, (ast.Yield, ast.YieldFrom, ast.NamedExpr)) for node in inside):
        return False
    if function.args.args or function.args.posonlyargs:
        return any(isinstance(node, ast.Attribute) and node.attr in _OF_CLIENTS for node in inside)
    called = function.body.func if isinstance(function.body, ast.Call) else None
    return getattr(called, "attr", getattr(called, "id", "")) in _HANDING_OUT
