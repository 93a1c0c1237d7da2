"""What a generator of the tree yields: read like a set of these, whose order and number are not known."""

from __future__ import annotations

import ast
from functools import lru_cache

from .functions import nodes_run_by


class Yielded(ast.Set):
    """No expression of the file, but what stands in the ``yield`` statements of a function."""


@lru_cache(maxsize=1 << 12)
def yielded_by(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Yielded | None:
    """What a plain generator yields; None for other functions, and for those that hand on what another one does."""
    if not isinstance(function, ast.FunctionDef) or function.decorator_list:
        return None
    nodes = nodes_run_by(function)
    if any(
        isinstance(node, ast.YieldFrom) or (isinstance(node, ast.Return) and node.value) for node in nodes
    ):
        return None
    yields = [node for node in nodes if isinstance(node, ast.Yield)]
    if not yields or any(node.value is None for node in yields):
        return None
    found = Yielded(elts=[node.value for node in yields if node.value is not None])
    return ast.copy_location(found, function)
