"""Where the attributes of classes and their objects have their values from, as the classes say."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..syntax.classes import may_be_replaced
from ..syntax.functions import is_property, returns_of
from ..syntax.scopes import Defined
from ..syntax.source_module import Module
from .branches import Branches
from .inherited_fields import has_last_word
from .possible import NOT_KNOWN, SO_FAR_NOTHING, Possible, union
from .set_aside import is_set_aside
from .values import Instance, Local

if TYPE_CHECKING:
    from .interpreter import Evaluator


@dataclass(eq=False)
class ClassFields:
    """Answers what classes say of the attributes that they and their objects have."""

    evaluator: Evaluator

    def places_in_objects(self, value: Instance, name: str, branches: Branches) -> Possible | None:
        """Where an attribute of an object has its value from: it may be of any class that derives from its own."""
        asked = ("places in objects", value.owner, name, branches.sight)
        nothing: Possible | None = SO_FAR_NOTHING
        return self.evaluator.answer(asked, lambda: self._places_in_objects(value, name, branches), nothing)

    def _places_in_objects(self, value: Instance, name: str, branches: Branches) -> Possible | None:
        saying = self.evaluator.objects.saying(value.owner, name)
        each = (self.places_of_field(one, name, branches) for one in saying)
        found = union(one for one in each if one is not None)
        return found.read_from([value]) if found is not None else None

    def places_of_field(self, owner: Local, name: str, branches: Branches) -> Possible | None:
        """Where an attribute has its value from that a class says, or one that it derives from; None where none does."""
        asked = ("places of field", owner, name, branches.sight)
        nothing: Possible | None = SO_FAR_NOTHING
        return self.evaluator.answer(asked, lambda: self._places_of_field(owner, name, branches), nothing)

    def _places_of_field(self, owner: Local, name: str, branches: Branches) -> Possible | None:
        found: list[Possible] = []
        for one in self.evaluator.objects.lineage(owner):
            said = self._said_by(one, owner, name, branches)
            if said is not None and said.is_undecided:
                return said
            found += [said] if said is not None else []
            if said is not None and has_last_word(self.evaluator.objects, one, name):
                break
        return union(found)

    def _said_by(self, one: Local, owner: Local, name: str, branches: Branches) -> Possible | None:
        """What a class that ``owner`` is, or derives from, says of an attribute itself."""
        in_class = union(self.places_by_class(one, name, branches))
        found = in_class or self._places_of_method(one, name, branches)
        if found is None or found.is_undecided:
            return found
        may_be_set = in_class is not None and self.evaluator.objects.may_be_set_elsewhere(owner)
        is_default = found.is_default or may_be_set
        if found.is_all and self._may_be_changed(one, name):
            found |= NOT_KNOWN
        return replace(found, is_default=is_default).read_from([owner, one])

    def _may_be_changed(self, owner: Local, name: str) -> bool:
        """Whether an attribute may have another value than a class says."""
        objects = self.evaluator.objects
        return (
            name in objects.changed_in_place(owner)
            or may_be_replaced(owner.node, name)
            or objects.makes_its_own(owner)
            or is_set_aside(self.evaluator, owner, name)
            or self._is_set_by_object(owner, name)
        )

    def _is_set_by_object(self, owner: Local, name: str) -> bool:
        """Whether it is set of the class of an object: ``type(x).name = y``, ``x.__class__.name = y``."""
        return any(
            self._may_be_of(module, made, owner)
            for module, target in self.evaluator.tables.attributes_set(name)
            for made in _whose_class(target)
        )

    def _may_be_of(self, module: Module, node: ast.expr, owner: Local) -> bool:
        """Whether an object may be of a class, of one that it derives from or of one that derives from it."""
        values = self.evaluator.values(module, node)
        owners = [value.owner for value in values if isinstance(value, Instance)]
        lineage = self.evaluator.objects.lineage
        return not values or any(owner in lineage(one) or one in lineage(owner) for one in owners)

    def places_by_class(self, owner: Local, name: str, branches: Branches) -> Iterator[Possible]:
        """What the body of a class gives an attribute, and what its methods and whoever makes its objects give it."""
        in_body = self.evaluator.bindings.places_in_class(owner, name, branches)
        given = self.evaluator.places_of_any(list(self.evaluator.objects.given(owner, name)), branches)
        yield from (each for each in (in_body, given) if each is not None)

    def _places_of_method(self, owner: Local, name: str, branches: Branches) -> Possible | None:
        """Where a property has its value from; None where a class has no method of that name."""
        bound = self.evaluator.tree.names(owner.module).tables.get(owner.node, {}).get(name, [])
        methods = [binding.node for binding in bound if isinstance(binding, Defined)]
        if not methods:
            return None
        if len(methods) > 1 or not is_property(methods[0]):
            return NOT_KNOWN
        returned = branches.first_of(owner.module, returns_of(methods[0]), lambda node: node)
        found = self.evaluator.places_of_any([(owner.module, node) for node in returned], branches)
        return (found or NOT_KNOWN).read_from([Local(owner.module, methods[0])])


def _whose_class(target: ast.expr) -> Iterator[ast.expr]:
    """The object whose class an expression is."""
    match target:
        case ast.Attribute(value=made, attr="__class__") | ast.Call(func=ast.Name("type"), args=[made]):
            yield made
