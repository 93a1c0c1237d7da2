"""Which modules code puts others in place of: ``sys.modules["settings"] = other``."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..syntax.source_module import Module
from .values import External

if TYPE_CHECKING:
    from .interpreter import Evaluator

_SETTING = frozenset({"setdefault", "update", "pop", "popitem", "clear", "__setitem__", "__delitem__"})
_MAY_SET = re.compile(
    rb"modules(?:[\w.\s\\()]|#[^\r\n]*[\r\n])*?(?:\[|\.(?:[\s\\]|#[^\r\n]*[\r\n])*(?:%s))"
    % "|".join(sorted(_SETTING)).encode()
)
"""What stands in every file that sets something in what is called ``modules``, and in few others."""
_NOTHING: frozenset[str] = frozenset()


def is_replaced(evaluator: Evaluator, module: Module) -> bool:
    """Whether importers of a module may get another one."""
    found = evaluator.answer(("replaced modules",), lambda: frozenset(_names(evaluator)), _NOTHING)
    return bool(found & {"", ".".join(module.dotted), module.dotted[-1], str(module.path)})


def _names(evaluator: Evaluator) -> Iterator[str]:
    """The names of what is replaced, or the path of a file that replaces itself; empty for what is not written there."""
    for path in evaluator.tree.spelling([b"modules"]):
        # Most of the files that have the word put nothing anywhere, and parsing them is what takes the time.
        module = evaluator.tree.module_at(path) if _MAY_SET.search(evaluator.tree.data[path]) else None
        for node in module.nodes if module is not None else ():
            key = _key(evaluator, module, node) if module is not None else None
            match key:
                case ast.Constant(value=str(name)):
                    yield name
                    yield name.rpartition(".")[2]
                case ast.Name("__name__"):
                    yield str(path)
                case ast.expr():
                    yield ""


def _key(evaluator: Evaluator, module: Module, node: ast.AST) -> ast.expr | None:
    """The key under which a node puts something into ``sys.modules``, or the node itself; None for any other."""
    match node:
        case ast.Subscript(value=held, slice=key, ctx=ast.Store() | ast.Del()):
            found: ast.expr = key
        case ast.Call(func=ast.Attribute(value=held, attr=attribute), args=args) if attribute in _SETTING:
            found = args[0] if args and attribute != "update" else node
        case _:
            return None
    is_named = isinstance(held, (ast.Name, ast.Attribute)) and "modules" in ast.dump(held)
    return found if is_named and External("sys.modules") in evaluator.values(module, held) else None
