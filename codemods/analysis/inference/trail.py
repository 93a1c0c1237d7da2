"""Where the trail of a value ends that cannot be read: what it would have to be read from."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..syntax.scopes import Assigned, Binding, Defined, Imported, Iterated, Parameter
from ..syntax.source_module import Module
from .branches import EVERY_BRANCH
from .constants import Constants
from .handed_modules import handed_away

_MOST = 50
"""Expressions that are looked at: this is for a message alone."""


def end_of_trail(constants: Constants, module: Module, node: ast.expr) -> tuple[Module, ast.AST] | None:
    """The first expression or statement behind ``node`` that says no value; None where ``node`` itself says none."""
    asked = [(module, node)]
    for home, at in asked:  # grows as it goes
        if len(asked) > _MOST:
            return None
        for where, found in _behind(constants, home, at):
            if not isinstance(found, ast.expr):
                return where, found
            if (where, found) not in asked:
                asked.append((where, found))
        is_name = isinstance(at, (ast.Name, ast.Attribute))
        if at is not node and not is_name and constants.possible(home, at) is None:
            return home, at
    return None


def _behind(constants: Constants, module: Module, node: ast.expr) -> Iterator[tuple[Module, ast.AST]]:
    evaluator = constants.evaluator
    if isinstance(node, ast.Name):
        for binding in evaluator.star_imports.bound(module, node):
            yield from _bound_by(constants, module, binding)
        return
    if isinstance(node, ast.Attribute):
        homes = evaluator.modules_named.homes(module, node.value, EVERY_BRANCH)
        for home in homes:
            if home is not None:
                yield from _handed_away(constants, home)
                for binding in evaluator.star_imports.bound_at_end(home, node.attr):
                    yield from _bound_by(constants, home, binding)
        if not any(homes) and isinstance(node.value, ast.Name):
            yield from _behind(constants, module, node.value)
        return
    for home, place in evaluator.places(module, node, EVERY_BRANCH).places:
        if place is not node:
            yield home, place
        elif isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
            held = _behind(constants, module, node.value)
            yield from ((where, found) for where, found in held if isinstance(found, ast.Call))


def _handed_away(constants: Constants, home: Module) -> Iterator[tuple[Module, ast.AST]]:
    """The statement that gives a module to code which may set its names."""
    found = handed_away(constants.evaluator, home)
    if found is not None:
        module, node = found
        yield module, module.statement_of(node)


def _bound_by(constants: Constants, module: Module, binding: Binding) -> Iterator[tuple[Module, ast.AST]]:
    match binding:
        case Assigned(value=value, path=(), adds=False):
            yield module, value
        case Imported(node=statement, name=name):
            home = constants.evaluator.bindings.imported(module, binding)
            if home is None and name:
                yield module, statement
            elif home is not None and name:
                yield from _handed_away(constants, home)
                bound = constants.evaluator.star_imports.bound_at_end(home, name)
                for inner in bound if home is not module else ():
                    yield from _bound_by(constants, home, inner)
        case Iterated(value=value):
            yield module, value
        case Parameter(function=ast.FunctionDef() | ast.AsyncFunctionDef() as function, arg=arg):
            yield from constants.evaluator.calls.arguments(function, arg.arg)
        case Parameter() | Defined():
            return
        case _:
            yield (
                module,
                module.statement_of(binding.where) if isinstance(binding.where, ast.expr) else binding.where,
            )
