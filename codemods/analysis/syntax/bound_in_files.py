"""Whether a file binds a name anywhere, so that it may be another than Python's."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable


def may_bind(nodes: Iterable[ast.AST], names: Collection[str]) -> bool:
    """Whether one of some names is bound by a file, in whatever scope, or may be brought by a star."""
    return any(_binds(node, names) for node in nodes)


def _binds(node: ast.AST, names: Collection[str]) -> bool:
    match node:
        case ast.Name(id=name, ctx=ast.Store() | ast.Del()) | ast.arg(arg=name):
            return name in names
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return name in names
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            return name in names
        case ast.MatchMapping(rest=str(name)):
            return name in names
        case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
            bound = {(alias.asname or alias.name).partition(".")[0] for alias in aliases}
            return not bound.isdisjoint({*names, "*"})
    return False
