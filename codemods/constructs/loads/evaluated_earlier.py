"""Functions of a load that legacy called once the definitions were resolved, and v2 calls where the load stands.

Source: ``dagster_dbt.cloud.asset_defs``, ``dagster_dbt.cloud_v2.asset_decorator``.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from ...analysis.syntax.functions import is_none
from ...analysis.syntax.source_module import Module
from ...analysis.timing.later import Later, changed_later
from ...planning.claims import Context
from .bound_once import state_of
from .translator import FUNCTION_PARAMETERS


def read_sooner(
    context: Context, module: Module, call: ast.Call, arguments: Mapping[str, ast.expr]
) -> Iterator[str]:
    """What the functions of a load read that may be something else by the time at which legacy called them."""
    for parameter in FUNCTION_PARAMETERS:
        function = arguments.get(parameter)
        if function is None or is_none(function):
            continue
        seen: set[str] = set()
        is_said = bool(
            state_of(context, module, function)
        )  # It changes something itself, which is a reason of its own.
        for later in changed_later(context.index.evaluator, module, call, [function]):
            if later.read not in seen and not (later.is_own and is_said):
                seen.add(later.read)
                yield _said(module, parameter, later)


def _said(module: Module, parameter: str, later: Later) -> str:
    when = "legacy called it when the definitions were resolved, and v2 calls it when this line runs"
    at = f"line {getattr(later.node, 'lineno', 1)}"
    if later.module is not module:
        at = f"{later.module.path.name}, {at}"
    if later.is_text:
        return f"`{parameter}` looks up names by `{later.read}`, which may be others later: {when}"
    if later.is_import:
        return (
            f"`{parameter}` imports `{later.read}` ({at}), which itself imports this module and is not complete yet "
            f"at this line: {when}. Move what it imports into a module that imports none of this"
        )
    if later.is_below and later.module is module:
        return f"`{later.read}`, which `{parameter}` reads, is bound below ({at}): {when}. Move the load below `{later.read}`"
    return (
        f"`{later.read}`, which `{parameter}` reads, is changed or may be changed later ({at}): {when}. "
        "Move the load below that, or that into a module that is imported above the load"
    )
