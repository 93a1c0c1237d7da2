"""Comparisons with ``DbtCloudRunStatus``: what stands on each side."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ...analysis.inference.values import (
    LEGACY,
    External,
)
from ...analysis.syntax.source_module import Module
from ...planning.claims import Context

NAME = "DbtCloudRunStatus"
_PREFIX = f"{LEGACY}{NAME}."
_CHANGING = frozenset({"pop", "setdefault"})
"""Methods of containers that answer what stands there, and change them."""
_DISPLAYS = (ast.Tuple, ast.List, ast.Set)


def status_of(context: Context, module: Module, node: ast.expr) -> str:
    """The member of ``DbtCloudRunStatus`` that an expression spells, ``SUCCESS`` for example; empty for none.

    What may be something else too, or does more than answer it, is not written anew where it is compared.
    """
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _CHANGING:
        return ""
    member = _member(context, module, node)
    if not member:
        return ""
    origins = context.index.evaluator.possible(module, node)
    is_sure = origins.is_all and all(_member(context, *place) == member for place in origins.places)
    return member if is_sure else ""


def _member(context: Context, module: Module, node: ast.expr) -> str:
    for value in context.index.values(module, node):
        if isinstance(value, External) and value.name.startswith(_PREFIX):
            return value.name.removeprefix(_PREFIX)
    return ""


def compared_statuses(context: Context, module: Module, node: ast.expr) -> bool:
    """Whether an expression is compared with members of ``DbtCloudRunStatus``, and with nothing else."""
    others = list(opposites(module, node))
    return bool(others) and all(
        status_of(context, module, part).isidentifier() for other in others for part in _parts(other)
    )


def opposites(module: Module, node: ast.expr) -> Iterator[ast.expr]:
    """What an expression is compared with, alone or as an element of a display; nothing where it is not compared."""
    above = module.parent(node)
    if isinstance(above, _DISPLAYS):
        node, above = above, module.parent(above)
    if isinstance(above, ast.Compare):
        yield from (side for side in (above.left, *above.comparators) if side is not node)


def _parts(node: ast.expr) -> list[ast.expr]:
    return list(node.elts) if isinstance(node, _DISPLAYS) else [node]
