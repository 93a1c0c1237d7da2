"""Whether code goes on where a run has no results, which are empty in legacy and raise in v2.

if output.result: ...        output.result.get("results", [])        "results" in output.result
"""

from __future__ import annotations

import ast

from ...analysis.syntax.source_module import Module

_ASKING = frozenset({"bool", "len", "any", "all"})
_BY_DEFAULT = frozenset({"get", "pop", "setdefault"})
"""Methods that answer for what is not there."""


def is_guarded(module: Module, node: ast.expr) -> bool:
    """Whether the results read at ``node`` are asked whether they are there, at once or under the name that they get."""
    if _is_asked(module, node):
        return True
    above = module.parent(node)
    if not isinstance(above, (ast.Assign, ast.AnnAssign, ast.NamedExpr)) or above.value is not node:
        return False
    if isinstance(above, ast.NamedExpr) and _is_asked(module, above):
        return True
    targets = above.targets if isinstance(above, ast.Assign) else [above.target]
    names = {target.id for target in targets if isinstance(target, ast.Name)}
    scope = module.function_of(node) or module.tree
    return any(
        isinstance(inner, ast.Name)
        and inner.id in names
        and isinstance(inner.ctx, ast.Load)
        and _is_asked(module, inner)
        for inner in ast.walk(scope)
    )


def _is_asked(module: Module, node: ast.expr) -> bool:
    match module.parent(node):
        case ast.If() | ast.While() | ast.IfExp() | ast.Assert() as above:
            return above.test is node
        case ast.comprehension() as above:
            return node in above.ifs
        case ast.BoolOp() | ast.UnaryOp(op=ast.Not()):
            return True
        case ast.Compare():
            return True
        case ast.Call(func=ast.Name(id=name)) if name in _ASKING:
            return True
        case ast.Attribute(attr=name):
            return name in _BY_DEFAULT
    return False
