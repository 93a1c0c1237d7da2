"""A load in a ``try`` that would catch its failure goes above that: v2 then fails where legacy failed, and the ``try`` is as it was.

    try:                                            @dbt_cloud_assets(...)
        models = [load_assets_from_dbt_cloud_job(...)]      def dbt_cloud_job_67890(...): ...
    except Exception:
        models = []                                 try:
                                                        models = [dbt_cloud_job_67890]
                                                    except Exception:
                                                        models = []

It is the first that the ``try`` does, beside what is written to a log, and no argument of it may fail: legacy's ``try`` caught that.
"""

from __future__ import annotations

import ast

from ...analysis.dagster_api.contexts import is_logger
from ...analysis.dagster_api.decorators import is_builtin
from ...analysis.inference.values import External
from ...analysis.syntax.source_module import FUNCTIONS, Module, is_try
from ...analysis.timing.swallowed import all_swallowing
from ...planning.claims import Context

_READING = frozenset({"os.getenv", "os.environ.get"})


def place_above(context: Context, module: Module, call: ast.Call) -> ast.stmt | None:
    """The outermost statement that catches what a load raises, where the load may stand above it; None where it may not."""
    given = [*call.args, *(word.value for word in call.keywords)]
    if not all(_never_fails(context, module, one) for one in given):
        return None
    catching = all_swallowing(context.index.evaluator, module, call)
    if not catching or any(home is not module for home, _ in catching):
        return None
    around = _statements_around(module, call)
    holders = {_holder(module, node) for _, node in catching}
    if not holders <= set(around):
        return None
    outermost = max(around.index(one) for one in holders if one is not None)
    inside = [module.statement_of(call), *around[:outermost]]
    for child, above in zip(inside, around[: outermost + 1], strict=True):
        # A `with` that is not known to suppress alone may do more before.
        if not (is_try(above) or above in holders) or not _is_first(context, module, child, above):
            return None
    return around[outermost]


def _never_fails(context: Context, module: Module, node: ast.expr) -> bool:
    """Whether nothing fails where an argument is evaluated: what names, constants, and Dagster's classes make of such."""
    match node:
        case ast.Constant() | ast.Name() | ast.Lambda():
            return True
        case ast.Attribute(value=inner):
            return _never_fails(context, module, inner)
        case ast.Call(func=func, args=args, keywords=words):
            called = context.index.values(module, func)
            is_known = called and all(isinstance(one, External) and _makes(one.name) for one in called)
            inside = [*args, *(word.value for word in words)]
            return bool(is_known) and all(_never_fails(context, module, one) for one in inside)
    return False


def _makes(name: str) -> bool:
    return name in _READING or name.startswith("dagster.")


def _statements_around(module: Module, call: ast.Call) -> list[ast.stmt]:
    """The statements around that of a call, in its own function or module, from the inside out."""
    found: list[ast.stmt] = []
    for above in module.ancestors(module.statement_of(call)):
        if isinstance(above, (*FUNCTIONS, ast.ClassDef)):
            break
        if isinstance(above, ast.stmt):
            found.append(above)
    return found


def _holder(module: Module, node: ast.AST) -> ast.stmt | None:
    """The statement that a handler, or an item of a ``with``, is of."""
    above = module.parent(node)
    above = module.parent(above) if isinstance(above, ast.withitem) else above
    return above if isinstance(above, ast.stmt) else None


def _is_first(context: Context, module: Module, child: ast.stmt, above: ast.stmt) -> bool:
    """Whether a statement is what a ``try``, or a ``with`` that suppresses, does before all else."""
    if (is_try(above) and child in above.body) or (
        isinstance(above, ast.With) and len(above.items) == 1 and child in above.body
    ):
        body = above.body
    else:
        return False
    return all(_writes_down(context, module, one) for one in body[: body.index(child)])


def _writes_down(context: Context, module: Module, statement: ast.stmt) -> bool:
    """Whether a statement writes constants to a log, or to the console, and does nothing else."""
    match statement:
        case ast.Expr(ast.Call(func=func, args=args, keywords=[])) if all(
            isinstance(one, ast.Constant) for one in args
        ):
            is_print = isinstance(func, ast.Name) and func.id == "print"
            if is_print and is_builtin(context.index.evaluator, module, func):  # type: ignore[arg-type]
                return True
            return is_logger(context.index.evaluator, module, func)
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
