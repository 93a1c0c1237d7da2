"""What calls answer: of classes and functions of the tree, of legacy names, of functions that answer what they get."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..dagster_api.decorators import may_be_builtin
from ..dagster_api.names import COPYING_OBJECTS, SAME
from ..dagster_api.op_outputs import outputs_yielded, value_in_output
from ..syntax.functions import BUILD_RESOURCES, VARIANTS, renamed, returns_of, takes_unwritten
from ..syntax.generators import yielded_by
from ..syntax.own_objects import is_new_object
from ..syntax.source_module import FUNCTIONS, Module
from .branches import Branches
from .copied_objects import objects_copied
from .data_files import data_read
from .environment_helpers import variable_read_by
from .legacy_names import CALLED, RESOURCES, RUN_OP
from .picked import picked
from .possible import NOT_KNOWN, Place, Possible, made_at
from .typed_dicts import is_typed_dict
from .values import (
    External,
    Instance,
    Literal,
    Local,
    Made,
    Member,
    Result,
    Value,
    Values,
    in_order,
    is_list_of_modules,
    is_load,
)

if TYPE_CHECKING:
    from .interpreter import Evaluator


@dataclass(eq=False)
class Answers:
    """Answers what calls answer."""

    evaluator: Evaluator

    def values(self, module: Module, node: ast.Call) -> Values:
        """What a call may answer."""
        known = self._known_by_form(module, node)
        if known is not None:
            return known
        found: set[Value] = set()
        callee = renamed(node)
        for value in in_order(
            self.evaluator.called(module, callee if self._is_op(module, callee) else node.func)
        ):
            match value:
                case External("dagster.Output") if wrapped := value_in_output(node):
                    found |= self.evaluator.values(module, wrapped)
                case External(name) if name == f"dagster.{BUILD_RESOURCES}":
                    found.add(RESOURCES)
                case External() if value == External(RUN_OP):
                    found.add(Result(module, node, Member(value, CALLED)))
                case External(name) if name in SAME and len(node.args) > SAME[name]:
                    found |= self.evaluator.values(module, node.args[SAME[name]])
                case External(name) if name in COPYING_OBJECTS and (
                    copied_of := objects_copied(self.evaluator, module, node)
                ):
                    found |= copied_of
                case External(name):
                    made = Made(module, node, name)
                    found |= {made, Literal(module, node)} if is_list_of_modules(made) else {made}
                case Local() if (
                    is_typed_dict(self.evaluator.objects, value)
                    and not node.args
                    and not takes_unwritten(node)
                ):
                    found.add(Literal(module, node))
                case Local(node=ast.ClassDef()):
                    bases = self.evaluator.bases(value)
                    found.add(Made(module, node, bases[0]) if bases else Instance(value))
                case Local(inner, ast.FunctionDef() | ast.AsyncFunctionDef() as function):
                    for returned in (*returns_of(function), *outputs_yielded(function)):
                        found |= self.evaluator.values(inner, returned)
                    found |= self._loads_yielded(inner, function)
                case Member():
                    found.add(Result(module, node, value))
                case Made(of=made_by) if made_by.startswith(RUN_OP):
                    found.add(Result(module, node, Member(value, CALLED)))
                case Made(inner, ast.Call() as made) if named := self.evaluator.bindings.configures(
                    inner, made
                ):
                    found.add(Made(module, node, named))
        return frozenset(found)

    def _known_by_form(self, module: Module, node: ast.Call) -> Values | None:
        """What a call answers that is read as something else than the call of a function; None for all others."""
        attribute = self.evaluator.attributes.by_getattr(module, node)
        if attribute is not None:
            return attribute
        imported = self.evaluator.imports.by_text(module, node)
        if imported is not None:
            return imported
        copied = self.evaluator.containers.of_call(module, node)
        if copied is not None:
            return copied
        variants = self._variants(module, node)
        if variants is not None:
            return variants
        read = data_read(self.evaluator, module, node)
        if read is not None:
            return self.evaluator.values(*read)
        function = module.function_of(node)
        owner = module.parent(function) if function is not None else None
        if isinstance(owner, ast.ClassDef) and is_new_object(function, node):
            return frozenset({Instance(Local(module, owner))})
        chosen = picked(self.evaluator, module, node)
        if chosen is not None:
            return frozenset().union(*(self.evaluator.values(module, one) for one in chosen))
        return None

    def _loads_yielded(self, module: Module, function: ast.FunctionDef | ast.AsyncFunctionDef) -> Values:
        """A generator of loaded assets, as a container of what it yields; nothing for other functions."""
        yielded = yielded_by(function)
        if yielded is None:
            return frozenset()
        values = (value for one in yielded.elts for value in self.evaluator.values(module, one))
        return frozenset({Literal(module, yielded)}) if any(map(is_load, values)) else frozenset()

    def _variants(self, module: Module, node: ast.Call) -> Values | None:
        """The ops that ``op.alias("again")`` and the like answer; None for other calls."""
        method = node.func
        if not isinstance(method, ast.Attribute) or method.attr not in {*VARIANTS, "configured"}:
            return None
        found: set[Value] = set()
        for value in in_order(self.evaluator.values(module, method.value)):
            is_made = isinstance(value, Made) and value.of.startswith(RUN_OP)
            if method.attr == "configured" and is_made:
                found.add(Made(module, node, f"{RUN_OP}.configured"))
            elif (method.attr in VARIANTS and (is_made or value == External(RUN_OP))) or (
                isinstance(value, Local) and isinstance(value.node, FUNCTIONS) and value.node.decorator_list
            ):
                found.add(value)
        return frozenset(found) or None

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
            for value in in_order(self.evaluator.values(module, node))
        )

    def places(self, module: Module, node: ast.Call, branches: Branches) -> Possible:
        """Where what a call answers is made; there itself where no function of the tree says that."""
        looked_up = self.evaluator.containers.places_by_get(module, node, branches)
        if looked_up is None:
            looked_up = self.evaluator.attributes.places_by_getattr(module, node, branches)
        if looked_up is not None:
            return looked_up
        read = data_read(self.evaluator, module, node)
        if read is not None:
            return self.evaluator.places(*read, branches)
        if variable_read_by(self.evaluator, module, node) is not None:
            return made_at(module, node)
        chosen = picked(self.evaluator, module, node)
        if chosen is not None:
            return self.evaluator.places_of_any([(module, one) for one in chosen], branches) or NOT_KNOWN
        inside: list[Place] = []
        functions: list[Local] = []
        is_read = True
        for values in self._callees(module, node.func, branches):
            called = [one for one in values if isinstance(one, Local) and isinstance(one.node, FUNCTIONS)]
            is_read = is_read and bool(called)
            for value in called:
                assert isinstance(value.node, FUNCTIONS)
                returned = branches.first_of(value.module, returns_of(value.node), lambda node: node)
                inside += [(value.module, node) for node in returned]
                functions.append(value)
        found = self.evaluator.places_of_any(inside, branches)
        is_read = is_read and not may_be_builtin(self.evaluator, module, node.func)
        if found is not None and not is_read:
            found |= made_at(module, node)
        if found is None or not (found.places or found.is_undecided):
            return made_at(module, node)
        return found.read_from(functions)

    def _callees(self, module: Module, node: ast.expr, branches: Branches) -> list[Values]:
        """What is called: of a name, by each of its bindings."""
        if not isinstance(node, ast.Name):
            return [self.evaluator.called(module, node)]
        stars = self.evaluator.star_imports
        bindings = stars.taken(module, stars.bound(module, node), branches)
        called = (self.evaluator.binding_values(module, binding) for binding in bindings)
        return [
            self.evaluator.objects.called(values) or self.evaluator.attributes.functions_behind(module, one)
            for values, one in zip(called, bindings, strict=True)
        ]
