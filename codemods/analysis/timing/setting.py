"""What sets a name of a module or an attribute, by its form: by an assignment, ``setattr``, ``globals()`` or a patch."""

from __future__ import annotations

import ast

from ..syntax.functions import decorator_name
from ..syntax.source_module import Module

_SETTING = frozenset(
    {*("globals", "vars", "setattr", "delattr", "__setattr__"), *("object", "patch", "dict", "reload")}
)
"""Functions and methods that set attributes, or answer what may be used to."""


def may_set(node: ast.Attribute | ast.Call) -> bool:
    """Whether an expression may set an attribute, by its form."""
    if isinstance(node, ast.Attribute):
        return node.attr == "__dict__" or not isinstance(node.ctx, ast.Load)
    return decorator_name(node) in _SETTING


def may_be_name(node: ast.expr, name: str) -> bool:
    """Whether a string that names an attribute may be this one."""
    return not isinstance(node, ast.Constant) or node.value == name


def names(node: ast.AST, name: str) -> bool:
    """Whether what sets an attribute spells its name."""
    return (isinstance(node, ast.Attribute) and node.attr == name) or (
        isinstance(node, ast.Call) and len(node.args) > 1 and isinstance(node.args[1], ast.Constant)
    )


def is_dotted(node: ast.expr, home: Module, name: str) -> bool:
    """Whether a string names a variable of a module: ``"package.config.PREFIX"``."""
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
        return False
    return node.value.endswith(f"{home.dotted[-1] if home.dotted else home.path.stem}.{name}")


def is_looked_up(module: Module, node: ast.expr) -> bool:
    """Whether ``globals()`` is only looked up in: ``globals()["x"]``, ``globals().get("x")``."""
    above = module.parent(node)
    if isinstance(above, ast.Subscript):
        return isinstance(above.ctx, ast.Load)
    return isinstance(above, ast.Attribute) and above.attr in {"get", "items", "keys", "values"}
