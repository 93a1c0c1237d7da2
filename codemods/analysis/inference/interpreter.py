"""Follow values through the code: from where they are made, through names, imports and calls, to where they are used.

The answer is what an expression *may* be, without regard to the order of statements: enough to know every
place that a legacy value reaches, and honest about the rest by returning nothing for it.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from ..dagster_api.asset_inputs import name_loaded_by
from ..dagster_api.injection import is_injected
from ..dagster_api.names import SAME, WRAPPING
from ..dagster_api.op_outputs import (
    outputs_yielded,
    value_in_output,
)
from ..project.source_tree import Tree
from ..syntax.classes import is_self
from ..syntax.functions import (
    BUILD_RESOURCES,
    collected_by,
    default_of,
    is_getattr,
    is_property,
    renamed,
    returns_of,
    sorted_with,
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
from .calls import Calls
from .containers import Additions, Containers, find_additions
from .imports import Imports
from .legacy_names import (
    CALLED,
    CONFIGURED,
    RESOURCES,
    RUN_OP,
    canonical,
)
from .objects import Objects
from .texts import text_of
from .values import (
    LEGACY,
    NOTHING,
    External,
    Instance,
    InTree,
    Keyed,
    Literal,
    Local,
    Made,
    Member,
    Result,
    Value,
    Values,
    depth_of,
)

_ROUNDS = 6
"""How often what depends on itself is evaluated again before what is known of it is taken for all there is."""
_DEEPEST = 90
"""Expressions inside of each other that are followed: what goes deeper is not known, and Python's stack is spared."""
_LONGEST = 8
"""Attributes and calls that are followed from where a value is reached: a resource's client's run's details' entry."""
Function = ast.FunctionDef | ast.AsyncFunctionDef
Asked = ast.expr | tuple[Module, str]
"""What can be asked for: an expression, or a module-level name as importers see it."""


