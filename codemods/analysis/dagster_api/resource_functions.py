"""Functions that make a resource: what they answer is what the code gets under the key that they are bound to.

@resource(required_resource_keys={"dbt_cloud"})
def warehouse(context):
    return Warehouse(context.resources.dbt_cloud)       or yield it
"""

from __future__ import annotations

import ast

from ..inference.values import Evaluates, Local, Value
from ..syntax.functions import nodes_run_by, returns_of
from ..syntax.source_module import Module
from .decorators import decorators_of_dagster, unknown_decorators

RESOURCE = frozenset({"resource", "io_manager"})


def makes_resource(evaluator: Evaluates, module: Module, function: ast.AST | None) -> bool:
    """Whether a function is a plain one that ``@resource`` decorates, and nothing else."""
    return (
        isinstance(function, ast.FunctionDef)
        and len(decorators_of_dagster(evaluator, module, function) & RESOURCE) == 1
        and not unknown_decorators(evaluator, module, function)
    )


def answers_of(evaluator: Evaluates, value: Value) -> list[tuple[Module, ast.expr]]:
    """The expressions that such a function answers; none where a value is no such function."""
    if not isinstance(value, Local) or not makes_resource(evaluator, value.module, value.node):
        return []
    assert isinstance(value.node, ast.FunctionDef)
    yielded = (node.value for node in nodes_run_by(value.node) if isinstance(node, ast.Yield))
    return [(value.module, node) for node in (*returns_of(value.node), *yielded) if node is not None]
