"""Who calls what in a tree, and with which arguments."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from ..syntax.functions import (
    argument_of,
    renamed,
    takes_as_many,
)
from ..syntax.source_module import Module
from .values import Evaluates, Local

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(eq=False)
class Calls:
    """The calls of a tree by what they call."""

    evaluator: Evaluates

    def arguments(self, function: Function, name: str) -> list[tuple[Module, ast.expr]]:
        """What the calls in the tree give to a parameter; calls that leave it out are left out."""
        found: list[tuple[Module, ast.expr]] = []
        called: Function | ast.ClassDef = function
        home = self.evaluator.tables.home_of(function)
        owner = home.parent(function) if home is not None else None
        if function.name == "__init__" and isinstance(owner, ast.ClassDef):
            called = owner
        for caller, call in self._giving(called):
            argument = argument_of(call, function, name)
            if argument is not None:
                found.append((caller, argument))
        return found

    def _giving(self, called: Function | ast.ClassDef) -> tuple[tuple[Module, ast.Call], ...]:
        """The calls of a function, or of an op under another name: the same for each of its parameters."""
        nothing: tuple[tuple[Module, ast.Call], ...] = ()
        return self.evaluator.answer(("giving", called), lambda: self._find_giving(called), nothing)

    def _find_giving(self, called: Function | ast.ClassDef) -> tuple[tuple[Module, ast.Call], ...]:
        found = [
            (caller, call)
            for caller, call in self.of(called.name)
            if any(
                isinstance(value, Local) and value.node is called
                for value in self.evaluator.values(caller, renamed(call))
            )
        ]
        if not isinstance(called, ast.ClassDef):
            found += self._by_variables(called)
        return tuple(dict.fromkeys(found))

    def _by_variables(self, function: Function) -> Iterator[tuple[Module, ast.Call]]:
        """The calls of a function by a name that it does not have: ``for step in (f, g): step(x)``."""
        if not self.evaluator.tables.is_handed_on(function.name):
            return
        for caller, call in self.evaluator.tables.calls_by_variables():
            if takes_as_many(function, call) and any(
                isinstance(value, Local) and value.node is function
                for value in self.evaluator.values(caller, renamed(call))
            ):
                yield caller, call

    def is_by_variable(self, function: Function, call: ast.Call) -> bool:
        """Whether a call is followed which calls a function by a name that it does not have."""
        return any(one is call for _, one in self._by_variables(function))

    def may_leave_out(self, function: Function, name: str) -> bool:
        """Whether some call in the tree leaves a parameter to its default, or none calls the function."""
        calls = [call for _, call in (*self.calling(function), *self._by_variables(function))]
        return not calls or any(argument_of(call, function, name) is None for call in calls)

    def may_spread(self, function: Function) -> bool:
        """Whether some call in the tree gives a function arguments that are not written there: ``f(**given)``."""
        return any(
            any(isinstance(given, ast.Starred) for given in call.args)
            or any(word.arg is None for word in call.keywords)
            for _, call in (*self.calling(function), *self._by_variables(function))
        )

    def calling(self, called: Function | ast.ClassDef) -> list[tuple[Module, ast.Call]]:
        """The calls in the tree of a function, or of a class."""
        return [
            (caller, call)
            for caller, call in self.of(called.name)
            if any(
                isinstance(value, Local) and value.node is called
                for value in self.evaluator.values(caller, call.func)
            )
        ]

    def assets_named(self, name: str) -> list[tuple[Module, Function]]:
        """The functions whose asset a parameter of that name loads."""
        return self.evaluator.tables.assets(name)

    def of(self, name: str) -> list[tuple[Module, ast.Call]]:
        """The calls of whatever has that name."""
        return self.evaluator.tables.calls(name)

    def uses_as_value(self, function: Function) -> Iterator[tuple[Module, ast.expr]]:
        """Where a function is handed on, to be called by who knows what."""
        for module, node in self.evaluator.tables.uses(function.name):
            above = module.parent(node)
            is_called = isinstance(above, ast.Call) and above.func is node
            if not is_called and any(
                isinstance(value, Local) and value.node is function
                for value in self.evaluator.values(module, node)
            ):
                yield module, node
