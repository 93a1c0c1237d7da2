"""Classes of the tree and their objects: what they derive from, what they add, what their attributes may be."""

from __future__ import annotations

import ast
import builtins
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from ..dagster_api.names import KNOWN_BASES
from ..syntax.classes import (
    assigned_by,
    attribute_of_class,
    attribute_of_self,
    fields_of,
    initializer_of,
    is_own_class,
    may_have_metaclass,
    positional_fields,
)
from ..syntax.functions import CALLED_AS, takes_unwritten
from ..syntax.own_objects import makes_own_objects
from ..syntax.source_module import Module
from .calls import Calls
from .copied_objects import given_to_copies
from .inherited_fields import has_last_word
from .initializers import inherited_initializer, made_alike
from .values import (
    LEGACY,
    NOTHING,
    Evaluates,
    External,
    Instance,
    Keyed,
    Local,
    Made,
    Value,
    Values,
    in_order,
)

A = TypeVar("A")
N = TypeVar("N", bound=ast.AST)
Given = dict[str, tuple[tuple[Module, ast.expr], ...]]
"""The expressions that fields are given, by their names."""
_NONE_GIVEN: Given = {}


@dataclass(eq=False)
class Objects:
    """Answers what the classes of a tree are, and what their objects hold."""

    evaluator: Evaluates
    calls: Calls
    _assignments: dict[Local, dict[str, list[ast.expr]]] = field(default_factory=dict, repr=False)
    _said: dict[tuple[str, ast.AST], Any] = field(default_factory=dict, repr=False)
    """What the code of a class says by itself, whatever values are: asked for each attribute that is read of its objects."""

    def bases(self, value: Local) -> list[str]:
        """The dotted legacy names that a class of the tree derives from."""
        if not isinstance(value.node, ast.ClassDef) or not value.node.bases:
            return []
        nothing: tuple[str, ...] = ()
        return list(self.evaluator.answer(("bases", value), lambda: self._bases(value), nothing))

    def _bases(self, value: Local) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for base in getattr(value.node, "bases", ()):
            for inherited in in_order(self.evaluator.values(value.module, base)):
                if isinstance(inherited, External) and inherited.name.startswith(LEGACY):
                    found[inherited.name] = None
                elif isinstance(inherited, Local) and inherited != value:
                    found |= dict.fromkeys(self.bases(inherited))
        return tuple(found)

    @property
    def derived(self) -> list[Local]:
        """The classes of the tree that derive from something legacy."""
        return self.evaluator.derived()

    def is_plainly_made(self, owner: Value) -> bool:
        """Whether a call of a class gives its arguments to the ``__init__`` that it has or inherits, or to its fields.

        ``__new__``, a metaclass, or the ``__init__`` of one of several base classes may do anything with them.
        """
        if not isinstance(owner, Local) or not isinstance(owner.node, ast.ClassDef):
            return False
        lineage = [one.node for one in self.lineage(owner) if isinstance(one.node, ast.ClassDef)]
        if any(may_have_metaclass(node) or not makes_own_objects(node) for node in lineage):
            return False
        if "__new__" in fields_of(owner.node) and self.derived_from(owner):
            return False  # An object of one class may be kept for another.
        if self._is_initialized(owner, owner.node):
            return True
        is_open = not any(node.keywords or initializer_of(node) for node in lineage)
        return is_open and self._declares_fields(owner)

    def _declares_fields(self, owner: Local) -> bool:
        """Whether a class is a dataclass or derives from one of the classes that take fields, and nothing else."""
        assert isinstance(owner.node, ast.ClassDef)
        if owner.node.decorator_list:
            return True
        return (
            bool(owner.node.bases) and not self.may_be_set_elsewhere(owner) and not self._is_container(owner)
        )

    def _is_container(self, owner: Local) -> bool:
        return any(
            isinstance(base, ast.Name) and hasattr(builtins, base.id)
            for one in self.lineage(owner)
            for base in getattr(one.node, "bases", ())
        )

    def called(self, values: Values) -> Values:
        """What is called where some values are: of an object of the user's its ``__call__``."""
        objects = [value for value in values if isinstance(value, Instance)]
        methods = (self.attribute(value.owner, CALLED_AS) for value in objects)
        return values.union(*methods).difference(objects) if objects else values

    def heirs(self, owner: Local) -> list[Local]:
        """A class that derives from something legacy, and those of the tree that derive from it."""
        found = [owner]
        for heir in found:
            for one in self.derived:
                assert isinstance(one.node, ast.ClassDef)
                bases = (self.evaluator.values(one.module, base) for base in one.node.bases)
                if one not in found and any(heir in values for values in bases):
                    found.append(one)
        return found

    def made_by(self, owner: Local) -> Values:
        """What the calls of a class that derives from something legacy make."""
        assert isinstance(owner.node, ast.ClassDef)
        found: set[Value] = set()
        for caller, call in self.calls.of(owner.node.name):
            if owner in self.evaluator.values(caller, call.func):
                found |= self.evaluator.values(caller, call)
        return frozenset(found)

    def is_own(self, value: Made | Keyed, name: str) -> bool:
        """Whether an attribute is one that a class of the user's adds to the legacy resource that it derives from."""
        lineage = (one for owner in self._classes_of(value) for one in self.lineage(owner))
        return any(name in self._once("bound", one.node, fields_of) for one in lineage)

    def lineage(self, owner: Local) -> tuple[Local, ...]:
        """A class and those of the tree that it derives from."""
        if not isinstance(owner.node, ast.ClassDef) or not owner.node.bases:
            return (owner,)
        return self.evaluator.answer(("lineage", owner), lambda: self._lineage(owner), (owner,))

    def _lineage(self, owner: Local) -> tuple[Local, ...]:
        found = {owner: None}
        waiting = [owner]
        for heir in waiting:  # grows as it goes
            for base in heir.node.bases if isinstance(heir.node, ast.ClassDef) else ():
                inherited = self.evaluator.values(heir.module, base)
                new = [one for one in inherited if isinstance(one, Local) and one not in found]
                found |= dict.fromkeys(new)
                waiting += new
        return tuple(found)

    def may_be_set_elsewhere(self, owner: Local) -> bool:
        """Whether a class derives from one that may fill its fields from elsewhere, as pydantic's ``BaseSettings`` does."""
        for one in self.lineage(owner):
            for base in one.node.bases if isinstance(one.node, ast.ClassDef) else ():
                found = self.evaluator.values(one.module, base)
                names = {value.name for value in found if isinstance(value, External)}
                is_builtin = isinstance(base, ast.Name) and hasattr(builtins, base.id)
                is_known = all(name.startswith(KNOWN_BASES) for name in names)
                if not is_known or not (found or is_builtin or isinstance(base, ast.Subscript)):
                    return True
        return False

    def is_generic(self, value: Value) -> bool:
        """Whether a value is a class of the tree with type parameters, which stand behind it: ``Runner[str]``."""
        if not isinstance(value, Local) or not isinstance(value.node, ast.ClassDef):
            return False
        node = value.node
        names_types = any(isinstance(base, ast.Subscript) for base in node.bases)
        return bool(getattr(node, "type_params", ())) or (
            names_types and "__class_getitem__" not in fields_of(node)
        )

    def is_enum(self, owner: Local) -> bool:
        """Whether a class derives from one of the standard library's enumerations."""
        return self.derives_from(owner, "enum.")

    def derives_from(self, owner: Local, package: str) -> bool:
        """Whether a class, or one of the tree that it derives from, derives from one of another package."""
        return any(
            isinstance(value, External) and value.name.startswith(package)
            for one in self.lineage(owner)
            for base in getattr(one.node, "bases", ())
            for value in in_order(self.evaluator.values(one.module, base))
        )

    def own(self, value: Made | Keyed, name: str) -> Values:
        """What such an attribute may be."""
        return frozenset().union(*(self.attribute(owner, name) for owner in self._classes_of(value)))

    def _classes_of(self, value: Made | Keyed) -> list[Local]:
        """The classes of the tree that a value may be of. What is known by its key alone may be of any."""
        if isinstance(value, Keyed):
            return self.derived
        if not isinstance(value.call, ast.Call):
            return []
        callees = self.evaluator.values(value.module, value.call.func)
        return [callee for callee in callees if isinstance(callee, Local)]

    def attribute(self, owner: Local, name: str) -> Values:
        """What an attribute of a class, or of its objects, may be. They may be of any class that derives from it."""
        asked = ("attribute", owner, name)
        return self.evaluator.answer(asked, lambda: self._attribute_of_any(owner, name), NOTHING)

    def _attribute_of_any(self, owner: Local, name: str) -> Values:
        # One step down at a time: classes in a row are asked about each name that those above them have.
        heirs = [heir for heir in self.evaluator.heirs_of(owner.node) if heir != owner]
        return self._attribute(owner, name).union(*(self.attribute(heir, name) for heir in heirs))

    def binds(self, owner: Local, name: str) -> bool:
        """Whether a class itself, in its body or its methods, says what an attribute is."""
        return name in self._once("bound", owner.node, fields_of) or name in self.assigned(owner)

    def saying(self, owner: Local, name: str) -> list[Local]:
        """The classes that may say what an attribute of an object is: it may be of a class that derives from its own.

        Where a class derives from several of the tree, any of those above may come first.
        """
        found = {owner: None}
        for one in (owner, *self.derived_from(owner)):
            above = self.lineage(one) if self._is_forked(one) else (one,)
            found |= {each: None for each in above if self.binds(each, name)}
        return list(found)

    def _is_forked(self, owner: Local) -> bool:
        """Whether a class, or one that it derives from, derives from several of the tree."""
        return self.evaluator.answer(
            ("forked", owner),
            lambda: any(len(self._bases_in_tree(each)) > 1 for each in self.lineage(owner)),
            False,
        )

    def _bases_in_tree(self, owner: Local) -> list[Value]:
        bases = getattr(owner.node, "bases", ())
        return [
            value
            for base in bases
            for value in self.evaluator.values(owner.module, base)
            if isinstance(value, Local)
        ]

    def derived_from(self, owner: Local) -> tuple[Local, ...]:
        """The classes of the tree that derive from one, over any number of others."""
        nothing: tuple[Local, ...] = ()
        return self.evaluator.answer(("derived from", owner), lambda: self._derived_from(owner), nothing)

    def _derived_from(self, owner: Local) -> tuple[Local, ...]:
        found: dict[Local, None] = {}
        waiting = [owner]
        for one in waiting:  # grows as it goes
            heirs = self.evaluator.heirs_of(one.node)
            new = [heir for heir in dict.fromkeys(heirs) if heir not in found and heir != owner]
            found |= dict.fromkeys(new)
            waiting += new
        return tuple(found)

    def inherited_by(self, owner: Local, name: str) -> Values:
        """What an attribute of a class itself is, which a class that derives from it finds by ``super()``."""
        return self._attribute(owner, name)

    def _attribute(self, owner: Local, name: str) -> Values:
        asked = ("own attribute", owner, name)
        return self.evaluator.answer(asked, lambda: self._own_attribute(owner, name), NOTHING)

    def _own_attribute(self, owner: Local, name: str) -> Values:
        found: set[Value] = set()
        for binding in self.evaluator.tree.names(owner.module).tables.get(owner.node, {}).get(name, ()):
            found |= self.evaluator.binding_values(owner.module, binding)
        for module, value in self.given(owner, name):
            found |= self.evaluator.values(module, value)
        for annotated in _annotations(owner.node, name):
            found |= self.evaluator.instances_of(owner.module, annotated)
        if isinstance(owner.node, ast.ClassDef) and not (found and has_last_word(self, owner, name)):
            for base in owner.node.bases:
                for inherited in in_order(self.evaluator.values(owner.module, base)):
                    if isinstance(inherited, Local) and inherited != owner:
                        found |= self._attribute(inherited, name)
        return frozenset(found)

    def given(self, owner: Local, name: str) -> Iterator[tuple[Module, ast.expr]]:
        """The expressions that an attribute of a class's objects gets its value from.

        What its methods assign, or what it is called with where it is a dataclass or the like.
        """
        yield from ((owner.module, value) for value in self.assigned(owner).get(name, ()))
        if not isinstance(owner.node, ast.ClassDef) or self._is_initialized(owner, owner.node):
            return
        yield from self.evaluator.answer(
            ("fields given", owner), lambda: self._fields_given(owner), _NONE_GIVEN
        ).get(name, ())

    def _is_initialized(self, owner: Local, node: ast.ClassDef) -> bool:
        return initializer_of(node) is not None or inherited_initializer(self.evaluator, owner) is not None

    def _fields_given(self, owner: Local) -> Given:
        """What the calls that make objects of a class give to each field."""
        found: dict[str, list[tuple[Module, ast.expr]]] = defaultdict(list)
        for maker in made_alike(self.evaluator, owner):
            calls = self.calls.making(maker)
            fields = self._fields(maker) if calls else []
            for caller, call in calls:
                for name, argument in zip(fields, call.args, strict=False):
                    found[name].append((caller, argument))
                for word in call.keywords:
                    if word.arg is not None:
                        found[word.arg].append((caller, word.value))
        for name, caller, argument in given_to_copies(self.evaluator, owner):
            found[name].append((caller, argument))
        return {name: tuple(given) for name, given in found.items()}

    def _fields(self, owner: Local) -> list[str]:
        """The fields that a class declares, and those that it inherits before them, in the order of its arguments."""
        lineage = reversed(self.lineage(owner))
        declared = (
            self._once("fields", one.node, positional_fields)
            for one in lineage
            if isinstance(one.node, ast.ClassDef)
        )
        return list(dict.fromkeys(name for names in declared for name in names))

    def _once(self, question: str, node: N, work_out: Callable[[N], A]) -> A:
        asked = (question, node)
        if asked not in self._said:
            self._said[asked] = work_out(node)
        return self._said[asked]  # type: ignore[no-any-return]

    def assigned(self, owner: Local) -> dict[str, list[ast.expr]]:
        """What the methods of a class assign to each attribute."""
        if owner not in self._assignments:
            found: dict[str, list[ast.expr]] = defaultdict(list)
            for node in ast.walk(owner.node):
                for target, value in assigned_by(node):
                    name = attribute_of_self(owner.module, target) or attribute_of_class(owner.module, target)
                    found[name].append(value)
            self._assignments[owner] = dict(found)
        return self._assignments[owner]

    def makes_its_own(self, owner: Local) -> bool:
        """Whether code makes its objects with what is not known: ``cls(**row)``, ``kind(**row)`` for ``kind in (A, B)``."""
        if self._once("makes its own", owner.node, lambda node: _makes_its_own(owner.module, node)):
            return True
        makers = [one.node for one in made_alike(self.evaluator, owner)]
        return any(
            takes_unwritten(call)
            for maker in makers
            if isinstance(maker, ast.ClassDef)
            for _, call in self.calls.making_by_variables(maker)
        )

    def changed_in_place(self, owner: Local) -> frozenset[str]:
        """The attributes that its methods give values otherwise than by a plain assignment: ``self.x += 1``, ``del``."""
        return self._once("changed in place", owner.node, lambda node: _changed_in_place(owner.module, node))


def _makes_its_own(module: Module, owner: ast.AST) -> bool:
    return any(
        isinstance(node, ast.Call) and is_own_class(module, owner, node.func) and takes_unwritten(node)
        for node in ast.walk(owner)
    )


def _changed_in_place(module: Module, owner: ast.AST) -> frozenset[str]:
    inside = list(ast.walk(owner))
    bound = (
        (node, attribute_of_self(module, node), module.parent(node))
        for node in inside
        if isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load)
    )
    in_body = {
        node.id
        for node in inside
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Del) and module.scope_of(node) is owner
    }
    own = {id(target) for node in inside if isinstance(node, ast.Assign) for target, _ in assigned_by(node)}
    return frozenset(
        name
        for node, name, above in bound
        if name and id(node) not in own and not isinstance(above, (ast.Assign, ast.AnnAssign))
    ).union(in_body)


def _annotations(owner: ast.AST, name: str) -> list[ast.expr]:
    """What the body of a class declares an attribute to be."""
    return [
        node.annotation
        for node in getattr(owner, "body", ())
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == name
    ]
