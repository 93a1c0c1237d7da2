"""What the functions of a load read sooner in v2 than in legacy, where a name holds something else by then.

Legacy called the ``node_info_*`` functions once the code location had loaded, v2 calls them at once.
Source: ``dagster_dbt.cloud.asset_defs``, ``dagster_dbt.cloud_v2.asset_decorator``.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from ...analysis.inference.values import Local
from ...analysis.syntax.rebinding import is_bound_again
from ...analysis.syntax.source_module import (
    FUNCTIONS,
    Module,
)
from ...planning.claims import Context
from .translator import FUNCTION_PARAMETERS


def read_sooner(
    context: Context, module: Module, call: ast.Call, arguments: Mapping[str, ast.expr]
) -> Iterator[str]:
    """Names that the functions of a load read when v2 calls them at once, and that held something else later."""
    names = context.index.tree.names(module)
    for parameter in FUNCTION_PARAMETERS:
        function = arguments.get(parameter)
        for body in _bodies(context, module, function) if function is not None else ():
            for read in _reads(body):
                scope = names.scope_that_binds(module, read.id, read)
                is_seen_alike = scope is not None and scope is names.scope_that_binds(module, read.id, call)
                if is_seen_alike and is_bound_again(names, module, read.id, call):
                    yield (
                        f"`{read.id}`, which `{parameter}` reads, is bound to something else later: "
                        "legacy called it then, and v2 calls it at once"
                    )


def _reads(node: ast.AST) -> list[ast.Name]:
    return [one for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load)]


def _bodies(context: Context, module: Module, function: ast.expr) -> Iterator[ast.AST]:
    """What runs when a function of this file is called."""
    if isinstance(function, ast.Lambda):
        yield function.body
        return
    for value in context.index.values(module, function):
        if isinstance(value, Local) and value.module is module and isinstance(value.node, FUNCTIONS):
            yield from value.node.body
