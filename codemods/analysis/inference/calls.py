"""Who calls what in a tree, and with which arguments."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from ..dagster_api.applied import is_handed_all
from ..syntax.classes import is_own_class
from ..syntax.functions import (
    CALLED_AS,
    Shape,
    argument_of,
    renamed,
    shape_of,
    takes_as_many,
    takes_unwritten,
)
from ..syntax.handed_calls import is_partial
from ..syntax.source_module import Module
from .filled_by_dagster import arguments_given
from .initializers import made_alike
from .values import Evaluates, Local, in_order

Function = ast.FunctionDef | ast.AsyncFunctionDef
Place = tuple[Module, ast.Call]
ByCallee = dict[ast.AST, tuple[Place, ...]]
"""The calls of each function and class."""
_NO_CALLS: ByCallee = {}
_NOT_DECORATING: dict[ast.AST, tuple[tuple[Module, Function], ...]] = {}
_NO_SHAPES: tuple[dict[ast.Call, int], dict[Shape, list[Place]]] = ({}, {})


@dataclass(eq=False)
class Calls:
    """The calls of a tree by what they call."""

    evaluator: Evaluates

    def arguments(self, function: Function, name: str) -> list[tuple[Module, ast.expr]]:
        """What the calls in the tree give to a parameter; calls that leave it out are left out."""
        found: list[tuple[Module, ast.expr]] = []
        home = self.evaluator.tables.home_of(function)
        for caller, call in self._reaching(home, function):
            given = arguments_given(self.evaluator, caller, call, home, function, name)
            found += [(caller, argument) for argument in given]
        return found

    def _reaching(self, home: Module | None, function: Function) -> list[Place]:
        """The calls of a function; of an ``__init__`` those of the classes that have it, too."""
        owner = home.parent(function) if home is not None else None
        if home is None or function.name != "__init__" or not isinstance(owner, ast.ClassDef):
            return list(self._giving(function))
        made = (self._giving(one.node) for one in made_alike(self.evaluator, Local(home, owner)))
        return [*(place for places in made for place in places), *self._giving(function)]

    def making(self, owner: Local) -> list[Place]:
        """The calls of a class, by its name or as ``cls(...)`` in one of its methods."""
        assert isinstance(owner.node, ast.ClassDef)
        return list(self._giving(owner.node))

    def _giving(self, called: Function | ast.ClassDef) -> tuple[tuple[Module, ast.Call], ...]:
        """The calls of a function, or of an op under another name: the same for each of its parameters."""
        nothing: tuple[tuple[Module, ast.Call], ...] = ()
        return self.evaluator.answer(("giving", called), lambda: self._find_giving(called), nothing)

    def _find_giving(self, called: Function | ast.ClassDef) -> tuple[tuple[Module, ast.Call], ...]:
        found = list(self._named(called.name, "giving by name", renamed).get(called, ()))
        found += self.handed(called)
        if isinstance(called, ast.ClassDef):
            found += self._own(called)
            found += self.making_by_variables(called)
        else:
            found += self._by_variables(called)
        return tuple(dict.fromkeys(found))

    def handed(self, called: ast.AST) -> tuple[Place, ...]:
        """The calls of it that another thread makes, by whatever name: ``pool.submit(run, client)``."""
        calls = self.evaluator.tables.handed_calls
        found = self.evaluator.answer(("handed", None), lambda: self._by_callee(calls(), renamed), _NO_CALLS)
        return found.get(called, ())

    def _own(self, owner: ast.ClassDef) -> Iterator[Place]:
        """The calls of a class in its own methods, ``cls(...)``."""
        home = self.evaluator.tables.home_of(owner)
        for node in ast.walk(owner) if home is not None else ():
            if home is not None and isinstance(node, ast.Call) and is_own_class(home, owner, node.func):
                yield home, node

    def _named(self, name: str, question: str, callee_of: Callable[[ast.Call], ast.expr]) -> ByCallee:
        """The calls of whatever has a name, by what each calls: looked through once for all that have it."""
        return self.evaluator.answer(
            (question, name), lambda: self._by_callee(self.of(name), callee_of), _NO_CALLS
        )

    def _by_callee(self, calls: Iterable[Place], callee_of: Callable[[ast.Call], ast.expr]) -> ByCallee:
        found: dict[ast.AST, dict[Place, None]] = defaultdict(dict)
        for caller, call in calls:
            for value in in_order(self.evaluator.called(caller, callee_of(call))):
                if isinstance(value, Local):
                    found[value.node][caller, call] = None
        return {node: tuple(places) for node, places in found.items()}

    def _by_variables(self, function: Function) -> tuple[Place, ...]:
        """The calls of a function by a name that it does not have: ``for step in (f, g): step(x)``."""
        nothing: tuple[Place, ...] = ()
        return self.evaluator.answer(
            ("by variables", function), lambda: self._find_by_variables(function), nothing
        )

    def _find_by_variables(self, function: Function) -> tuple[Place, ...]:
        if function.name != CALLED_AS and not self.evaluator.tables.is_handed_on(function.name):
            return ()
        order, by_shape = self._variable_calls()
        found = [
            place
            for shape in self._shapes_that_fit(function)
            for place in self._of_shape(shape, by_shape[shape]).get(function, ())
        ]
        return tuple(sorted(found, key=lambda place: order[place[1]]))

    def _shapes_that_fit(self, function: Function) -> tuple[Shape, ...]:
        nothing: tuple[Shape, ...] = ()
        return self.evaluator.answer(
            ("shapes that fit", function), lambda: self._find_shapes_that_fit(function), nothing
        )

    def _find_shapes_that_fit(self, function: Function) -> tuple[Shape, ...]:
        _, by_shape = self._variable_calls()
        return tuple(shape for shape, calls in by_shape.items() if takes_as_many(function, calls[0][1]))

    def _variable_calls(self) -> tuple[dict[ast.Call, int], dict[Shape, list[Place]]]:
        """The calls that do not spell what they call: where each comes among all, and those of one shape together."""
        return self.evaluator.answer(("calls by variables", None), self._find_variable_calls, _NO_SHAPES)

    def _find_variable_calls(self) -> tuple[dict[ast.Call, int], dict[Shape, list[Place]]]:
        calls = self.evaluator.tables.calls_by_variables()
        by_shape: dict[Shape, list[Place]] = defaultdict(list)
        for caller, call in calls:
            by_shape[shape_of(call)].append((caller, call))
        return {call: number for number, (_, call) in enumerate(calls)}, dict(by_shape)

    def _of_shape(self, shape: Shape, calls: list[Place]) -> ByCallee:
        return self.evaluator.answer(
            ("called by variables", shape), lambda: self._by_callee(calls, renamed), _NO_CALLS
        )

    def making_by_variables(self, owner: ast.ClassDef) -> tuple[Place, ...]:
        """The calls of a class by a name that it does not have: ``for task in (A, B): task(client)``."""
        if not self.evaluator.tables.is_handed_on(owner.name):
            return ()
        order, by_shape = self._variable_calls()
        found = [
            place
            for shape, calls in by_shape.items()
            for place in self._of_shape(shape, calls).get(owner, ())
        ]
        return tuple(sorted(found, key=lambda place: order[place[1]]))

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
            takes_unwritten(call) for _, call in (*self.calling(function), *self._by_variables(function))
        ) or any(is_partial(call) for _, call in self.handed(function))

    def spreading(self, function: Function, name: str) -> list[tuple[Module, ast.Call]]:
        """The calls in the tree that may give a parameter what is not written there."""
        return [
            (caller, call)
            for caller, call in (*self.calling(function), *self._by_variables(function))
            if argument_of(call, function, name) is None and takes_unwritten(call)
        ] + [
            (caller, call)
            for caller, call in self.handed(function)
            if is_partial(call) and argument_of(call, function, name) not in call.args
        ]

    def decorating(self, function: Function) -> tuple[tuple[Module, Function], ...]:
        """The functions that a function of the tree decorates: it is called with each."""
        found = self.evaluator.answer(("decorating", None), self._find_decorating, _NOT_DECORATING)
        return found.get(function, ())

    def _find_decorating(self) -> dict[ast.AST, tuple[tuple[Module, Function], ...]]:
        found: dict[ast.AST, dict[tuple[Module, Function], None]] = defaultdict(dict)
        for module, decorated in self.evaluator.tables.decorated():
            for decorator in decorated.decorator_list[-1:]:
                if is_handed_all(self.evaluator, module, decorator):
                    continue  # What is called by the name of the function is the function.
                for value in in_order(self.evaluator.values(module, decorator)):
                    if isinstance(value, Local):
                        found[value.node][module, decorated] = None
        return {node: tuple(functions) for node, functions in found.items()}

    def only_decorates(self, function: Function) -> bool:
        """Whether nobody calls a function but as a decorator, or as what answers one."""
        home = self.evaluator.tables.home_of(function)
        uses = list(self.uses_as_value(function))
        if home is None or any(self._by_variables(function)):
            return False
        return all(
            _is_decorator(module, node) or self._is_answered_as_decorator(module, node)
            for module, node in uses
        ) and all(_is_decorator(module, call) for module, call in self.calling(function))

    def _is_answered_as_decorator(self, module: Module, node: ast.expr) -> bool:
        """Whether a function is answered by the one around it, which is called as a decorator alone."""
        above, outer = module.parent(node), module.function_of(node)
        return isinstance(above, ast.Return) and outer is not None and self.only_decorates(outer)

    def calling(self, called: Function | ast.ClassDef) -> list[tuple[Module, ast.Call]]:
        """The calls in the tree of a function, or of a class."""
        return list(self._named(called.name, "calling by name", lambda call: call.func).get(called, ()))

    def assets_named(self, name: str) -> list[tuple[Module, Function]]:
        """The functions whose asset a parameter of that name loads."""
        return self.evaluator.tables.assets(name)

    def fixtures_for(self, asking: Module, function: Function, name: str) -> list[tuple[Module, Function]]:
        """The fixtures that a test may get by a name: of its file, else of the nearest folder with one, else any."""
        found = [each for each in self.evaluator.tables.fixtures(name) if each[1] is not function]
        own = [each for each in found if each[0] is asking]
        near = [
            each
            for each in found
            if each[0].path.stem == "conftest" and asking.path.is_relative_to(each[0].path.parent)
        ]
        deepest = max((len(home.path.parts) for home, _ in near), default=0)
        return own or [each for each in near if len(each[0].path.parts) == deepest] or found

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
                for value in in_order(self.evaluator.values(module, node))
            ):
                yield module, node


def _is_decorator(module: Module, node: ast.expr) -> bool:
    above = module.parent(node)
    return isinstance(above, (ast.FunctionDef, ast.AsyncFunctionDef)) and node in above.decorator_list
