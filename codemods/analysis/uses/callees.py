"""Whether all that a call may call is known, where it spells no function: a loop variable, a parameter, ``x["k"]``."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from ..dagster_api.applied import first_of
from ..inference.branches import EVERY_BRANCH
from ..inference.interpreter import Evaluator
from ..inference.values import Instance, InTree, Literal, Local, Value, Values
from ..inference.whole_displays import is_whole
from ..syntax.classes import fields_of
from ..syntax.fixtures import answers_of_fixture, may_ask_for_fixtures
from ..syntax.functions import VARIANTS, default_of, returns_of
from ..syntax.scopes import Assigned, Binding, Defined, Imported, Iterated, Parameter
from ..syntax.source_module import FUNCTIONS, Module
from .uses import LOOKING_UP


def is_all_known(evaluator: Evaluator, module: Module, callee: ast.expr) -> bool:
    """Whether an expression can be nothing else than the functions and ops that the evaluator answers for it."""
    return _Callees(evaluator).is_known(module, callee)


def is_spelled(evaluator: Evaluator, module: Module, callee: ast.expr, value: Value) -> bool:
    """Whether a call calls a function by the name that it is defined or imported under, which nothing else has there."""
    match callee:
        case ast.Name(id=name):
            bindings = evaluator.tree.names(module).lookup(module, name, callee)
            return all(
                isinstance(binding, (Defined, Imported)) or _is_nothing(binding) for binding in bindings
            )
        case ast.Attribute(value=holder, attr=name) if isinstance(value, Local):
            owners = [home.owner for home in evaluator.values(module, holder) if isinstance(home, Instance)]
            if isinstance(value.module.parent(value.node), ast.ClassDef):
                return not any(_is_replaced(evaluator, owner, name) for owner in owners)
            return not owners
    return not isinstance(callee, ast.Subscript)


def _is_replaced(evaluator: Evaluator, owner: Local, name: str) -> bool:
    """Whether objects give themselves something else in the place of a method: ``self.client = lambda: Fake()``."""
    objects = evaluator.objects
    owners = {one for heir in (owner, *objects.derived_from(owner)) for one in objects.lineage(heir)}
    return any(name in objects.assigned(one) or name in objects.changed_in_place(one) for one in owners)


def _is_nothing(binding: Binding) -> bool:
    """Whether a name is given what no code can call: ``get = None``."""
    return isinstance(binding, Assigned) and isinstance(binding.value, ast.Constant) and not binding.path


@dataclass(frozen=True, eq=False)
class _Callees:
    evaluator: Evaluator
    _seen: set[object] = field(default_factory=set)

    def is_known(self, module: Module, node: ast.expr) -> bool:
        if node in self._seen:
            return True  # It is what the others are.
        self._seen.add(node)
        if not self.evaluator.values(module, node):
            return False
        match node:
            case ast.Name():
                bindings = self.evaluator.tree.names(module).lookup(module, node.id, node)
                return bool(bindings) and all(self._is_bound(module, binding) for binding in bindings)
            case ast.Attribute():
                homes = self.evaluator.values(module, node.value)
                return bool(homes) and all(self._is_read(home, node.attr) for home in homes)
            case ast.Subscript():
                return self._is_inside(module, node.value)
            case ast.IfExp():
                return self.is_known(module, node.body) and self.is_known(module, node.orelse)
            case ast.BoolOp():
                return all(self.is_known(module, value) for value in node.values)
            case ast.NamedExpr():
                return self.is_known(module, node.value)
            case ast.Call():
                return self._is_answered(module, node)
        return False

    def _is_bound(self, module: Module, binding: Binding) -> bool:
        if binding in self._seen:
            return True
        self._seen.add(binding)
        match binding:
            case Defined():
                return True
            case Imported():
                return bool(self.evaluator.binding_values(module, binding))
            case Assigned(value=value, path=()):
                return not binding.adds and self.is_known(module, value)
            case Assigned(value=ast.Tuple() | ast.List() as value, path=path):
                inside = self.evaluator.containers.inside([(module, value)], path)
                is_spread = any(isinstance(inner, ast.Starred) for inner in ast.walk(value))
                return (
                    bool(inside) and not is_spread and all(self.is_known(home, one) for home, one in inside)
                )
            case Iterated(value=value, path=path):
                return self._is_iterated(module, value, path)
            case Parameter(function=ast.FunctionDef() | ast.AsyncFunctionDef() as function, arg=arg):
                return self._is_given(module, function, arg.arg)
        return False

    def _is_read(self, home: Value, name: str) -> bool:
        """Whether a name of a module is read, or an attribute that each object has from what its methods assign."""
        if not isinstance(home, Instance):
            return isinstance(home, InTree)
        objects = self.evaluator.objects
        given = [one for owner in objects.saying(home.owner, name) for one in objects.given(owner, name)]
        in_bodies = any(name in fields_of(owner.node) for owner in objects.saying(home.owner, name))
        return bool(given) and not in_bodies and all(self.is_known(module, one) for module, one in given)

    def _is_iterated(self, module: Module, value: ast.expr, path: tuple[int, ...]) -> bool:
        containers = self.evaluator.containers
        find = containers.looking(EVERY_BRANCH)
        elements = containers.iterated(module, value, path)
        is_all = is_whole(self.evaluator, module, value, find) and not self._may_change(find.found)
        return bool(elements) and is_all and all(self.is_known(home, one) for home, one in elements)

    def _is_inside(self, module: Module, holder: ast.expr) -> bool:
        containers = self.evaluator.containers
        find = containers.looking(EVERY_BRANCH)
        is_all = is_whole(self.evaluator, module, holder, find) and not self._may_change(find.found)
        inside = [
            (home, value)
            for display in find(module, holder)
            for _, home, value in containers.entries(display)
        ]
        return bool(inside) and is_all and all(self.is_known(home, value) for home, value in inside)

    def _may_change(self, displays: set[Literal]) -> bool:
        """Whether code that is not seen may put more into some displays, or one of them takes in what is not known."""
        return any(
            self.evaluator.changes.may_change(display)
            or any(
                not self.evaluator.values(display.module, spread)
                for spread in self.evaluator.containers.spread_in(display.node)
            )
            for display in displays
        )

    def _is_given(self, module: Module, function: ast.FunctionDef | ast.AsyncFunctionDef, name: str) -> bool:
        calls = self.evaluator.calls
        given = calls.arguments(function, name)
        if not given and may_ask_for_fixtures(function):
            made = calls.fixtures_for(module, function, name)
            answers = [(maker, one) for maker, fixture in made for one in answers_of_fixture(fixture)]
            return bool(answers) and all(self.is_known(maker, one) for maker, one in answers)
        default = default_of(function, name)
        if default is not None and calls.may_leave_out(function, name):
            given = [*given, (module, default)]
        is_called_elsewhere = any(calls.uses_as_value(function)) or calls.may_spread(function)
        if calls.decorating(function) and not given:
            return name == first_of(function) and calls.only_decorates(function)
        return (
            bool(given) and not is_called_elsewhere and all(self.is_known(home, one) for home, one in given)
        )

    def _is_answered(self, module: Module, node: ast.Call) -> bool:
        method = node.func
        if isinstance(method, ast.Attribute) and method.attr in VARIANTS | {"configured"}:
            return self.is_known(module, method.value)
        is_own = any(isinstance(one, Local) for one in self.evaluator.values(module, method))
        if isinstance(method, ast.Attribute) and method.attr in LOOKING_UP and not is_own:
            return self._is_inside(module, method.value) and all(
                self.is_known(module, other) for other in node.args[1:]
            )
        return self._is_made(self.evaluator.values(module, method))

    def _makes_its_objects(self, maker: Value) -> bool:
        """Whether a class of the tree answers an object of its own, and derives from classes of the tree alone."""
        if self.evaluator.objects.is_plainly_made(maker):
            return True
        if not isinstance(maker, Local) or not isinstance(maker.node, ast.ClassDef):
            return False
        lineage = self.evaluator.objects.lineage(maker)
        bases = [base for one in lineage for base in getattr(one.node, "bases", ())]
        is_plain = all(
            not (one.node.decorator_list or one.node.keywords or "__new__" in fields_of(one.node))
            for one in lineage
            if isinstance(one.node, ast.ClassDef)
        )
        return is_plain and len(bases) == len(lineage) - 1

    def _is_made(self, makers: Values) -> bool:
        """Whether functions of the tree answer functions that are known."""
        for maker in makers:
            if self._makes_its_objects(maker):
                continue  # Their `__call__` is known.
            if not isinstance(maker, Local) or not isinstance(maker.node, FUNCTIONS):
                return False
            if maker.node.decorator_list:
                return False
            returned = returns_of(maker.node)
            if not returned or not all(self.is_known(maker.module, one) for one in returned):
                return False
        return bool(makers)
