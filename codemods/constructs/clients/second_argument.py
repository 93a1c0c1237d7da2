"""What stands second in ``run_job_and_poll(job, ...)``: the cause where it is text, the poll interval where it is a number.

Source: ``DbtCloudClient.run_job_and_poll`` takes ``poll_interval`` there, and the documented form of the API ``cause``.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

from ...analysis.dagster_api.decorators import is_builtin
from ...analysis.inference.legacy_names import RUN_AND_POLL
from ...analysis.syntax.functions import is_none
from ...analysis.syntax.source_module import Module
from ...planning.claims import Context

_MAKE_NUMBERS = frozenset({"int", "float", "len", "round", "sum"})
_KEEP_NUMBERS = frozenset({"max", "min", "abs"})
_LONGEST = 3
"""More arguments by position are taken by the documented form alone."""


def is_documented(context: Context, module: Module, call: ast.Call, name: str) -> bool:
    """Whether the arguments by position are those of the documented form, in which the cause is the second."""
    return name == RUN_AND_POLL and _has_cause(context, module, call.args)


def cannot_be_told(context: Context, module: Module, call: ast.Call, name: str) -> str:
    """Why a call could mean either; empty where its second argument is known to be text or a number."""
    if name != RUN_AND_POLL or _has_cause(context, module, call.args):
        return ""
    return _either(context, module, call.args)


def is_no_interval(context: Context, module: Module, given: Sequence[ast.expr]) -> str:
    """Why the method cannot be called by a function that takes the interval second; empty where it can.

    ``given``: the job, and what stands behind it by position.
    """
    if _has_cause(context, module, given):
        said = module.source_of(given[1])
        return f"its cause `{said}` is passed by position: pass it by name, `cause={said}`"
    return _either(context, module, given)


def _has_cause(context: Context, module: Module, given: Sequence[ast.expr]) -> bool:
    return len(given) > 1 and (len(given) > _LONGEST or context.constants.is_text(module, given[1]))


def _either(context: Context, module: Module, given: Sequence[ast.expr]) -> str:
    if len(given) < 2 or isinstance(given[1], ast.Starred) or _is_number(context, module, given[1]):
        return ""
    said = module.source_of(given[1])
    return f"`{said}` is the cause if it is text, and the poll interval if it is a number: pass it by name, `poll_interval={said}`"


def _is_number(context: Context, module: Module, node: ast.expr) -> bool:
    origins = context.constants.origins(module, node)
    return (
        origins.is_all
        and bool(origins.places)
        and all(_is_number_at(context, home, place) for home, place in origins.places)
    )


def _is_number_at(context: Context, module: Module, node: ast.expr) -> bool:
    """Whether an expression is a number, or None, from which the method makes its own default."""

    def all_are(nodes: Sequence[ast.expr]) -> bool:
        return all(_is_number(context, module, each) for each in nodes)

    if is_none(node):
        return True
    if isinstance(node, ast.Constant):
        return isinstance(node.value, (int, float))
    if isinstance(node, ast.UnaryOp):
        return True
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, (ast.Sub, ast.Div, ast.FloorDiv, ast.Pow)) or all_are(
            [node.left, node.right]
        )
    if isinstance(node, ast.BoolOp):
        return all_are(node.values)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        if not is_builtin(context.constants.evaluator, module, node.func):
            return False
        return node.func.id in _MAKE_NUMBERS or (node.func.id in _KEEP_NUMBERS and all_are(node.args))
    return False
