"""What a loop over the further arguments of a function goes through: those that its calls give.

def made(cloud, *ids):
    return [load_assets_from_dbt_cloud_job(cloud, one) for one in ids]

made(cloud, 67890, 67891)
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ..syntax.scopes import Binding, Opaque
from ..syntax.source_module import Module
from .possible import Place

if TYPE_CHECKING:
    from .calls import Function
    from .interpreter import Evaluator


def further_arguments(evaluator: Evaluator, module: Module, node: ast.expr) -> list[Place]:
    """What the calls of a function give it behind what has a name, where an expression may be all of that."""
    bound = evaluator.tree.names(module).lookup(module, node.id, node) if isinstance(node, ast.Name) else []
    functions = [one for binding in bound if (one := taking_further(module, binding)) is not None]
    return [
        (caller, one)
        for function in functions
        for caller, call in evaluator.calls.calling(function)
        for one in call.args[_named(function) :]
    ]


def are_all_further(evaluator: Evaluator, module: Module, binding: Binding) -> bool:
    """Whether a binding is of the further arguments of a function, and its calls in sight are all and write each of them."""
    function = taking_further(module, binding)
    if function is None:
        return False
    calls = evaluator.calls.calling(function)
    is_plain = not function.decorator_list and isinstance(module.parent(function), ast.Module)
    return (
        is_plain
        and bool(calls)
        and not any(evaluator.calls.uses_as_value(function))
        and not any(isinstance(one, ast.Starred) for _, call in calls for one in call.args)
    )


def taking_further(module: Module, binding: Binding) -> Function | None:
    """The function whose further arguments a binding is of."""
    if not isinstance(binding, Opaque) or not isinstance(binding.node, ast.arg):
        return None
    above = module.parent(binding.node)
    function = module.parent(above) if above is not None else None
    is_taken = isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)) and (
        function.args.vararg is binding.node
    )
    return function if is_taken else None  # type: ignore[return-value]


def _named(function: Function) -> int:
    return len(function.args.posonlyargs) + len(function.args.args)
