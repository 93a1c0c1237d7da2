"""Which ops of the tree have a name, by which Dagster answers what they handed on: ``result.output_for_node("note")``."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from ..dagster_api.decorators import decorators_of_dagster, resolved
from ..dagster_api.op_outputs import outputs_yielded
from ..inference.interpreter import Evaluator
from ..inference.legacy_names import is_op
from ..inference.values import Local, Values
from ..syntax.functions import VARIANTS, decorator_name, returns_of
from ..syntax.source_module import FUNCTIONS, Module
from .carriers import NONE, Carriers, kind_carried

_OF_NODES = frozenset(
    {"op", "graph", "job", "solid", "asset", "graph_asset", "multi_asset", "graph_multi_asset", "asset_check"}
)
_NAMING = frozenset({"alias", "configured"})
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class _Node:
    """What the node of a name may hand on; the name is empty where the code does not spell it."""

    name: str
    outputs: Values


@dataclass(frozen=True, eq=False)
class NodesByName:
    """Answers what the ops and graphs of a tree hand on, by their names."""

    evaluator: Evaluator
    carriers: Carriers

    def outputs_read_by(self, module: Module, read: ast.Attribute) -> Values | None:
        """What ``read("name")`` may answer of what runs answered; None where the nodes of that name are not known."""
        call = module.parent(read)
        given = call.args[:1] if isinstance(call, ast.Call) and call.func is read else []
        if not given or not isinstance(given[0], ast.Constant) or not isinstance(given[0].value, str):
            return None
        name = given[0].value.rpartition(".")[2]
        nodes = self._nodes
        if not any(node.name == name for node in nodes):
            return None
        return NONE.union(*(node.outputs for node in nodes if node.name in {name, ""}))

    @cached_property
    def _nodes(self) -> tuple[_Node, ...]:
        return tuple(
            node for module in self.evaluator.tree.modules.values() for node in self._nodes_in(module)
        )

    def _nodes_in(self, module: Module) -> Iterator[_Node]:
        decorators: set[ast.AST] = set()
        for node in module.nodes:
            if isinstance(node, FUNCTIONS):
                decorators |= set(node.decorator_list)
                by_dagster = decorators_of_dagster(self.evaluator, module, node)
                if "configured" in by_dagster:
                    yield _Node("", self._runs)
                if by_dagster & _OF_NODES:
                    yield _Node(self._name_of(module, node), self._handed_on(module, node))
            elif isinstance(node, ast.Call) and node not in decorators:
                yield from self._made(module, node)

    def _name_of(self, module: Module, function: Function) -> str:
        """The name of an op; empty where a decorator of the tree may give it another."""
        spelled = [
            one
            for one in function.decorator_list
            if any(name.startswith("dagster.") for name in self._names(module, one))
        ]
        if len(spelled) != 1:
            return ""
        call = spelled[0]
        words = {word.arg: word.value for word in call.keywords} if isinstance(call, ast.Call) else {}
        if words.keys() & {None, "key", "key_prefix", "asset", "op_name"}:
            return ""
        return _text(words["name"]) if "name" in words else function.name

    def _names(self, module: Module, decorator: ast.expr) -> frozenset[str]:
        callee = decorator.func if isinstance(decorator, ast.Call) else decorator
        return resolved(self.evaluator, module, callee)

    def _made(self, module: Module, call: ast.Call) -> Iterator[_Node]:
        """The nodes that calls make: ``op.alias("again")``, ``op.configured({}, name="weekly")``, ``op(...)(f)``."""
        method = call.func
        if isinstance(method, ast.Attribute) and method.attr in VARIANTS - _NAMING:
            return  # Its name stays.
        if any(map(is_op, self.evaluator.values(module, call))):
            yield _Node(_named(call), self._runs)
            return
        if isinstance(method, ast.Attribute) and method.attr in _NAMING:
            functions = self.evaluator.values(module, method.value)
            if functions:
                yield _Node(_named(call), self._handed_on_by(functions))
        elif any(name in {f"dagster.{one}" for one in _OF_NODES} for name in self._names(module, call)):
            yield _Node("", self._runs)

    def _handed_on_by(self, values: Values) -> Values:
        return NONE.union(
            *(
                self._handed_on(value.module, value.node)
                for value in values
                if isinstance(value, Local) and isinstance(value.node, FUNCTIONS)
            )
        )

    def _handed_on(self, module: Module, function: Function) -> Values:
        answers = (*returns_of(function), *outputs_yielded(function))
        carried = (self.carriers.of_all(self.evaluator.values(module, node)) for node in answers)
        return frozenset(one for each in carried for one in each if kind_carried(one) == "output")

    @cached_property
    def _runs(self) -> Values:
        """What any op may hand on that runs a job."""
        return frozenset(
            value
            for module in self.evaluator.tree.modules.values()
            for node in module.nodes
            if isinstance(node, ast.Call)
            for value in self.evaluator.values(module, node)
            if self.carriers.of(value) == {value} and kind_carried(value) == "output"
        )


def _named(call: ast.Call) -> str:
    """The name that a call gives to what it makes; empty where it is not written there."""
    words = [word.value for word in call.keywords if word.arg in {"name", None}]
    place = 0 if decorator_name(call) == "alias" else 1
    given = words or call.args[place : place + 1]
    return _text(given[0]) if given else ""


def _text(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
