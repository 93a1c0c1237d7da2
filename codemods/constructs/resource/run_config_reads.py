"""Code that reads run configuration by itself: it would miss what goes to the resource.

CONFIG = {"resources": {"dbt_cloud": {"config": {"account_id": 1}}}}      @job(config=CONFIG)
print(CONFIG["resources"]["dbt_cloud"]["config"]["account_id"])
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator

from ...analysis.inference.values import Literal, Made, Value
from ...analysis.syntax.source_module import Module
from ...findings import Place
from ...planning.claims import Context

_READING = frozenset({"get", "items", "keys", "values", "pop", "popitem", "setdefault", "resources"})
"""Methods of dicts, and the attribute of Dagster's ``RunConfig``."""


def read_at(
    context: Context, parts: Collection[tuple[Module, ast.Dict | ast.Call]], gone: Collection[str]
) -> Place | None:
    """Where code reads one of these parts of run configuration, from which the keys ``gone`` go; None where none does."""
    for module in context.index.tree.modules.values():
        for node, read in _reads(module):
            held = (_held(value) for value in context.index.values(module, read))
            if any(one in parts for one in held) and not _reads_another(node, gone):
                return module.place(read)
    return None


def _reads(module: Module) -> Iterator[tuple[ast.AST, ast.expr]]:
    """What may read a dict, with that."""
    for node in module.of(ast.Subscript, ast.Attribute, ast.Compare, ast.For, ast.comprehension):
        match node:
            case ast.Subscript(value=read, ctx=ast.Load()):
                yield node, read
            case ast.Attribute(value=read, attr=name) if name in _READING:
                yield node, read
            case ast.Compare(comparators=[read]) | ast.For(iter=read) | ast.comprehension(iter=read):
                yield node, read


def _held(value: Value) -> tuple[Module, ast.AST] | None:
    match value:
        case Literal(module, node) | Made(module, node):
            return module, node
    return None


def _reads_another(node: ast.AST, gone: Collection[str]) -> bool:
    """Whether a key is read that stays."""
    match node:
        case ast.Subscript(slice=ast.Constant(value=key)):
            return key not in gone
    return False
