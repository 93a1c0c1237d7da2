"""What runs in a run or a tick, and not when the code loads."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..inference.calls import (
    Calls,
    Function,
)
from ..syntax.functions import (
    INJECTING,
    decorator_name,
)
from ..syntax.source_module import (
    FUNCTIONS,
    Module,
)

_LATER = INJECTING | {"resource"}
_DEEPEST = 5
"""Functions that call each other, one inside of the other."""


def is_run_later(calls: Calls, module: Module, node: ast.AST, depth: int = _DEEPEST) -> bool:
    """Whether a place is in a function that Dagster calls in a run, or that only such functions call.

    A method that nothing in sight calls is called by Dagster, as ``setup_for_execution`` is; a function, by files that
    are not read, and maybe when they load.
    """
    functions = list(_around(module, node))
    if any(decorator_name(decorator) in _LATER for each in functions for decorator in each.decorator_list):
        return True
    if not functions or not depth:
        return False
    outermost = functions[-1]
    owner = module.parent(outermost)
    is_method = isinstance(owner, ast.ClassDef) and outermost.name != "__init__"
    called = owner if isinstance(owner, ast.ClassDef) and not is_method else outermost
    callers = calls.calling(called)
    if not callers:
        return is_method
    return all(is_run_later(calls, caller, call, depth - 1) for caller, call in callers)


def _around(module: Module, node: ast.AST) -> Iterator[Function]:
    """The functions in whose bodies a node stands, the innermost first: decorators and defaults are none of it."""
    child = node
    for above in module.ancestors(node):
        if isinstance(above, FUNCTIONS) and child in above.body:
            yield above
        child = above
