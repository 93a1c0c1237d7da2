"""What attributes may be: of modules, classes, objects, and of what Dagster hands to the code."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeGuard

from ..dagster_api.applied import applied
from ..dagster_api.names import NAMESPACES, WRAPPING
from ..syntax.classes import is_own_object
from ..syntax.functions import is_getattr, is_property, returns_of
from ..syntax.scopes import Assigned, Binding, Defined, Imported, Iterated, Parameter
from ..syntax.source_module import Module
from .branches import EVERY_BRANCH, Branches
from .enum_members import places_of_member
from .fields_given import field_given, field_of_made
from .initializers import class_of_method, inherited
from .keys_asked_for import texts_given
from .legacy_names import OF_LEGACY, RESOURCES, canonical
from .possible import NOT_KNOWN, Place, Possible, made_at, union
from .texts import text_of
from .under_keys import objects_under
from .values import (
    LEGACY,
    NOTHING,
    External,
    Instance,
    InTree,
    Keyed,
    Local,
    Made,
    Member,
    Result,
    Value,
    Values,
    depth_of,
    in_order,
    kept_in_namespace,
    legacy_name,
)

if TYPE_CHECKING:
    from .interpreter import Evaluator

_KEEPING_WHAT_THEY_GET = (LEGACY, "dagster.", *NAMESPACES)
"""Where the classes come from whose objects have as attributes what they were made with."""
_LONGEST = 8
"""Attributes and calls that are followed from where a value is reached: a resource's client's run's details' entry."""
_MOST = 100
"""Ways to what an attribute is read of that are followed: code that goes round, `x = x.up() or x.next()`, has more and more."""


@dataclass(eq=False)
class Attributes:
    """Answers what attributes may be."""

    evaluator: Evaluator

    def values(self, module: Module, node: ast.Attribute) -> Values:
        """What an attribute may be that is read."""
        found: set[Value] = set(inherited(self.evaluator, module, node))
        read_of = self.evaluator.values(module, node.value)
        if len(read_of) > _MOST:
            self.evaluator.give_up(node)
        is_given_up = self.evaluator.is_given_up(node)  # for good, or it would go back and forth
        for value in in_order(read_of):
            match value:
                case Result() | Member() if is_given_up:
                    continue
                case External() if value == RESOURCES:
                    if not node.attr.startswith("_"):
                        found.add(Keyed(module, node, node.attr))
                        found |= objects_under(self.evaluator, node.attr)
                case External(name):
                    found.add(self.evaluator.imports.of_package(module, name, node.attr))
                case InTree(inner):
                    found |= self.evaluator.imports.of_module(inner, node.attr)
                case Local(node=ast.ClassDef()):
                    own = self.evaluator.objects.attribute(value, node.attr)
                    found |= own
                    if not own and self.evaluator.bases(value):
                        found.add(Member(value, node.attr))
                case Instance(owner):
                    found |= self.evaluator.objects.attribute(owner, node.attr)
                case Made() | Result() | Member() if node.attr == "resources" and not legacy_name(value):
                    found.add(RESOURCES)  # Whatever hands it out, it may be a context.
                case Made() if (kept := kept_in_namespace(value)) is not None:
                    given = kept.get(node.attr)
                    found |= self.evaluator.values(value.module, given) if given is not None else NOTHING
                case Made() | Keyed() if self.evaluator.objects.is_own(value, node.attr):
                    found |= self.evaluator.objects.own(value, node.attr)
                    if isinstance(value, Keyed) and node.attr in OF_LEGACY:
                        found.add(Member(value, node.attr))  # It may also be of the legacy class itself.
                case Made() | Keyed() | Result() | Member() if depth_of(value) < _LONGEST:
                    found.add(Member(value, node.attr))
                case Result() | Member():
                    self.evaluator.give_up(node)
        if node.attr == "resources" and (not found or self._may_be_context(module, node.value)):
            found.add(RESOURCES)
        return self._read(found)

    def _may_be_context(self, module: Module, node: ast.expr) -> bool:
        """Whether Dagster's context may stand where an object of the user's does: ``name_of(LocalContext())``, ``self.context``."""
        if isinstance(node, ast.Attribute):
            return any(isinstance(one, Instance) for one in self.evaluator.values(module, node.value))
        if not isinstance(node, ast.Name) or is_own_object(module, node):
            return isinstance(node, (ast.IfExp, ast.BoolOp, ast.Subscript))
        return any(
            isinstance(binding, (Parameter, Iterated))
            or (isinstance(binding, Assigned) and not isinstance(binding.value, ast.Call))
            for binding in self.evaluator.tree.names(module).lookup(module, node.id, node)
        )

    def instances_of(self, module: Module, annotation: ast.expr | None) -> Values:
        """The objects of the user's own classes that an annotation names."""
        if annotation is None:
            return NOTHING
        if isinstance(annotation, ast.BinOp):
            return self.evaluator.instances_of(module, annotation.left) | self.evaluator.instances_of(
                module, annotation.right
            )
        if isinstance(annotation, ast.Subscript):
            wrapped = annotation.value
            name = wrapped.attr if isinstance(wrapped, ast.Attribute) else getattr(wrapped, "id", "")
            return self.evaluator.instances_of(module, annotation.slice) if name in WRAPPING else NOTHING
        return frozenset(
            Instance(value)
            for value in in_order(self.evaluator.values(module, annotation))
            if isinstance(value, Local)
            and isinstance(value.node, ast.ClassDef)
            and not self.evaluator.bases(value)
        )

    def _read(self, values: set[Value]) -> Values:
        """What attributes are once they are read: of a property, what its function answers."""
        found = set(values)
        for value in values:
            if isinstance(value, Local) and is_property(value.node):
                found.remove(value)
                for returned in returns_of(value.node):
                    found |= self.evaluator.values(value.module, returned)
        return frozenset(found)

    def by_getattr(self, module: Module, node: ast.Call) -> Values | None:
        """``getattr(x, "name")`` is ``x.name``."""
        if not is_getattr(node):
            return None
        name = text_of(self.evaluator.tree, module, node.args[1])
        found: set[Value] = set()
        for value in in_order(self.evaluator.values(module, node.args[0])):
            if value == RESOURCES:
                keys = {name} if name else texts_given(self.evaluator, module, node.args[1])
                found |= {Keyed(module, node, key) for key in keys}
                found = found.union(*(objects_under(self.evaluator, key) for key in keys))
            elif isinstance(value, External) and value != RESOURCES and name:
                found.add(External(canonical(f"{value.name}.{name}")))
            elif isinstance(value, InTree) and name:
                found |= self.evaluator.imports.of_module(value.module, name)
        if not found and name == "resources":
            found.add(RESOURCES)
        return frozenset(found) or None

    # -- where the values are made

    def places_by_getattr(self, module: Module, node: ast.Call, branches: Branches) -> Possible | None:
        """The same for a name of a module that ``getattr`` reads; None for anything else."""
        if not is_getattr(node):
            return None
        name = text_of(self.evaluator.tree, module, node.args[1])
        return self._places_in_modules(module, node.args[0], name, branches) if name else None

    def places(self, module: Module, node: ast.Attribute, branches: Branches) -> Possible:
        """Where the value of an attribute is made; the attribute itself where nothing says that."""
        in_modules = self._places_in_modules(module, node.value, node.attr, branches)
        if in_modules is not None:
            return in_modules
        found = self._places_in_owners(module, node, branches)
        if found is not None and self._may_be_of_others(module, node.value, branches):
            found |= NOT_KNOWN
        if found is None and node.attr == "value":
            found = places_of_member(self.evaluator, module, node.value, branches)
        is_one_of_several = (
            isinstance(node.value, (ast.Call, ast.Name)) and found is not None and len(found.places) > 1
        )
        if found is None or not found.is_all or is_one_of_several:
            exact = field_of_made(self.evaluator, module, node.value, node.attr, branches)
            found = found if exact is None else exact
        if found is None or not (found.places or found.is_undecided):
            return made_at(module, node)
        return found.read_in(self.evaluator.places(module, node.value, branches))

    def _may_be_of_others(self, module: Module, node: ast.expr, branches: Branches) -> bool:
        """Whether an expression may be an object that is not made in sight, of whatever class it is annotated to be."""
        return any(
            not isinstance(place, ast.Constant) and not self._is_of_tree(home, place)
            for home, place in self.evaluator.places(module, node, branches).places
        )

    def _is_of_tree(self, module: Module, place: ast.expr) -> bool:
        values = self.evaluator.values(module, place)
        return bool(values or self.unread_classes(module, place)) and all(
            isinstance(value, (Instance, Local, Keyed, InTree)) or bool(legacy_name(value))
            for value in values
        )

    def _places_in_modules(
        self, module: Module, node: ast.expr, name: str, branches: Branches
    ) -> Possible | None:
        """Where a name of the modules that an expression may be has its value from; None where it is none."""
        homes = self.evaluator.modules_named.homes(module, node, branches)
        if not any(homes):
            return None
        at_end = self.evaluator.bindings.places_at_end
        found = union(at_end(home, name, branches) or NOT_KNOWN for home in homes) or NOT_KNOWN
        holder = [(module, node.id)] if isinstance(node, ast.Name) else []
        return found.read_from(holder)

    def _places_in_owners(self, module: Module, node: ast.Attribute, branches: Branches) -> Possible | None:
        """Where the value of an attribute is made that classes and objects have; None where none is known to have it."""
        if not isinstance(node.value, ast.Name):
            return self._places_in(
                self.evaluator.values(module, node.value),
                self.unread_classes(module, node.value),
                node.attr,
                branches,
            )
        called = class_of_method(module, node.value)
        if called is not None:  # It may be any class that derives from that, as its objects may.
            return self._places_of(Instance(called), node.attr, branches)
        stars = self.evaluator.star_imports
        bindings = stars.taken(module, stars.bound(module, node.value), branches)
        bound = self._behind([(module, binding) for binding in bindings])
        given = field_given(self.evaluator, bound, node.attr, branches)
        if given is not None:
            return given
        found = [
            self._places_in(
                self.evaluator.binding_values(module, binding),
                self._classes_behind([(module, binding)]),
                node.attr,
                branches,
            )
            for binding in bindings
        ]
        return _all_or_not_known(found)

    def _places_in(
        self, values: Values, unread: list[Value], name: str, branches: Branches
    ) -> Possible | None:
        found = self._places_of_any(values, name, branches)
        return self._places_of_any(unread, name, branches) if found is None else found

    def _places_of_any(self, values: Iterable[Value], name: str, branches: Branches) -> Possible | None:
        found = list(values)
        found = (
            sorted(found, key=_position) if len(found) > 1 else found
        )  # A set has another order each time.
        return _all_or_not_known([self._places_of(value, name, branches) for value in found])

    def _places_of(self, value: Value, name: str, branches: Branches) -> Possible | None:
        objects = self.evaluator.objects
        if isinstance(value, Made):
            owners = [one for one in self._classes(value) if isinstance(one, Local)]
            given = [
                (value.module, word.value) for word in getattr(value.call, "keywords", ()) if word.arg == name
            ]
            if given or not owners:
                return self._places_given(value, name, given, branches)
            return union(
                each
                for owner in owners
                for each in self.evaluator.fields.places_by_class(owner, name, branches)
            )
        if isinstance(value, Instance):
            return self.evaluator.fields.places_in_objects(value, name, branches)
        if isinstance(value, Local):
            return self.evaluator.fields.places_of_field(value, name, branches)
        if isinstance(value, Keyed):
            # A resource by its key: of any class of the tree that derives from the legacy one.
            made = (one for owner in objects.derived for one in objects.made_by(owner))
            return self._places_of_any(made, name, branches)
        return None

    def _places_given(
        self, value: Made, name: str, given: list[Place], branches: Branches
    ) -> Possible | None:
        """What an object was made with, which it has as an attribute where its class is known to keep it so."""
        if not value.of.startswith(_KEEPING_WHAT_THEY_GET):
            return None
        found = self.evaluator.places_of_any(given, branches)
        set_there = self.evaluator.tables.attributes_set(name)
        is_set = any(value in self.evaluator.values(module, target) for module, target in set_there)
        return found | NOT_KNOWN if found is not None and is_set else found

    def _classes(self, value: Made) -> Values:
        if isinstance(value.call, ast.Call):
            return self.evaluator.values(value.module, value.call.func)
        return NOTHING

    # -- files that the index does not need

    def unread_classes(self, module: Module, node: ast.expr) -> list[Value]:
        """The classes that an expression names, or is a bare object of, in files that the index does not need."""
        return self._classes_behind(self._bindings_anywhere(module, node))

    def _classes_behind(self, bound: list[tuple[Module, Binding]]) -> list[Value]:
        found: list[Value] = []
        asked = self._behind(list(bound))
        for home, binding in asked:  # grows as it goes
            if isinstance(binding, Defined) and isinstance(binding.node, ast.ClassDef):
                found.append(Local(home, binding.node))
            elif isinstance(binding, Assigned) and not binding.path and _is_bare_call(binding.value):
                made = self._bindings_anywhere(home, binding.value.func)
                asked += [each for each in made if each not in asked]
        return list(dict.fromkeys(found))

    def unread_functions(self, module: Module, node: ast.expr) -> Values:
        """The functions that an expression names, in files that the index does not need."""
        return self._functions(self._bindings_anywhere(module, node))

    def functions_behind(self, module: Module, binding: Binding) -> Values:
        """The functions that a name is by one of its bindings, in such files."""
        return self._functions(self._behind([(module, binding)]))

    def _functions(self, found: list[tuple[Module, Binding]]) -> Values:
        functions = [(home, one.node) for home, one in found if isinstance(one, Defined)]
        others = [one for _, one in found if not isinstance(one, (Defined, Imported))]
        made = (applied(self.evaluator, home, one) or {Local(home, one)} for home, one in functions)
        return NOTHING if others else frozenset[Value]().union(*made)

    def _bindings_anywhere(self, module: Module, node: ast.expr) -> list[tuple[Module, Binding]]:
        """What binds a name, or a name of an imported module: in its own file, and in those that it is imported from."""
        found: list[tuple[Module, Binding]] = []
        if isinstance(node, ast.Name):
            bound = self.evaluator.star_imports.bound(module, node)
            found = [(module, binding) for binding in bound]
        elif isinstance(node, ast.Attribute):
            found = self._bound_at_end(self.module_named(module, node.value), node.attr)
        return self._behind(found)

    def _behind(self, found: list[tuple[Module, Binding]]) -> list[tuple[Module, Binding]]:
        """Some bindings, and those of other files that they import."""
        for home, binding in found:  # grows as it goes
            if isinstance(binding, Imported) and binding.name:
                file = self.evaluator.bindings.imported(home, binding)
                found += [each for each in self._bound_at_end(file, binding.name) if each not in found]
        return found

    def _bound_at_end(self, home: Module | None, name: str) -> list[tuple[Module, Binding]]:
        if home is None:
            return []
        bound = self.evaluator.star_imports.bound_at_end(home, name)
        return [(home, binding) for binding in bound]

    def module_named(self, module: Module, node: ast.expr) -> Module | None:
        """The file that an expression names: an imported module, which the index may not need."""
        homes = self.evaluator.modules_named.homes(module, node, EVERY_BRANCH)
        return next((home for home in homes if home is not None), None)


def _all_or_not_known(found: list[Possible | None]) -> Possible | None:
    """What may be one of several: of what is None nothing is known. None where all are."""
    known = union(one for one in found if one is not None)
    return known | NOT_KNOWN if known is not None and None in found else known


def _position(value: Value) -> tuple[str, int, int]:
    """Where the class or the call stands that a value is of."""
    owner = value.owner if isinstance(value, Instance) else value
    module = getattr(owner, "module", None)
    node = getattr(owner, "node", getattr(owner, "call", None))
    path = str(module.path) if module is not None else ""
    return path, getattr(node, "lineno", 0), getattr(node, "col_offset", 0)


def _is_bare_call(node: ast.expr) -> TypeGuard[ast.Call]:
    return isinstance(node, ast.Call) and not node.args and not node.keywords
