"""What a value carries: the legacy values that go out of sight where it does.

A client carries itself; a list carries what stands in it; an object of the user's own what its attributes hold and its
methods return; a function what it returns, and what it is called with, which is of the kind that it expects.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from ..dagster_api.decorators import decorators_of_dagster
from ..dagster_api.injection import is_reached
from ..dagster_api.names import CONTEXT_BUILDERS
from ..dagster_api.op_outputs import outputs_yielded
from ..inference.fixpoint import circles
from ..inference.legacy_names import GETTER, is_op, is_output, thing_kind
from ..inference.values import (
    External,
    Instance,
    Keyed,
    Literal,
    Local,
    Made,
    Result,
    Value,
    Values,
    kept_in_namespace,
)
from ..syntax.classes import fields_of
from ..syntax.functions import returns_of
from ..syntax.source_module import FUNCTIONS, Module
from .index import Index
from .uses import is_dict_call

NONE: Values = frozenset()
_OWN = frozenset({"resource", "load", "op"})


def kind_carried(value: Value) -> str:
    """What a carried value is: a ``resource``, ``load``, ``op``, ``client`` or ``output``."""
    if is_op(value):
        return "op"
    if isinstance(value, Made):
        return thing_kind(value)
    return "output" if is_output(value) else "client"


@dataclass(eq=False)
class Carriers:
    """Answers what values carry; remembers what it found."""

    index: Index
    keys: frozenset[str]
    """The resource keys under which something legacy is bound."""
    _known: dict[Value, Values] = field(default_factory=dict)

    def of(self, value: Value) -> Values:
        """The legacy values that ``value`` carries."""
        known = self._known.get(value)
        if known is None:
            self._find(value)
            known = self._known[value]
        return known

    def holds_clients(self, value: Value) -> bool:
        """Whether a value carries clients, or the resources that hand them out."""
        return any(kind_carried(one) in {"client", "resource"} for one in self.of(value))

    def holds_pairs(self, value: Value) -> bool:
        """Whether a value may put clients into a dict as pairs of keys and values, which are not followed."""
        is_dict_or_set = is_dict(value) or (
            isinstance(value, Literal) and isinstance(value.node, ast.Set | ast.SetComp)
        )
        return isinstance(value, Literal) and not is_dict_or_set and self.holds_clients(value)

    def of_all(self, values: Values) -> Values:
        """What any of some values carries."""
        return frozenset().union(*(self.of(value) for value in values))

    def _find(self, value: Value) -> None:
        """Find out what a value carries, and what those in it do: values that hold each other carry the same."""
        inside: dict[Value, Values] = {}
        waiting = [value]
        for each in waiting:  # grows as it goes
            if each in inside or each in self._known:
                continue
            if self._is_carried(each):
                self._known[each] = frozenset({each})
            elif parts := frozenset(self._inside(each)):
                inside[each] = parts
                waiting += parts
            else:
                self._known[each] = NONE
        for circle in circles(inside):
            others = {other for each in circle for other in inside[each]}.difference(circle)
            self._known |= dict.fromkeys(circle, NONE.union(*map(self._known.__getitem__, others)))

    def _is_carried(self, value: Value) -> bool:
        """Whether a value is what goes out of sight itself."""
        match value:
            case Made() if thing_kind(value) in _OWN:
                return True
            case External():
                return is_op(value)
            case Keyed():
                return self.is_legacy(value)
            case Result():
                return self.is_legacy(value) and (value.member.attribute == GETTER or is_output(value))
        return False

    def _inside(self, value: Value) -> Iterator[Value]:
        """The values that a value holds or hands out."""
        evaluator = self.index.evaluator
        match value:
            case Made(module, ast.Call() as call, of) if of.startswith(CONTEXT_BUILDERS):
                for given in (*call.args, *(word.value for word in call.keywords)):
                    yield from evaluator.values(module, given)
            case Made(module) if kept := kept_in_namespace(value):
                for given in kept.values():
                    yield from evaluator.values(module, given)
            case Literal():
                yield from evaluator.element_values(value)
            case Instance(owner):
                yield from self._in_object(owner)
            case Local(node=ast.ClassDef()) if not evaluator.bases(value):
                yield from self._in_object(value)
            case Local(module, ast.FunctionDef() | ast.AsyncFunctionDef() as function):
                if not decorators_of_dagster(evaluator, module, function):
                    for returned in (*returns_of(function), *outputs_yielded(function)):
                        yield from evaluator.values(module, returned)
                    is_method = isinstance(module.parent(function), ast.ClassDef)
                    arguments = [*function.args.posonlyargs, *function.args.args][int(is_method) :]
                    for arg in (*arguments, *function.args.kwonlyargs):
                        yield from evaluator.parameter_values(module, function, arg)

    def _in_object(self, owner: Local) -> Iterator[Value]:
        for member in self.attributes(owner):
            yield from self.index.evaluator.objects.attribute(owner, member)

    def attributes(self, owner: Local) -> list[str]:
        """The names that a class, those that it derives from, and its methods bind on its objects."""
        objects = self.index.evaluator.objects
        lineage = objects.lineage(owner)
        names = {name for one in lineage for name in (*fields_of(one.node), *objects.assigned(one))}
        return sorted(name for name in names if name)

    def is_legacy(self, value: Value) -> bool:
        """Whether a value is reached from something legacy."""
        return is_reached(self.index.evaluator, value, self.keys)


def is_function(value: Value) -> bool:
    """Whether a value is a function of the tree."""
    return isinstance(value, Local) and isinstance(value.node, FUNCTIONS)


def is_class(value: Value) -> bool:
    """Whether a value is a class of the tree."""
    return isinstance(value, Local) and isinstance(value.node, ast.ClassDef)


_SAID_OF_CLASSES = frozenset({"__name__", "__qualname__", "__module__", "__doc__"})


def is_asked_its_name(module: Module, node: ast.expr) -> bool:
    """Whether only the name of a class is read: ``type(self).__name__``."""
    above = module.parent(node)
    return isinstance(above, ast.Attribute) and above.attr in _SAID_OF_CLASSES


def is_dict(value: Value) -> bool:
    """Whether a value is a dict that the code writes."""
    return isinstance(value, Literal) and (
        isinstance(value.node, (ast.Dict, ast.DictComp)) or is_dict_call(value.node)
    )
