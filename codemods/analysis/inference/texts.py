"""Strings that an expression always is."""

from __future__ import annotations

import ast
from functools import lru_cache

from ..project.source_tree import Tree
from ..syntax.scopes import (
    Assigned,
    Imported,
)
from ..syntax.source_module import Module


def text_of(tree: Tree, module: Module, node: ast.expr) -> str:
    """The string that an expression always is: a literal, or a name that is given one and nothing else."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if not isinstance(node, ast.Name):
        return ""
    bindings = tree.names(module).lookup(module, node.id, node)
    if len(bindings) != 1:
        return ""
    binding = bindings[0]
    if isinstance(binding, Assigned) and not binding.path:
        return text_of(tree, module, binding.value) if isinstance(binding.value, ast.Constant) else ""
    if isinstance(binding, Imported) and binding.name:
        home = tree.module_at(tree.resolve(module, binding.module, binding.level))
        given = tree.names(home).at_end(home, binding.name) if home else []
        values = [one.value for one in given if isinstance(one, Assigned) and not one.path]
        if home and home is not module and len(values) == len(given) == 1:
            return text_of(tree, home, values[0]) if isinstance(values[0], ast.Constant) else ""
    return ""


def text_in_parts(tree: Tree, module: Module, node: ast.expr) -> str:
    """The string that an expression always is, also where it is put together: ``BASE + ".get_run"``, ``f"{BASE}.get_run"``."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        parts = [text_in_parts(tree, module, node.left), text_in_parts(tree, module, node.right)]
    elif isinstance(node, ast.JoinedStr):
        values = [one.value if isinstance(one, ast.FormattedValue) else one for one in node.values]
        parts = [text_in_parts(tree, module, value) for value in values]
    else:
        return text_of(tree, module, node)
    return "".join(parts) if all(parts) else ""


@lru_cache(maxsize=1 << 10)
def parts_of(node: ast.expr) -> ast.Starred | None:
    """What stands for each of the parts into which ``text.split(",")`` cuts a string; None for other expressions."""
    match node:
        case ast.Call(func=ast.Attribute(attr="split"), args=[] | [ast.Constant()], keywords=[]):
            return ast.copy_location(ast.Starred(value=node, ctx=ast.Load()), node)
    return None


@lru_cache(maxsize=1 << 10)
def none_of(call: ast.Call) -> ast.Constant:
    """What stands for the None that ``x.get(key)`` answers where the key is not there."""
    return ast.copy_location(ast.Constant(value=None), call)
