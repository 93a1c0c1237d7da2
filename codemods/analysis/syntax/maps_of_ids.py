"""``map(int, texts)`` is read as ``(int(text) for text in texts)``, so that loops go through the numbers.

JOBS = list(map(int, os.environ["DBT_JOBS"].split(",")))

Not where the file binds one of the two names, or may bring it by a star.
"""

from __future__ import annotations

import ast

from .bound_in_files import may_bind


def read_as_comprehensions(tree: ast.Module) -> None:
    """Put a generator expression in the place of each such call."""
    if not may_bind(ast.walk(tree), {"map", "int"}):
        _Reader().visit(tree)


class _Reader(ast.NodeTransformer):
    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        match node:
            case ast.Call(func=ast.Name("map"), args=[ast.Name("int") as number, texts], keywords=[]) if (
                not isinstance(texts, ast.Starred)
            ):
                return _each(node, number, texts)
        return node


def _each(call: ast.Call, number: ast.Name, texts: ast.expr) -> ast.GeneratorExp:
    """The generator expression: its name is one that no file can have, and what is new in it stands where the call does."""
    name = f"<each {call.lineno}:{call.col_offset}>"
    made = ast.Call(func=number, args=[ast.Name(id=name, ctx=ast.Load())], keywords=[])
    loop = ast.comprehension(target=ast.Name(id=name, ctx=ast.Store()), iter=texts, ifs=[], is_async=0)
    found = ast.GeneratorExp(elt=made, generators=[loop])
    for new in (found, made, made.args[0], loop.target):
        ast.copy_location(new, call)
    return found
