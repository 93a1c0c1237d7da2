"""Legacy names in annotations and casts that stand in quotes: ``client: "DbtCloudClient | None"``."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from legacy_shim.catalogue import BY_NAME

from ..dagster_api.decorators import resolved
from ..inference.interpreter import Evaluator
from ..syntax.scopes import Imported
from ..syntax.source_module import Module
from .index import Index
from .uses import enclosing_annotation

_PATH = re.compile(r"(?<![\w.])[^\W\d]\w*(?:\.[^\W\d]\w*)*")
_CASTS = frozenset({"typing.cast", "typing_extensions.cast"})
_IN_QUOTES = frozenset("'\"\\")


def quoted_names(index: Index) -> Iterator[tuple[Module, ast.Constant, str]]:
    """Each legacy name that stands in quotes as a type, or as a part of one; none of a string that has several."""
    for module in index.tree.modules.values():
        for node in module.of(ast.Constant):
            path = path_in(node)
            if path and (enclosing_annotation(module, node) or _is_cast_to(index, module, node)):
                bindings = index.tree.names(module).lookup(module, path.partition(".")[0], node)
                if any(isinstance(binding, Imported) for binding in bindings):
                    yield module, node, _last(path)


def casts_to(evaluator: Evaluator, call: ast.Call, module: Module, node: ast.AST) -> bool:
    """Whether a call is ``cast(node, value)``."""
    is_first = len(call.args) == 2 and call.args[0] is node
    return is_first and bool(_CASTS & resolved(evaluator, module, call.func))


def _is_cast_to(index: Index, module: Module, node: ast.Constant) -> bool:
    call = module.parent(node)
    return isinstance(call, ast.Call) and casts_to(index.evaluator, call, module, node)


def path_in(node: ast.Constant) -> str:
    """How a string spells the one legacy name in it; empty where there is none, or several."""
    text = node.value
    if not isinstance(text, str) or not any(name in text for name in BY_NAME) or _IN_QUOTES & set(text):
        return ""
    paths = {path for path in _PATH.findall(text) if _last(path) in BY_NAME}
    return paths.pop() if len(paths) == 1 and _is_expression(text) else ""


def with_name(node: ast.Constant, name: str) -> str:
    """The text with another name where it spells the legacy one."""
    path = path_in(node)
    return _PATH.sub(lambda found: name if found[0] == path else found[0], str(node.value))


def _last(path: str) -> str:
    return path.rpartition(".")[2]


def _is_expression(text: str) -> bool:
    try:
        ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError):
        return False
    return True
