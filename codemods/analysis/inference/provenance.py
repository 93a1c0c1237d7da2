"""Where the value of an expression comes from: through names, files, parameters, branches, loops and containers.

``ID = JOBS["daily"]`` comes from the ``1`` of ``JOBS = {"daily": 1}``. Unlike the evaluator, which follows what is
legacy, this follows texts and numbers, also into files that name nothing legacy.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TypeGuard

from ..syntax.functions import (
    decorator_name,
    default_of,
    returns_of,
)
from ..syntax.scopes import (
    Assigned,
    Binding,
    Defined,
    Imported,
    Iterated,
    Parameter,
)
from ..syntax.source_module import (
    FUNCTIONS,
    Module,
)
from ..uses.uses import (
    COPYING,
    LOOKING_UP,
)
from .branches import Branches
from .interpreter import Evaluator
from .texts import text_of
from .values import (
    External,
    Instance,
    InTree,
    Keyed,
    Literal,
    Local,
    Made,
    Value,
)

Place = tuple[Module, ast.expr]
_WRAPPING = frozenset({"enumerate", "zip", *COPYING})
"""Functions whose answer goes through what they are given."""
_DEEPEST = 40
"""Expressions that come from each other: what comes from further away is not known."""


@dataclass(frozen=True)
class Origins:
    """The expressions that a value may come from."""

    places: tuple[Place, ...]
    is_complete: bool = True
    """Whether it can come from nowhere else."""
    is_default: bool = False
    """Whether something else may be set where the code runs, as in a class of settings that reads the environment."""

    def __or__(self, other: Origins) -> Origins:
        places = dict.fromkeys([*self.places, *other.places])
        is_default = self.is_default or other.is_default
        return Origins(tuple(places), self.is_complete and other.is_complete, is_default)


EVERY_BRANCH = Branches()
NOWHERE = Origins(())
UNKNOWN = Origins((), is_complete=False)


def origins_of(
    evaluator: Evaluator, module: Module, node: ast.expr, branches: Branches = EVERY_BRANCH
) -> Origins:
    """The expressions that ``node`` gets its value from: calls and literals, mostly."""
    return _Search(evaluator, set(), {}, branches).of(module, node)


@dataclass(frozen=True)
class _Search:
    evaluator: Evaluator
    open: set[ast.AST]
    """What is being searched: nothing comes from itself."""
    found: dict[ast.AST, Origins]
    branches: Branches

    def of(self, module: Module, node: ast.expr) -> Origins:
        if node in self.found:
            return self.found[node]
        if node in self.open:
            return NOWHERE
        if len(self.open) > _DEEPEST:
            return UNKNOWN
        self.open.add(node)
        try:
            self.found[node] = self._of(module, node)
        finally:
            self.open.discard(node)
        return self.found[node]

    def _of(self, module: Module, node: ast.expr) -> Origins:
        match node:
            case ast.Name():
                return self._name(module, node)
            case ast.Attribute():
                return self._attribute(module, node)
            case ast.Subscript():
                return self._subscript(module, node)
            case ast.IfExp():
                return self._all((module, side) for side in self.branches.sides(module, node))
            case ast.NamedExpr():
                return self.of(module, node.value)
            case ast.Call():
                return self._call(module, node)
        return Origins(((module, node),))

    def _all(self, places: Iterable[Place]) -> Origins:
        found = NOWHERE
        for module, node in places:
            found |= self.of(module, node)
        return found

    # -- names

    def _name(self, module: Module, node: ast.Name) -> Origins:
        names = self.evaluator.tree.names(module)
        bindings = names.lookup(module, node.id, node)
        if not bindings:
            for star in names.stars:
                found = self._global(self._file(module, star.module, star.level), node.id)
                if found.places:
                    return found
            return UNKNOWN
        return self._bindings(module, bindings)

    def _bindings(self, module: Module, bindings: Iterable[Binding]) -> Origins:
        found = NOWHERE
        for binding in self.branches.last_of(module, list(bindings), lambda binding: binding.where):
            found |= self._binding(module, binding)
        return found

    def _binding(self, module: Module, binding: Binding) -> Origins:
        if isinstance(binding, Assigned) and not binding.adds:
            if not binding.path:
                return self.of(module, binding.value)
            inside = self.evaluator.containers.inside([(module, binding.value)], binding.path, self._displays)
            return self._all(inside) if inside else UNKNOWN
        if isinstance(binding, Iterated):
            elements = self.evaluator.containers.iterated(module, binding.value, binding.path, self._displays)
            return (
                self._all(elements) if elements and self._is_whole(module, binding.value, set()) else UNKNOWN
            )
        if isinstance(binding, Imported) and binding.name:
            return self._global(self._file(module, binding.module, binding.level), binding.name)
        if isinstance(binding, Parameter) and not isinstance(binding.function, ast.Lambda):
            return self._parameter(module, binding.function, binding.arg.arg)
        return UNKNOWN

    def _parameter(
        self, module: Module, function: ast.FunctionDef | ast.AsyncFunctionDef, name: str
    ) -> Origins:
        found = self._all(self.evaluator.calls.arguments(function, name))
        default = default_of(function, name)
        if default is not None and self.evaluator.calls.may_leave_out(function, name):
            found |= self.of(module, default)
        return found if found.places else UNKNOWN

    def _is_whole(self, module: Module, node: ast.expr, seen: set[ast.AST]) -> bool:
        """Whether all that a loop over ``node`` may go through is known, and not a part of it alone."""
        if node in seen:
            return True
        seen.add(node)
        match node:
            case ast.IfExp():
                return all(self._is_whole(module, side, seen) for side in (node.body, node.orelse))
            case ast.BinOp():
                return all(self._is_whole(module, side, seen) for side in (node.left, node.right))
            case ast.Call(func=ast.Name()) if decorator_name(node) in _WRAPPING:
                return all(self._is_whole(module, argument, seen) for argument in node.args)
            case ast.Call(func=ast.Attribute(value=inner, attr="items" | "keys" | "values" | "copy")):
                return self._is_whole(module, inner, seen)
            case ast.Name():
                bindings = self.evaluator.tree.names(module).lookup(module, node.id, node)
                if not all(self._is_bound_whole(module, binding, seen) for binding in bindings):
                    return False
        displays = self._displays(module, node)
        return bool(displays) and all(
            self._is_whole(more.module, more.value, seen)
            for display in displays
            for more in self.evaluator.containers.additions.get(display, ())
            if more.is_whole
        )

    def _is_bound_whole(self, module: Module, binding: Binding, seen: set[ast.AST]) -> bool:
        if isinstance(binding, Assigned) and not binding.path:
            return self._is_whole(module, binding.value, seen)
        if isinstance(binding, Parameter) and not isinstance(binding.function, ast.Lambda):
            given = self.evaluator.calls.arguments(binding.function, binding.arg.arg)
            return all(self._is_whole(caller, argument, seen) for caller, argument in given)
        return True

    def _file(self, module: Module, name: str, level: int) -> Module | None:
        tree = self.evaluator.tree
        return tree.module_at(tree.resolve(module, name, level))

    def _global(self, home: Module | None, name: str) -> Origins:
        if home is None:
            return UNKNOWN
        return self._bindings(home, self.evaluator.tree.names(home).at_end(home, name)) or UNKNOWN

    # -- attributes, containers and calls

    def _attribute(self, module: Module, node: ast.Attribute) -> Origins:
        home = self._module_named(module, node.value)
        if home is not None:
            return self._global(home, node.attr)
        found = NOWHERE
        for value in self.evaluator.values(module, node.value):
            found |= self._attribute_of(value, node.attr)
        if not found.places:
            for value in self._unread_classes(module, node.value):
                found |= self._attribute_of(value, node.attr)
        if not found.places and node.attr == "value":
            found = self._value_of_member(module, node.value)
        return found if found.places else Origins(((module, node),))

    def _value_of_member(self, module: Module, node: ast.expr) -> Origins:
        """What ``Jobs.DAILY.value`` and ``Jobs["DAILY"].value`` come from, where ``Jobs`` is an ``Enum``."""
        name = ""
        if isinstance(node, ast.Attribute):
            name = node.attr
        elif isinstance(node, ast.Subscript):
            name = text_of(self.evaluator.tree, module, node.slice)
        if not name or not isinstance(node, (ast.Attribute, ast.Subscript)):
            return NOWHERE
        owners = [*self.evaluator.values(module, node.value), *self._unread_classes(module, node.value)]
        found = NOWHERE
        for owner in owners:
            if isinstance(owner, Local) and self.evaluator.objects.is_enum(owner):
                found |= self._field(owner, name)
        return found

    def _unread_classes(self, module: Module, node: ast.expr) -> list[Value]:
        """The classes that an expression names, or is a bare object of, in files that the evaluator has not read."""
        found: list[Value] = []
        asked = [(module, node)]
        for at, named in asked:
            for home, binding in self._bindings_anywhere(at, named):
                if isinstance(binding, Defined) and isinstance(binding.node, ast.ClassDef):
                    found.append(Local(home, binding.node))
                elif isinstance(binding, Assigned) and not binding.path and _is_bare_call(binding.value):
                    asked += [(home, binding.value.func)] if (home, binding.value.func) not in asked else []
        return found

    def _bindings_anywhere(self, module: Module, node: ast.expr) -> list[tuple[Module, Binding]]:
        """What binds a name, or a name of an imported module: in its own file, and in those that it is imported from."""
        found: list[tuple[Module, Binding]] = []
        if isinstance(node, ast.Name):
            names = self.evaluator.tree.names(module)
            found = [(module, binding) for binding in names.lookup(module, node.id, node)]
        elif isinstance(node, ast.Attribute):
            found = self._bound_at_end(self._module_named(module, node.value), node.attr)
        for home, binding in found:
            if isinstance(binding, Imported) and binding.name:
                file = self._file(home, binding.module, binding.level)
                found += [each for each in self._bound_at_end(file, binding.name) if each not in found]
        return found

    def _bound_at_end(self, home: Module | None, name: str) -> list[tuple[Module, Binding]]:
        if home is None:
            return []
        return [(home, binding) for binding in self.evaluator.tree.names(home).at_end(home, name)]

    def _module_named(self, module: Module, node: ast.expr) -> Module | None:
        """The file that an expression names: an imported module, which the evaluator may not have read."""
        for value in self.evaluator.values(module, node):
            if isinstance(value, InTree):
                return value.module
        if isinstance(node, ast.Name):
            for binding in self.evaluator.tree.names(module).lookup(module, node.id, node):
                if isinstance(binding, Imported):
                    inside = ".".join(filter(None, [binding.module, binding.name]))
                    return self._file(module, inside, binding.level)
        return None

    def _attribute_of(self, value: Value, name: str) -> Origins:
        objects = self.evaluator.objects
        if isinstance(value, Made):
            owners = [one for one in self._classes(value) if isinstance(one, Local)]
            given = [
                (value.module, word.value) for word in getattr(value.call, "keywords", ()) if word.arg == name
            ]
            if given or not owners:
                return self._all(given)
            return self._all(place for owner in owners for place in objects.given(owner, name))
        if isinstance(value, Instance):
            return self._field(value.owner, name)
        if isinstance(value, Local):
            return self._field(value, name)
        found = NOWHERE
        if isinstance(value, Keyed):
            # A resource by its key: of any class of the tree that derives from the legacy one.
            for one in (made for owner in objects.derived for made in objects.made_by(owner)):
                found |= self._attribute_of(one, name)
        return found

    def _field(self, owner: Local, name: str) -> Origins:
        objects = self.evaluator.objects
        given = (list(objects.given(one, name)) for one in objects.lineage(owner))
        found = self._all(next(filter(None, given), ()))
        return replace(found, is_default=True) if objects.may_be_set_elsewhere(owner) else found

    def _classes(self, value: Made) -> Iterator[Value]:
        if isinstance(value.call, ast.Call):
            yield from self.evaluator.values(value.module, value.call.func)

    def _subscript(self, module: Module, node: ast.Subscript) -> Origins:
        key = self.branches.key(module, node.slice)
        return self._under(module, node.value, key) or Origins(((module, node),))

    def _under(self, module: Module, holder: ast.expr, key: object) -> Origins | None:
        found = NOWHERE
        displays = self._displays(module, holder)
        for display in displays:
            entries = list(self.evaluator.containers.entries(display))
            named = [(home, value) for name, home, value in entries if key is not None and name == key]
            found |= self._all(named or [(home, value) for _, home, value in entries])
        return found if displays else None

    def _is_under(self, module: Module, holder: ast.expr, key: object) -> bool:
        displays = self._displays(module, holder)
        return all(
            any(name == key for name, _, _ in self.evaluator.containers.entries(display))
            for display in displays
        )

    def _displays(self, module: Module, node: ast.expr) -> list[Literal]:
        values = [value for value in self.evaluator.values(module, node) if isinstance(value, Literal)]
        if values and (len(values) == 1 or self.branches is EVERY_BRANCH):
            return values
        return [
            Literal(home, place)
            for home, place in self.of(module, node).places
            if isinstance(place, (ast.Dict, ast.List, ast.Tuple))
        ] or values

    def _call(self, module: Module, node: ast.Call) -> Origins:
        if isinstance(node.func, ast.Attribute) and node.func.attr in LOOKING_UP and node.args:
            key = self.branches.key(module, node.args[0])
            found = self._under(module, node.func.value, key)
            if found is not None:
                default = self._all((module, other) for other in node.args[1:2])
                if key is None or isinstance(node.args[0], ast.Constant):
                    return found | default
                return found if self._is_under(module, node.func.value, key) else default
        found = NOWHERE
        for value in self.evaluator.values(module, node.func):
            if isinstance(value, Local) and isinstance(value.node, FUNCTIONS):
                returned = self.branches.first_of(value.module, returns_of(value.node), lambda node: node)
                found |= self._all((value.module, node) for node in returned)
        return found if found.places else Origins(((module, node),))


def _is_bare_call(node: ast.expr) -> TypeGuard[ast.Call]:
    return isinstance(node, ast.Call) and not node.args and not node.keywords


def is_external(evaluator: Evaluator, module: Module, node: ast.expr, *dotted: str) -> bool:
    """Whether an expression is one of these things of other packages."""
    return any(External(name) in evaluator.values(module, node) for name in dotted)
