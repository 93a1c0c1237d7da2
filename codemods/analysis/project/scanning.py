"""Whether a file may look through a module that it imports by a string: as far as its names go, whatever they mean.

Asked of files that nothing else connects with the legacy ones. Parsing one takes a small part of what following its values takes.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ..syntax.functions import decorator_name
from ..syntax.source_module import FUNCTIONS, Module

_IMPORTING = frozenset(
    {"import_module", "__import__", "module_from_spec", "reload", "load_module", "modules"}
)
"""What answers a module, or is a dict of them."""
_GIVING = (
    *(
        ast.Assign,
        ast.AnnAssign,
        ast.AugAssign,
        ast.NamedExpr,
        ast.For,
        ast.AsyncFor,
        ast.comprehension,
        ast.withitem,
    ),
    *(ast.Return, ast.Yield, ast.YieldFrom, ast.Call, *FUNCTIONS, ast.Lambda),
)
_SCANNING = frozenset({"vars", "dir", "getattr", "getmembers", "getmembers_static"})


def looks_through_imported(module: Module) -> bool:
    """Whether the file may do so. What holds an imported module gives it to all that is called as it is."""
    scanned = [set(_names_in(node)) for node in _scanned(module)]
    holding = {*_IMPORTING, *_renamed(module)}
    gifts = list(_gifts(module)) if scanned else []
    while True:
        before = len(holding)
        for source, target in gifts:
            if not holding.isdisjoint(source):
                holding |= target
        if len(holding) == before:
            return any(not holding.isdisjoint(names) for names in scanned)


def _renamed(module: Module) -> Iterator[str]:
    for node in module.of(ast.ImportFrom):
        yield from (alias.asname for alias in node.names if alias.name in _IMPORTING and alias.asname)


def _gifts(module: Module) -> Iterator[tuple[set[str], set[str]]]:
    """The names that an expression has in it, and those that are given what it may be."""
    parameters = _parameters(module)
    for node in module.of(*_GIVING):
        values, targets, names = _gift(module, node, parameters)
        source = {name for value in values for name in _names_in(value)}
        if source:
            yield source, {*names, *(name for target in targets for name in _names_in(target))}


def _gift(
    module: Module, node: ast.AST, parameters: Mapping[str, set[str]]
) -> tuple[Sequence[ast.expr], Sequence[ast.expr], Iterable[str]]:
    """What a node gives, what it is written as being given to, and the names of what else gets it."""
    match node:
        case ast.Assign(targets=targets, value=value):
            return [value], targets, ()
        case ast.AnnAssign(target=target, value=ast.expr() as value):
            return [value], [target], ()
        case ast.AugAssign(target=target, value=value) | ast.NamedExpr(target=target, value=value):
            return [value], [target], ()
        case (
            ast.For(target=target, iter=value)
            | ast.AsyncFor(target=target, iter=value)
            | ast.comprehension(target=target, iter=value)
            | ast.withitem(context_expr=value, optional_vars=ast.expr() as target)
        ):
            return [value], [target], ()
        case (
            ast.Return(value=ast.expr() as value)
            | ast.Yield(value=ast.expr() as value)
            | ast.YieldFrom(value=value)
        ):
            function = module.function_of(node)
            return [value], [], [function.name] if isinstance(function, FUNCTIONS) else ()
        case ast.Call(func=func, args=args, keywords=keywords):
            receiver = [func.value] if isinstance(func, ast.Attribute) else []
            given = [*args, *(word.value for word in keywords)]
            return given, receiver, parameters.get(decorator_name(node), ())
        case ast.FunctionDef(args=own) | ast.AsyncFunctionDef(args=own) | ast.Lambda(args=own):
            defaults = [*own.defaults, *(one for one in own.kw_defaults if one is not None)]
            return defaults, [], _names_of(own)
    return [], [], ()


def _parameters(module: Module) -> Mapping[str, set[str]]:
    """The parameters of what the file defines, by its name: of functions, and of those that a class has."""
    found: dict[str, set[str]] = defaultdict(set)
    for node in module.of(*FUNCTIONS, ast.ClassDef):
        functions = node.body if isinstance(node, ast.ClassDef) else [node]
        for function in functions:
            if isinstance(function, FUNCTIONS):
                found[node.name].update(_names_of(function.args))
    return found


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


def _names_in(node: ast.expr) -> Iterable[str]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name) and inner.id not in {"self", "cls"}:
            yield inner.id
        elif isinstance(inner, ast.Attribute):
            yield inner.attr
