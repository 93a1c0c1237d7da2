"""Code that looks through all that a module holds: ``vars(module)``, ``inspect.getmembers(module)``, ``module.__dict__``."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from ...analysis.dagster_api.decorators import is_builtin
from ...analysis.inference.branches import EVERY_BRANCH
from ...analysis.inference.values import External, InTree
from ...analysis.syntax.functions import decorator_name
from ...analysis.syntax.source_module import Module
from ...planning.claims import Context

_BUILTINS = frozenset({"vars", "dir"})
_SCANNING = frozenset({External("inspect.getmembers"), External("inspect.getmembers_static")})
_IMPORTING = frozenset({"import_module", "__import__", "module_from_spec", "reload"})


@dataclass(frozen=True, eq=False)
class Scan:
    """One place that looks through a module."""

    module: Module
    node: ast.expr
    homes: frozenset[Module]
    is_any: bool
    """Whether it may be any module: it is imported by a name that is not known."""

    def is_of(self, home: Module) -> bool:
        return self.is_any or home in self.homes


@lru_cache(maxsize=1)
def scans(context: Context) -> tuple[Scan, ...]:
    """Each place of the code that looks through modules of the tree."""
    return tuple(_find(context))


def _find(context: Context) -> Iterator[Scan]:
    for module in context.index.tree.modules.values():
        for node in module.of(ast.Call, ast.Attribute):
            scanned = _scanned(context, module, node)
            if scanned is None:
                continue
            homes = frozenset(
                one.module for one in context.index.values(module, scanned) if isinstance(one, InTree)
            )
            is_any = not homes and _is_imported_by_name(context, module, scanned)
            if homes or is_any:
                assert isinstance(node, ast.expr)
                yield Scan(module, node, homes, is_any)


def _scanned(context: Context, module: Module, node: ast.AST) -> ast.expr | None:
    """What a node looks through, whatever that is; None where it looks through nothing."""
    if isinstance(node, ast.Attribute):
        return node.value if node.attr == "__dict__" else None
    if not isinstance(node, ast.Call) or not node.args:
        return None
    if isinstance(node.func, ast.Name) and is_builtin(context.index.evaluator, module, node.func):
        is_scan = node.func.id in _BUILTINS
        is_read = (
            node.func.id == "getattr" and len(node.args) > 1 and not isinstance(node.args[1], ast.Constant)
        )
        return node.args[0] if is_scan or (is_read and not context.index.values(module, node)) else None
    return node.args[0] if context.index.values(module, node.func) & _SCANNING else None


def _is_imported_by_name(context: Context, module: Module, node: ast.expr) -> bool:
    """Whether something is a module whose name is not known: ``import_module(name)``, ``sys.modules[name]``."""
    for home, place in context.index.evaluator.places(module, node, EVERY_BRANCH).places:
        if isinstance(place, ast.Call) and decorator_name(place) in _IMPORTING:
            return True
        if isinstance(place, ast.Subscript) and External("sys.modules") in context.index.values(
            home, place.value
        ):
            return True
    return False
