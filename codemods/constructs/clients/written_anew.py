"""Expressions of clients that hold something which is rewritten itself: one rewrite has to stand around the other."""

from __future__ import annotations

import ast
from collections.abc import Set as AbstractSet

from ...analysis.inference.legacy_names import GETTER
from ...analysis.inference.values import Made, Member, Result, Value
from ...analysis.syntax.source_module import Module
from ...analysis.uses.index import Index


def is_written_anew(index: Index, module: Module, client: ast.expr) -> bool:
    """Whether something in the expression of a client becomes another text itself: `DbtCloudClientResource(...).get_dbt_client()`."""
    is_getter = (
        isinstance(client, ast.Call)
        and isinstance(client.func, ast.Attribute)
        and client.func.attr == GETTER
        and not client.args
    )
    inside = client.func.value if is_getter else client  # type: ignore[attr-defined]
    inner = (node for node in ast.walk(inside) if isinstance(node, (ast.Attribute, ast.Call)))
    return any(_is_written_anew(node, index.values(module, node)) for node in inner)


def _is_written_anew(node: ast.expr, values: AbstractSet[Value]) -> bool:
    """Whether it is a call or a member of something legacy, and not a resource that a field of another one holds."""
    if isinstance(node, ast.Call):
        return any(isinstance(value, (Result, Made)) and value.call is node for value in values)
    return bool(values) and all(isinstance(value, Member) for value in values)
