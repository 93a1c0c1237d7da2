"""Arguments that several loads share: ``load(job_id=67890, **COMMON)``, where ``COMMON`` is a dict that nothing changes."""

from __future__ import annotations

import ast

from ...analysis.inference.values import Literal
from ...analysis.syntax.source_module import Module
from ...planning.claims import Context

_PLAIN = (ast.Name, ast.Constant, ast.Lambda)
"""What is the same wherever it is written, if its names are."""


def common_arguments(context: Context, module: Module, node: ast.expr) -> dict[str, ast.expr] | None:
    """The arguments in a dict that is spread into a call; None where they cannot be read, or written there."""
    origins = context.constants.origins(module, node)
    if not origins.is_all or len(origins.places) != 1:
        return None
    home, display = origins.places[0]
    if home is not module or not isinstance(display, ast.Dict):
        return None
    evaluator, literal = context.index.evaluator, Literal(home, display)
    if evaluator.statements.added_to(literal) or evaluator.changes.may_change(literal):
        return None
    found: dict[str, ast.expr] = {}
    for key, value in zip(display.keys, display.values, strict=True):
        is_text = isinstance(key, ast.Constant) and isinstance(key.value, str)
        if not is_text or not isinstance(value, _PLAIN) or not _means_the_same(context, module, value, node):
            return None
        found[key.value] = value  # type: ignore[union-attr]
    return found


def _means_the_same(context: Context, module: Module, value: ast.expr, at: ast.expr) -> bool:
    """Whether the names in an expression are bound as they are where it is written anew."""
    names = context.index.tree.names(module)
    own = {
        arg.arg
        for node in ast.walk(value)
        if isinstance(node, ast.arguments)
        for arg in ast.walk(node)
        if isinstance(arg, ast.arg)
    }
    read = (node for node in ast.walk(value) if isinstance(node, ast.Name) and node.id not in own)
    return all(names.lookup(module, each.id, each) == names.lookup(module, each.id, at) for each in read)
