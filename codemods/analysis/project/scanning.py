"""Whether a file may look through a module that it imports by a text: as far as its names go, whatever they mean.

Asked of files that nothing else connects with the legacy ones. Parsing one takes a small part of what following its values takes.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from ..syntax.functions import decorator_name
from ..syntax.source_module import FUNCTIONS, Module

_IMPORTING = frozenset(
    {"import_module", "__import__", "module_from_spec", "reload", "load_module", "modules"}
)
"""What answers a module, or is a dict of them."""
_SCANNING = frozenset({"vars", "dir", "getattr", "getmembers", "getmembers_static"})


def looks_through_imported(module: Module) -> bool:
    """Whether the file may do so. What holds an imported module gives it to all that is called as it is."""
    holding = {*_IMPORTING, *_renamed(module)}
    while True:
        before = len(holding)
        for node in module.nodes:
            holding.update(_given(module, node, holding))
        if len(holding) == before:
            return any(_names_any(scanned, holding) for scanned in _scanned(module))


def _renamed(module: Module) -> Iterator[str]:
    for node in module.of(ast.ImportFrom):
        yield from (alias.asname for alias in node.names if alias.name in _IMPORTING and alias.asname)


def _given(module: Module, node: ast.AST, holding: set[str]) -> Iterator[str]:
    """The names that a node gives what one of those in `holding` has."""
    match node:
        case ast.Assign(targets=targets, value=value) if _names_any(value, holding):
            yield from (name for target in targets for name in _names_in(target))
        case ast.AnnAssign(target=target, value=ast.expr() as value) if _names_any(value, holding):
            yield from _names_in(target)
        case ast.AugAssign(target=target, value=value) | ast.NamedExpr(target=target, value=value) if (
            _names_any(value, holding)
        ):
            yield from _names_in(target)
        case ast.For(target=target, iter=value) | ast.AsyncFor(target=target, iter=value) if _names_any(
            value, holding
        ):
            yield from _names_in(target)
        case ast.comprehension(target=target, iter=value) if _names_any(value, holding):
            yield from _names_in(target)
        case ast.withitem(context_expr=value, optional_vars=ast.expr() as target) if _names_any(
            value, holding
        ):
            yield from _names_in(target)
        case (
            ast.Return(value=ast.expr() as value)
            | ast.Yield(value=ast.expr() as value)
            | ast.YieldFrom(value=value)
        ) if _names_any(value, holding):
            function = module.function_of(node)
            yield from [function.name] if isinstance(function, FUNCTIONS) else []
        case ast.Call():
            arguments = [*node.args, *(word.value for word in node.keywords)]
            if any(_names_any(argument, holding) for argument in arguments):
                yield from _names_in(node.func.value) if isinstance(node.func, ast.Attribute) else []
                yield from _parameters(module, decorator_name(node))
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
            defaults = [*node.args.defaults, *(one for one in node.args.kw_defaults if one is not None)]
            if any(_names_any(default, holding) for default in defaults):
                yield from _names_of(node.args)


def _parameters(module: Module, callee: str) -> Iterator[str]:
    """The parameters of what is called so in the file: of functions, and of how classes are made."""
    for node in module.of(*FUNCTIONS, ast.ClassDef):
        if node.name != callee:
            continue
        functions = node.body if isinstance(node, ast.ClassDef) else [node]
        for function in functions:
            if isinstance(function, FUNCTIONS):
                yield from _names_of(function.args)


def _names_of(arguments: ast.arguments) -> Iterator[str]:
    given = (
        *arguments.posonlyargs,
        *arguments.args,
        *arguments.kwonlyargs,
        arguments.vararg,
        arguments.kwarg,
    )
    yield from (arg.arg for arg in given if arg is not None and arg.arg not in {"self", "cls"})


def _scanned(module: Module) -> Iterator[ast.expr]:
    """What the file looks through, whatever that is."""
    for node in module.of(ast.Call, ast.Attribute):
        if isinstance(node, ast.Attribute) and node.attr == "__dict__":
            yield node.value
        elif isinstance(node, ast.Call) and decorator_name(node) in _SCANNING:
            yield from node.args[:1]


def _names_any(node: ast.expr, wanted: set[str]) -> bool:
    return not wanted.isdisjoint(_names_in(node))


def _names_in(node: ast.expr) -> Iterable[str]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name) and inner.id not in {"self", "cls"}:
            yield inner.id
        elif isinstance(inner, ast.Attribute):
            yield inner.attr
