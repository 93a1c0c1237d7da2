"""Legacy names that files speak of in text: handed out in ``__all__``, or read by ``globals()["dbt_cloud_resource"]``."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from legacy_shim.catalogue import BY_NAME

from ..dagster_api.names import EXECUTING
from ..inference.values import External, legacy_name
from ..syntax.source_module import Module
from .index import Index

_WORD = re.compile(r"\w+")
_READING = EXECUTING | {"globals", "locals", "vars"}


@dataclass(frozen=True, eq=False)
class HandedOut:
    """A legacy name in a string."""

    module: Module
    node: ast.Constant
    word: str
    """What the file calls it."""
    name: str
    is_exported: bool
    """Whether the text stands in ``__all__``."""


def handed_out(index: Index) -> Iterator[HandedOut]:
    """Each of them in a tree, in the order of the files."""
    for path in sorted(index.tree.modules):
        module = index.tree.modules[path]
        bound = index.tree.names(module).tables.get(module.tree, {})
        exported = list(_in_all(module))
        for node, word in _words(module.nodes if _reads_by_text(module) else exported, module):
            values = (
                index.evaluator.global_values(module, word)
                if word in bound or word in BY_NAME
                else frozenset()
            )
            named = sorted(legacy_name(value) for value in values if isinstance(value, External))
            name = next((one for one in named if one in BY_NAME), "")
            if name:
                yield HandedOut(module, node, word, name, node in exported)


def _words(nodes: Iterable[ast.AST], module: Module) -> Iterator[tuple[ast.Constant, str]]:
    for node in nodes:
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if is_text and not isinstance(module.parent(node), ast.Expr):
            assert isinstance(node, ast.Constant)
            for word in dict.fromkeys(_WORD.findall(str(node.value))):
                yield node, word


def _reads_by_text(module: Module) -> bool:
    return any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _READING
        for node in module.nodes
    )


def _in_all(module: Module) -> Iterator[ast.AST]:
    statements = {
        module.statement_of(node): None
        for node in module.nodes
        if isinstance(node, ast.Name) and node.id == "__all__" and module.scope_of(node) is module.tree
    }
    for statement in statements:
        yield from ast.walk(statement)
