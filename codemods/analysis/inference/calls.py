"""Who calls what in a tree, and with which arguments."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from ..dagster_api.asset_inputs import name_of_asset
from ..syntax.functions import (
    argument_of,
    decorator_name,
    renamed,
)
from ..syntax.source_module import (
    FUNCTIONS,
    Module,
)
from .values import Evaluates, Local

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(eq=False)
class Calls:
    """The calls of a tree by what they call, found on first use."""

    evaluator: Evaluates

    def arguments(self, function: Function, name: str) -> list[tuple[Module, ast.expr]]:
        """What the calls in the tree give to a parameter; calls that leave it out are left out."""
        found: list[tuple[Module, ast.expr]] = []
        called, callee_name = function, function.name
        home = self._home_of(function)
        owner = home.parent(function) if home is not None else None
        if function.name == "__init__" and isinstance(owner, ast.ClassDef):
            called, callee_name = owner, owner.name  # type: ignore[assignment]
        for caller, call in self.of(callee_name):
            callee = self.evaluator.values(caller, renamed(call))
            if any(isinstance(value, Local) and value.node is called for value in callee):
                argument = argument_of(call, function, name)
                if argument is not None:
                    found.append((caller, argument))
        return found

    def may_leave_out(self, function: Function, name: str) -> bool:
        """Whether some call in the tree leaves a parameter to its default, or none calls the function."""
        calls = [call for _, call in self.calling(function)]
        return not calls or any(argument_of(call, function, name) is None for call in calls)

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

    def _home_of(self, function: ast.AST) -> Module | None:
        return next(
            (module for module in self.evaluator.tree.modules.values() if function in module.parents), None
        )

    def assets_named(self, name: str) -> list[tuple[Module, Function]]:
        """The functions whose asset a parameter of that name loads."""
        return self._assets.get(name, [])

    def of(self, name: str) -> list[tuple[Module, ast.Call]]:
        """The calls of whatever has that name."""
        return self._calls.get(name, [])

    def uses_as_value(self, function: Function) -> Iterator[tuple[Module, ast.expr]]:
        """Where a function is handed on, to be called by who knows what."""
        for module, node in self._names.get(function.name, []):
            above = module.parent(node)
            is_called = isinstance(above, ast.Call) and above.func is node
            if not is_called and any(
                isinstance(value, Local) and value.node is function
                for value in self.evaluator.values(module, node)
            ):
                yield module, node

    @cached_property
    def _names(self) -> Mapping[str, list[tuple[Module, ast.expr]]]:
        found: dict[str, list[tuple[Module, ast.expr]]] = defaultdict(list)
        for module in self.evaluator.tree.modules.values():
            for node in module.nodes:
                if isinstance(node, (ast.Name, ast.Attribute)) and isinstance(node.ctx, ast.Load):
                    found[node.id if isinstance(node, ast.Name) else node.attr].append((module, node))
        return found

    @cached_property
    def _calls(self) -> Mapping[str, list[tuple[Module, ast.Call]]]:
        found: dict[str, list[tuple[Module, ast.Call]]] = defaultdict(list)
        modules = self.evaluator.tree.modules.values()
        aliases = _aliases(modules)
        for module in modules:
            for node in module.nodes:
                if isinstance(node, ast.Call):
                    for name in _also_called(decorator_name(renamed(node)), aliases):
                        found[name].append((module, node))
        return found

    @cached_property
    def _assets(self) -> Mapping[str, list[tuple[Module, Function]]]:
        found: dict[str, list[tuple[Module, Function]]] = defaultdict(list)
        for module in self.evaluator.tree.modules.values():
            for node in module.nodes:
                if isinstance(node, FUNCTIONS) and (made := name_of_asset(node)):
                    found[made].append((module, node))
        return found


def _aliases(modules: Iterable[Module]) -> Mapping[str, set[str]]:
    """What is called by another name somewhere: ``from x import f as g``, ``g = x.f``."""
    found: dict[str, set[str]] = defaultdict(set)
    for module in modules:
        for node in module.nodes:
            if isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    if alias.asname:
                        found[alias.asname].add(alias.name)
            elif isinstance(node, ast.Assign) and isinstance(node.value, (ast.Name, ast.Attribute)):
                for target in node.targets:
                    if isinstance(target, (ast.Name, ast.Attribute)):
                        found[decorator_name(target)].add(decorator_name(node.value))
    return found


def _also_called(name: str, aliases: Mapping[str, set[str]]) -> set[str]:
    """A name and all that it may be another name for."""
    found, asked = {name}, [name]
    for each in asked:
        new = aliases.get(each, set()) - found
        found |= new
        asked += new
    return found
