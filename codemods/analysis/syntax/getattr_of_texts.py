"""``getattr(x, "name")`` is read as the attribute that it is: ``x.name``.

``getattr(self, "name", None)`` is read as ``self.name or None``. Not with other defaults, where the file binds ``getattr`` or may bring another by a star, nor of a name that an import binds.
"""

from __future__ import annotations

import ast

from .bound_in_files import may_bind


def read_as_attributes(tree: ast.Module) -> None:
    """Put an attribute in the place of each call that reads one by a string."""
    nodes = list(ast.walk(tree))
    imported = {
        (alias.asname or alias.name).partition(".")[0]
        for node in nodes
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for alias in node.names
    }
    if not may_bind(nodes, {"getattr"}):
        _Reader(imported).visit(tree)


class _Reader(ast.NodeTransformer):
    def __init__(self, imported: set[str]) -> None:
        self._imported = imported

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        match node:
            case ast.Call(
                func=ast.Name("getattr"), args=[value, ast.Constant(value=str(name))], keywords=[]
            ) if (
                name.isidentifier()
                and not name.startswith("__")
                and not (isinstance(value, ast.Name) and value.id in self._imported)
                and not isinstance(value, ast.Starred)
            ):
                return ast.copy_location(ast.Attribute(value=value, attr=name, ctx=ast.Load()), node)
            case ast.Call(
                func=ast.Name("getattr"),
                args=[
                    ast.Name("self" | "cls") as value,
                    ast.Constant(value=str(name)),
                    ast.Constant(None) as other,
                ],
                keywords=[],
            ) if name.isidentifier() and not name.startswith("__"):
                read = ast.copy_location(ast.Attribute(value=value, attr=name, ctx=ast.Load()), node)
                return ast.copy_location(ast.BoolOp(op=ast.Or(), values=[read, other]), node)
        return node
