"""Arguments that several loads share: ``load(job_id=67890, **COMMON)``, where ``COMMON`` is a dict that nothing changes."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ...analysis.dagster_api.decorators import is_builtin
from ...analysis.inference.values import Literal
from ...analysis.syntax.functions import takes_unwritten
from ...analysis.syntax.source_module import Module
from ...analysis.uses.uses import is_dict_call
from ...planning.claims import Context

_PLAIN = (ast.Name, ast.Constant, ast.Lambda)
"""What is the same wherever it is written, if its names are."""


def common_arguments(context: Context, module: Module, node: ast.expr) -> dict[str, ast.expr] | None:
    """The arguments in a dict that is spread into a call; None where they cannot be read, or written there."""
    origins = context.constants.origins(module, node)
    if not origins.is_all or len(origins.places) != 1:
        return None
    home, display = origins.places[0]
    if home is not module or not (isinstance(display, ast.Dict) or _is_plain_dict(context, module, display)):
        return None
    evaluator, literal = context.index.evaluator, Literal(home, display)
    if evaluator.statements.added_to(literal) or evaluator.changes.may_change(literal):
        return None
    found: dict[str, ast.expr] = {}
    for name, value in _entries(display):
        if not name or not isinstance(value, _PLAIN) or not _means_the_same(context, module, value, node):
            return None
        found[name] = value
    return found


def _is_plain_dict(context: Context, module: Module, node: ast.expr) -> bool:
    """Whether an expression is ``dict(name=value)``, of names that are written there."""
    if not isinstance(node, ast.Call) or not is_dict_call(node) or node.args or takes_unwritten(node):
        return False
    return isinstance(node.func, ast.Name) and is_builtin(context.index.evaluator, module, node.func)


def _entries(display: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    """The names under which a dict holds its values; empty where one is no text."""
    if isinstance(display, ast.Dict):
        for key, value in zip(display.keys, display.values, strict=True):
            is_text = isinstance(key, ast.Constant) and isinstance(key.value, str)
            yield (key.value if is_text else "", value)  # type: ignore[union-attr]
    elif isinstance(display, ast.Call):
        yield from ((word.arg or "", word.value) for word in display.keywords)


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
