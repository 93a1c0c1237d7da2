"""Names of a file that stand for what only running it says: parameters, loop variables, what expressions work out."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from .functions import INJECTING, decorator_name, is_getattr, renamed
from .source_module import FUNCTIONS, Module

_BINDING = (
    *(ast.For, ast.AsyncFor, ast.comprehension, ast.withitem),
    *(ast.NamedExpr, ast.Assign, ast.AnnAssign),
)
"""The nodes that bind names otherwise than by a definition."""
_OF_OTHERS = INJECTING | {
    *("abstractmethod", "cache", "cached_property", "classmethod", "configured", "contextmanager", "deleter"),
    *(
        "field_validator",
        "fixture",
        "getter",
        "graph",
        "graph_multi_asset",
        "io_manager",
        "job",
        "lru_cache",
        "overload",
    ),
    *(
        "override",
        "parametrize",
        "property",
        "repository",
        "resource",
        "setter",
        "staticmethod",
        "validator",
        "wraps",
    ),
}
"""Decorators of Dagster, Python and pytest by their names: most functions have no other."""


@dataclass(frozen=True)
class BoundNames:
    """The names of a file, by how they come by what they stand for."""

    varying: frozenset[str]
    """Parameters, and what loops, comprehensions, ``with`` and unpacking bind."""
    worked_out: frozenset[str]
    """Names and attributes that are given what a call, a subscript, a decorator or the like answers."""
    handed_on: frozenset[str]
    """Names and attributes that are read otherwise than to be called."""


def names_bound_in(module: Module) -> BoundNames:
    """The names of a file, by how they come by what they stand for."""
    varying: set[str] = set()
    worked_out: set[str] = set()
    handed_on: set[str] = set()
    called = {id(node.func) for node in module.of(ast.Call)}
    varying |= {node.arg for node in module.of(ast.arg)}
    handed_on |= {
        node.id if isinstance(node, ast.Name) else node.attr
        for node in module.of(ast.Name, ast.Attribute)
        if isinstance(node.ctx, ast.Load) and id(node) not in called
    }
    handed_on |= {
        node.args[1].value
        for node in module.of(ast.Call)
        if is_getattr(node) and isinstance(node.args[1], ast.Constant) and isinstance(node.args[1].value, str)
    }
    decorated = {node.name for node in decorated_in(module)}
    handed_on |= decorated
    worked_out |= decorated
    for node in module.of(*_BINDING):
        match node:
            case ast.For(target=target) | ast.AsyncFor(target=target) | ast.comprehension(target=target):
                varying |= set(_names_in(target))
            case ast.withitem(optional_vars=ast.expr() as target):
                varying |= set(_names_in(target))
            case ast.NamedExpr(target=ast.Name(id=name)):
                varying.add(name)
            case ast.Assign(targets=targets, value=value) if not isinstance(value, ast.Constant):
                for target in targets:
                    if isinstance(target, (ast.Tuple, ast.List)):
                        varying |= set(_names_in(target))
                    elif not isinstance(value, (ast.Name, ast.Attribute)):
                        worked_out.add(decorator_name(target))
            case ast.AnnAssign(target=target, value=ast.expr()):
                worked_out.add(decorator_name(target))
    return BoundNames(frozenset(varying), frozenset(worked_out - {""}), frozenset(handed_on))


def decorated_in(module: Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """The functions of a file with a decorator that may be one of the tree, which gets the function."""
    for node in module.of(*FUNCTIONS):
        if any(decorator_name(one) not in _OF_OTHERS for one in node.decorator_list):
            yield node


def calls_by_variables(module: Module, varying: frozenset[str]) -> Iterator[ast.Call]:
    """The calls of a file of one of some names, and of what is no name."""
    for node in module.of(ast.Call):
        callee = renamed(node)
        is_spelled = isinstance(callee, (ast.Name, ast.Attribute))
        if not is_spelled or (isinstance(callee, ast.Name) and callee.id in varying):
            yield node


def _names_in(target: ast.expr) -> Iterator[str]:
    return (inner.id for inner in ast.walk(target) if isinstance(inner, ast.Name))
