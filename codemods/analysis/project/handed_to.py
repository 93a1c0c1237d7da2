"""Which files must be read because a function in them is given something legacy, though they name nothing legacy."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

from ..inference.interpreter import Evaluator
from ..inference.values import Value
from ..syntax.functions import renamed
from ..syntax.scopes import Imported
from ..syntax.source_module import Module
from .source_tree import Tree

_DEEPEST = 8
"""Files that import a function from each other, one behind the other."""


def files_handed_to(tree: Tree, evaluator: Evaluator, matters: Callable[[Value], bool]) -> Iterator[Path]:
    """The files that are not read yet, whose functions and classes are called with something that `matters`."""
    for module in list(tree.modules.values()):
        for node in module.nodes:
            if not isinstance(node, ast.Call):
                continue
            home = _unread_home(tree, module, renamed(node))
            given = [*node.args, *(word.value for word in node.keywords)] if home is not None else []
            if home is not None and any(
                matters(value) for argument in given for value in evaluator.values(module, _plain(argument))
            ):
                yield home


def _plain(argument: ast.expr) -> ast.expr:
    return argument.value if isinstance(argument, ast.Starred) else argument


def _unread_home(tree: Tree, module: Module, callee: ast.expr) -> Path | None:
    """The file that a function is imported from, where it is not read yet: ``f``, or ``f`` of ``module.f``."""
    dotted: list[str] = []
    while isinstance(callee, ast.Attribute):
        dotted.insert(0, callee.attr)
        callee = callee.value
    if not isinstance(callee, ast.Name):
        return None
    for binding in tree.names(module).lookup(module, callee.id, callee):
        if isinstance(binding, Imported):
            return _home(tree, module, binding, dotted, _DEEPEST)
    return None


def _home(tree: Tree, module: Module, binding: Imported, dotted: list[str], depth: int) -> Path | None:
    words = [word for word in (*binding.module.split("."), binding.name, *dotted) if word]
    for length in range(len(words) - 1, -1, -1):
        path = tree.resolve(module, ".".join(words[:length]), binding.level)
        if path is None:
            continue
        if path not in tree.modules:
            return path
        read = tree.modules[path]
        for again in tree.names(read).at_end(read, words[length]) if depth else ():
            if isinstance(again, Imported):
                return _home(tree, read, again, words[length + 1 :], depth - 1)
        return None
    return None
