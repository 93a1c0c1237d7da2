"""Whether a loop goes through what a call answers: its elements are followed then."""

from __future__ import annotations

import ast

from ..dagster_api.names import COPYING, LOOPING
from ..syntax.source_module import Module


def is_looped_over(module: Module, call: ast.expr) -> bool:
    """Whether a loop goes through what a call answers, at once or through a copy of it."""
    above = module.parent(call)
    if isinstance(above, (ast.For, ast.AsyncFor, ast.comprehension)):
        return above.iter is call
    if not isinstance(above, ast.Call) or not isinstance(above.func, ast.Name):
        return False
    return above.func.id in COPYING | LOOPING and is_looped_over(module, above)


def has_key(call: ast.Call) -> bool:
    """Whether a call sorts by a function that is not written there."""
    return any(word.arg == "key" and not isinstance(word.value, ast.Lambda) for word in call.keywords)