@dataclass(eq=False)
class Evaluator:
    """Evaluates expressions of a tree. Made once the tree is complete; remembers what it found.

    Names that are defined by each other, as in loops and in files that import each other in a circle, are evaluated
    in rounds until nothing is added.
    """

    tree: Tree
    additions: Additions = field(default_factory=dict)
    """What statements put into lists and dicts."""
    mentions: dict[Local, bool] = field(default_factory=dict)
    """Whether a function or class has something legacy in it, as far as that was asked."""
    _known: dict[Asked, Values] = field(default_factory=dict)
    _round: dict[Asked, Values] = field(default_factory=dict)
    """What this round has found."""
    _last: dict[Asked, Values] = field(default_factory=dict)
    """What the round before has found: the value of what is asked for while it is evaluated."""
    _open: set[Asked] = field(default_factory=set)
    _is_circular: bool = False
    _given_up: dict[ast.expr, Module] = field(default_factory=dict)

    @property
    def given_up(self) -> tuple[tuple[Module, ast.expr], ...]:
        """The expressions that lie deeper than this goes, so that it is not known what they may be."""
        return tuple((module, node) for node, module in self._given_up.items())

    @cached_property
    def containers(self) -> Containers:
        """What lists and dicts hold."""
        return Containers(self, self.additions)

    @cached_property
    def calls(self) -> Calls:
        """Who calls what, and with which arguments."""
        return Calls(self)

    @cached_property
    def imports(self) -> Imports:
        """What import statements bring."""
        return Imports(self)

    @cached_property
    def objects(self) -> Objects:
        """What classes of the tree and their objects are."""
        return Objects(self, self.calls)

    def values(self, module: Module, node: ast.expr) -> Values:
        """What ``node`` may be. Empty where it is not known or is nothing that matters here."""
        return self._answer(node, lambda: self._evaluate(module, node), module)

    def global_values(self, module: Module, name: str) -> Values:
        """What a module-level name may be, seen from outside the module."""
        return self._answer((module, name), lambda: self._global_values(module, name))

    def _answer(self, asked: Asked, evaluate: Callable[[], Values], module: Module | None = None) -> Values:
        if asked in self._known:
            return self._known[asked]
        if self._open:
            return self._inner(asked, evaluate, module)
        for _ in range(_ROUNDS):
            self._round, self._is_circular = {}, False
            self._inner(asked, evaluate, module)
            if not self._is_circular or self._round == self._last:
                break
            self._last = self._round
        else:
            if isinstance(asked, ast.expr) and module is not None:
                self._given_up[asked] = (
                    module  # Each round found more: what it may be in the end is not known.
                )
        self._known |= self._round
        self._round, self._last = {}, {}
        return self._known[asked]

    def _inner(self, asked: Asked, evaluate: Callable[[], Values], module: Module | None) -> Values:
        if asked in self._round:
            return self._round[asked]
        if asked in self._open:
            self._is_circular = True
            return self._last.get(asked, NOTHING)
        if len(self._open) > _DEEPEST:
            if isinstance(asked, ast.expr) and module is not None:
                self._given_up[asked] = module
            return NOTHING
        self._open.add(asked)
        try:
            found = evaluate()
        finally:
            self._open.discard(asked)
        self._round[asked] = found
        return found

    def binding_values(self, module: Module, binding: Binding) -> Values:
        """What a name may stand for through one of its bindings."""
        if isinstance(binding, Assigned):
            if binding.adds:
                return self.containers.sequence_values(module, binding.value)
            return self._taken(self.values(module, binding.value), binding.path)
        if isinstance(binding, Iterated):
            return self.containers.elements(module, binding.value, binding.path)
        if isinstance(binding, Imported):
            return self.imports.values(module, binding)
        if isinstance(binding, Defined):
            return self._configured_by(module, binding) or frozenset({Local(module, binding.node)})
        if isinstance(binding, Parameter):
            return self._parameter(module, binding)
        return NOTHING

    def _configured_by(self, module: Module, binding: Defined) -> Values:
        """``@configured(dbt_cloud_resource) def cloud(_)`` makes a resource of the function's name."""
        for decorator in binding.node.decorator_list:
            if isinstance(decorator, ast.Call) and self._configures(module, decorator):
                return frozenset({Made(module, decorator, CONFIGURED)})
        return NOTHING

    def _configures(self, module: Module, call: ast.Call) -> bool:
        if not call.args or External("dagster.configured") not in self.values(module, call.func):
            return False
        return External(f"{LEGACY}dbt_cloud_resource") in self.values(module, call.args[0])

    def _global_values(self, module: Module, name: str) -> Values:
        found: set[Value] = set()
        for binding in self.tree.names(module).at_end(module, name):
            found |= self.binding_values(module, binding)
        if not found:
            found |= self.imports.by_star(module, name)
        return frozenset(found)

    # -- expressions

    def _evaluate(self, module: Module, node: ast.expr) -> Values:
        match node:
            case ast.Name():
                return self._name(module, node)
            case ast.Attribute():
                return self._attribute(module, node)
            case ast.Call():
                return self._call(module, node)
            case ast.Dict() | ast.List() | ast.Tuple() | ast.Set():
                return frozenset({Literal(module, node)})
            case ast.IfExp():
                return self.values(module, node.body) | self.values(module, node.orelse)
            case ast.BoolOp():
                return frozenset().union(*(self.values(module, value) for value in node.values))
            case ast.BinOp(op=ast.Add() | ast.BitOr()):
                sides = (self.containers.sequence_values(module, side) for side in (node.left, node.right))
                # Containers are added up; what an object of the user's answers is not known.
                return frozenset(value for side in sides for value in side if isinstance(value, Literal))
            case ast.NamedExpr() | ast.Await() | ast.Starred():
                return self.values(module, node.value)
            case ast.Subscript():
                return self._subscript(module, node)
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp():
                collected = collected_by(node)
                if collected is not node.elt:
                    return self.containers.sequence_values(module, collected)
                return frozenset({Literal(module, node)})
            case ast.DictComp():
                return frozenset({Literal(module, node)})
        return NOTHING

    def _name(self, module: Module, node: ast.Name) -> Values:
        bindings = self.tree.names(module).lookup(module, node.id, node)
        if not bindings:
            return self.imports.by_star(module, node.id)
        return frozenset().union(*(self.binding_values(module, binding) for binding in bindings))

    def _attribute(self, module: Module, node: ast.Attribute) -> Values:
        found: set[Value] = set()
        for value in self.values(module, node.value):
            match value:
                case External() if value == RESOURCES:
                    if not node.attr.startswith("_"):
                        found.add(Keyed(module, node, node.attr))
                        found |= self._objects_under(node.attr)
                case External(name):
                    found.add(self.imports.of_package(module, name, node.attr))
                case InTree(inner):
                    found |= self.imports.of_module(inner, node.attr)
                case Local(node=ast.ClassDef()):
                    found |= self.objects.attribute(value, node.attr)
                    if not found and self.bases(value):
                        found.add(Member(value, node.attr))
                case Instance(owner):
                    found |= self.objects.attribute(owner, node.attr)
                case Made() | Keyed() if self.objects.is_own(value, node.attr):
                    found |= self.objects.own(value, node.attr)
                case Made() | Keyed() | Result() | Member() if depth_of(value) < _LONGEST:
                    found.add(Member(value, node.attr))
        if not found and node.attr == "resources":
            found.add(RESOURCES)
        return self._read(found)

    def _objects_under(self, key: str) -> Values:
        """The user's own objects that are bound under a resource key."""
        found = (self.values(module, node) for module, node in self._by_key.get(key, ()))
        return frozenset(value for values in found for value in values if isinstance(value, Instance))

    @cached_property
    def _by_key(self) -> Mapping[str, list[tuple[Module, ast.expr]]]:
        """What stands under each text in some dict of the tree."""
        found: dict[str, list[tuple[Module, ast.expr]]] = defaultdict(list)
        for module in self.tree.modules.values():
            for node in module.nodes:
                if isinstance(node, ast.Dict):
                    for name, value in zip(node.keys, node.values, strict=True):
                        if isinstance(name, ast.Constant) and isinstance(name.value, str):
                            found[name.value].append((module, value))
                elif isinstance(node, ast.keyword) and node.arg:
                    found[node.arg].append((module, node.value))
        return found

    def instances_of(self, module: Module, annotation: ast.expr | None) -> Values:
        """The objects of the user's own classes that an annotation names."""
        if annotation is None:
            return NOTHING
        if isinstance(annotation, ast.BinOp):
            return self.instances_of(module, annotation.left) | self.instances_of(module, annotation.right)
        if isinstance(annotation, ast.Subscript):
            wrapped = annotation.value
            name = wrapped.attr if isinstance(wrapped, ast.Attribute) else getattr(wrapped, "id", "")
            return self.instances_of(module, annotation.slice) if name in WRAPPING else NOTHING
        return frozenset(
            Instance(value)
            for value in self.values(module, annotation)
            if isinstance(value, Local) and isinstance(value.node, ast.ClassDef) and not self.bases(value)
        )

    def _read(self, values: set[Value]) -> Values:
        """What attributes are once they are read: of a property, what its function answers."""
        found = set(values)
        for value in values:
            if isinstance(value, Local) and is_property(value.node):
                found.remove(value)
                for returned in returns_of(value.node):
                    found |= self.values(value.module, returned)
        return frozenset(found)

    def _call(self, module: Module, node: ast.Call) -> Values:
        found: set[Value] = set()
        attribute = self._getattr(module, node)
        if attribute is not None:
            return attribute
        imported = self.imports.by_call(module, node)
        if imported is not None:
            return imported
        copied = self.containers.of_call(module, node)
        if copied is not None:
            return copied
        callee = renamed(node)
        for value in self.values(module, callee if self._is_op(module, callee) else node.func):
            match value:
                case External("dagster.Output") if wrapped := value_in_output(node):
                    found |= self.values(module, wrapped)
                case External(name) if name == f"dagster.{BUILD_RESOURCES}":
                    found.add(RESOURCES)
                case External() if value == External(RUN_OP):
                    found.add(Result(module, node, Member(value, CALLED)))
                case External(name) if name in SAME and len(node.args) > SAME[name]:
                    found |= self.values(module, node.args[SAME[name]])
                case External(name):
                    found.add(Made(module, node, name))
                case Local(node=ast.ClassDef()):
                    bases = self.bases(value)
                    found.add(Made(module, node, bases[0]) if bases else Instance(value))
                case Local(inner, ast.FunctionDef() | ast.AsyncFunctionDef() as function):
                    for returned in (*returns_of(function), *outputs_yielded(function)):
                        found |= self.values(inner, returned)
                case Member():
                    found.add(Result(module, node, value))
                case Made(inner, ast.Call() as made) if self._configures(inner, made):
                    found.add(Made(module, node, CONFIGURED))
                case Made(of=made_by) if made_by.startswith(RUN_OP):
                    found.add(Result(module, node, Member(value, CALLED)))
        return frozenset(found)

    def _is_op(self, module: Module, node: ast.expr) -> bool:
        """Whether something is an op, whose variants are called as it is itself."""
        return any(
            value == External(RUN_OP)
            or (isinstance(value, Made) and value.of.startswith(RUN_OP))
            or (
                isinstance(value, Local)
                and isinstance(value.node, FUNCTIONS)
                and bool(value.node.decorator_list)
            )
            for value in self.values(module, node)
        )

    def _getattr(self, module: Module, node: ast.Call) -> Values | None:
        """``getattr(x, "name")`` is ``x.name``."""
        if not is_getattr(node):
            return None
        name = text_of(self.tree, module, node.args[1])
        found: set[Value] = set()
        for value in self.values(module, node.args[0]):
            if value == RESOURCES and name:
                found.add(Keyed(module, node, name))
            elif isinstance(value, External) and value != RESOURCES and name:
                found.add(External(canonical(f"{value.name}.{name}")))
            elif isinstance(value, InTree) and name:
                found |= self.imports.of_module(value.module, name)
        return frozenset(found) or None

    def _subscript(self, module: Module, node: ast.Subscript) -> Values:
        key: object = node.slice.value if isinstance(node.slice, ast.Constant) else None
        key = text_of(self.tree, module, node.slice) or None if key is None else key
        found: set[Value] = set()
        for value in self.values(module, node.value):
            if isinstance(value, Literal):
                found |= self.containers.under(value, key)
        return frozenset(found)

    def element_values(self, literal: Literal, key: object = None) -> Values:
        """What stands in a display under ``key``; in all of its places where ``key`` is None or not found."""
        return self.containers.under(literal, key)

    def _taken(self, values: Values, path: tuple[int, ...]) -> Values:
        for place in path:
            values = frozenset().union(
                *(self.element_values(value, place) for value in values if isinstance(value, Literal))
            )
        return values

    # -- functions and classes

    def is_derived(self, value: Local) -> bool:
        """Whether a class of the tree derives from something legacy."""
        return bool(self.bases(value))

    def bases(self, value: Local) -> list[str]:
        """The dotted legacy names that a class of the tree derives from."""
        return self.objects.bases(value)

    def parameter_values(self, module: Module, function: Function, arg: ast.arg) -> Values:
        """What a parameter of a function may be."""
        return self._parameter(module, Parameter(function, arg))

    def _parameter(self, module: Module, binding: Parameter) -> Values:
        function, name = binding.function, binding.arg.arg
        found: set[Value] = set()
        default = default_of(function, name)
        if default is not None:
            found |= self.values(module, default)
        if isinstance(function, ast.Lambda):
            sorted_by = sorted_with(module, function)
            return frozenset(found) | (
                self.containers.elements(module, sorted_by, ()) if sorted_by is not None else NOTHING
            )
        owner = module.parent(function)
        if isinstance(owner, ast.ClassDef) and is_self(function, name):
            local = Local(module, owner)
            return self.objects.made_by(local) if self.bases(local) else frozenset({Instance(local)})
        if is_injected(self, module, function, binding.arg):
            found.add(Keyed(module, binding.arg, name))
            return frozenset(found)
        found |= self.instances_of(module, binding.arg.annotation)
        for caller, argument in self.calls.arguments(function, name):
            found |= self.values(caller, argument)
        if not found and (loaded := name_loaded_by(function, name)):
            for maker, upstream in self.calls.assets_named(loaded):
                for returned in (*returns_of(upstream), *outputs_yielded(upstream)):
                    found |= self.values(maker, returned)
        return frozenset(found)


def evaluator_of(tree: Tree) -> Evaluator:
    """An evaluator that knows what statements put into containers, and into containers inside of those."""
    plain = Evaluator(tree)
    first = Evaluator(tree, find_additions(plain))
    return Evaluator(tree, find_additions(first)) if first.additions else plain
