"""What context managers hand out: ``with session() as client``.

@contextmanager
def session():                      class Session:
    yield cloud.get_dbt_client()        def __enter__(self): return self
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ..dagster_api.decorators import has_decorator, resolved
from ..dagster_api.names import CONTEXT_BUILDERS
from ..syntax.functions import nodes_run_by, returns_of
from ..syntax.source_module import FUNCTIONS, Module
from .legacy_names import RESOURCES
from .values import Instance, Local, Made, Value, in_order

if TYPE_CHECKING:
    from .interpreter import Evaluator

MANAGED = frozenset({"contextlib.contextmanager", "contextlib.asynccontextmanager"})
"""The decorators that make a manager of a function, which hands out what it yields."""

_ENTERING_THEMSELVES = frozenset({"contextlib.AbstractContextManager", "typing.ContextManager"})
"""Classes whose ``__enter__`` answers the object."""


def handed_out(evaluator: Evaluator, module: Module, manager: ast.expr) -> list[tuple[Module, ast.expr]]:
    """The expressions that a ``with`` binds what it is given as; none where that is not known."""
    found: list[tuple[Module, ast.expr]] = []
    for value in in_order(evaluator.values(module, manager)):
        if isinstance(value, Instance):
            entering = evaluator.objects.attribute(value.owner, "__enter__")
            if not entering and _enters_itself(evaluator, value.owner):
                found.append((module, manager))
            for method in entering:
                if not isinstance(method, Local) or not isinstance(method.node, ast.FunctionDef):
                    continue
                if not method.node.decorator_list:
                    found += [(method.module, node) for node in returns_of(method.node)]
        elif isinstance(value, Made) and value.of.startswith(CONTEXT_BUILDERS):
            found.append((module, manager))  # Dagster hands out the context itself.
        elif value == RESOURCES:
            found.append((module, manager))
    if not isinstance(manager, ast.Call):
        return found
    for callee in in_order(evaluator.values(module, manager.func)):
        if isinstance(callee, Local) and is_managed(evaluator, callee):
            found += [
                (callee.module, node.value)
                for node in nodes_run_by(callee.node)  # type: ignore[arg-type]
                if isinstance(node, ast.Yield) and node.value is not None
            ]
    return found


def _enters_itself(evaluator: Evaluator, owner: Value) -> bool:
    """Whether objects of a class hand out themselves, by the ``__enter__`` of the standard library."""
    return isinstance(owner, Local) and any(
        _ENTERING_THEMSELVES
        & resolved(evaluator, one.module, base.value if isinstance(base, ast.Subscript) else base)
        for one in evaluator.lineage(owner)
        if isinstance(one.node, ast.ClassDef)
        for base in one.node.bases
    )


def is_managed(evaluator: Evaluator, function: Local) -> bool:
    """Whether a function is a manager that hands out what it yields."""
    node = function.node
    return isinstance(node, FUNCTIONS) and has_decorator(evaluator, function.module, node, MANAGED)
