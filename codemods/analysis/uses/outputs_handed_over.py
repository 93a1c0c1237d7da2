"""Outputs of ops and assets that Dagster hands to code which nothing calls by name: IO managers, checks of types, and more.

    @op(out=Out(Finished))         Finished = DagsterType(name="Finished", type_check_fn=lambda _, run: run.run_id > 0)
    @asset(io_manager_key="log")   RunLog.handle_output(context, obj) reads obj.run_id
    collect(ids().map(run_it))     collect(runs) reads runs[0].run_id

What such code reads of a run is not followed, so that an output which it gets is out of sight.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from ..dagster_api.decorators import Function, decorators_of_dagster, is_builtin
from ..dagster_api.io_managers import DEFAULT_KEY
from ..dagster_api.names import HANDING_ON
from ..dagster_api.op_outputs import outputs_yielded
from ..inference.interpreter import Evaluator
from ..inference.legacy_names import is_op
from ..inference.values import External, Local, Made, Value, Values
from ..syntax.functions import composes, returns_of
from ..syntax.source_module import FUNCTIONS, Module
from .carriers import Carriers, kind_carried
from .escape import Escape
from .index import Index
from .keys import texts_of

_PLAIN_TYPES = (
    "legacy.",
    "typing.",
    "typing_extensions.",
    "collections.abc.",
    "dagster.Any",
    "dagster.Nothing",
    "dagster.Output",
    "dagster.DynamicOutput",
    "dagster.In",
    "dagster.Out",
)
"""What types are written with that look at nothing of an object; legacy's own are answered for by annotations."""
_PLAIN_WORDS = frozenset(
    {
        "Any",
        "object",
        "dict",
        "Dict",
        "Mapping",
        "list",
        "List",
        "Optional",
        "Output",
        "None",
        "DbtCloudOutput",
    }
)
_OUTPUTS, _INPUTS = frozenset({"out", "outs"}), frozenset({"ins", "additional_ins"})
_KEYS = frozenset({"io_manager_key", "io_manager_def"})


def outputs_handed_over(index: Index, carriers: Carriers) -> Iterator[Escape]:
    """Each output that a type, an IO manager or what comes of a mapped op gets, which may look into it."""
    search = _Search(index, carriers)
    for path in sorted(index.tree.modules):
        module = index.tree.modules[path]
        for node in module.of(*FUNCTIONS, ast.Call):
            if isinstance(node, FUNCTIONS) and search.answers_to_dagster(module, node):
                yield from search.of_outputs(module, node)
                yield from search.of_inputs(module, node)
            elif isinstance(node, ast.Call):
                yield from search.of_mapped(module, node)
    yield from search.of_run_ops()


@dataclass(frozen=True, eq=False)
class _Search:
    index: Index
    carriers: Carriers

    @property
    def evaluator(self) -> Evaluator:
        return self.index.evaluator

    def answers_to_dagster(self, module: Module, function: Function) -> bool:
        """Whether a function is the code of an op or asset."""
        by_dagster = decorators_of_dagster(self.evaluator, module, function)
        return bool(by_dagster & HANDING_ON) and not composes(function)

    def of_run_ops(self) -> Iterator[Escape]:
        manager = self._manager(DEFAULT_KEY)
        for reference in self.index.references if manager else ():
            for link in reference.chain:
                ops = frozenset(filter(is_op, self.index.values(reference.module, link)))
                if ops:
                    yield Escape(reference.module, link, ops, _stored(manager))
                    break

    def of_outputs(self, module: Module, function: Function) -> Iterator[Escape]:
        found = [
            (node, carried)
            for node in (*returns_of(function), *outputs_yielded(function))
            if (carried := self._outputs(self.evaluator.values(module, node)))
        ]
        said = self._said_of_output(module, function) if found else ""
        if said:
            yield from (Escape(module, node, carried, said) for node, carried in found)

    def of_mapped(self, module: Module, call: ast.Call) -> Iterator[Escape]:
        """The outputs of an op that runs for each of several: who takes them from what ``map`` answers is not followed."""
        is_map = isinstance(call.func, ast.Attribute) and call.func.attr == "map"
        if not is_map or isinstance(module.parent(call), ast.Expr):
            return
        for given in call.args:
            for value in self.evaluator.values(module, given):
                if not (isinstance(value, Local) and isinstance(value.node, FUNCTIONS)):
                    continue
                if self.answers_to_dagster(value.module, value.node):
                    answered = (*returns_of(value.node), *outputs_yielded(value.node))
                    outputs = (self.evaluator.values(value.module, node) for node in answered)
                    carried = self._outputs(frozenset().union(*outputs))
                    if carried:
                        yield Escape(
                            module,
                            given,
                            carried,
                            "is mapped, and its results cannot be traced: read what you need in the op, and return plain values",
                        )

    def of_inputs(self, module: Module, function: Function) -> Iterator[Escape]:
        arguments = function.args
        for arg in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
            carried = self._outputs(self.evaluator.parameter_values(module, function, arg))
            if not carried:
                continue
            types = [(module, arg.annotation)] if arg.annotation is not None else []
            types += self._types(module, function, _INPUTS, arg.arg)
            for home, node in types:
                if not self._is_plain(home, node):
                    yield Escape(home, node, carried, _checked(home, node))

    def _outputs(self, values: Values) -> Values:
        return frozenset(one for one in self.carriers.of_all(values) if kind_carried(one) == "output")

    def _manager(self, key: str) -> str:
        """What may look at the outputs stored under a key; empty where nothing does."""
        return self.index.io_managers.reading(key) or self._out_of_sight

    @cached_property
    def _out_of_sight(self) -> str:
        """A dict of another package that is bound beside a legacy resource, and may have an IO manager; empty for none."""
        for module in self.index.tree.modules.values():
            for node in module.of(ast.Dict, ast.BinOp):
                for spread in _spread_beside(node, self.index.bound_keys):
                    if any(map(_is_of_others, self.evaluator.values(module, spread))):
                        return module.source_of(spread).split("\n", 1)[0]
        return ""

    def _said_of_output(self, module: Module, function: Function) -> str:
        types = [(module, function.returns)] if function.returns is not None else []
        for home, node in (*types, *self._types(module, function, _OUTPUTS)):
            if not self._is_plain(home, node):
                return _checked(home, node)
        for key in self._keys(module, function):
            if manager := self._manager(key):
                return _stored(manager)
        return ""

    # -- what decorators say

    def _calls(self, module: Module, function: Function) -> Iterator[tuple[Module, ast.Call]]:
        """The calls that decorate a function, those of the tree's own included which answer one of Dagster's."""
        for decorator in function.decorator_list:
            if isinstance(decorator, ast.Call):
                yield module, decorator
            for value in self.evaluator.values(module, decorator):
                if (
                    isinstance(value, Made)
                    and isinstance(value.call, ast.Call)
                    and value.call is not decorator
                ):
                    yield value.module, value.call

    def _types(
        self, module: Module, function: Function, words: frozenset[str], only: str = ""
    ) -> list[tuple[Module, ast.expr]]:
        """The types that decorators say; of the input ``only``, where one is given and the code spells which it is of."""
        found = []
        for home, call in self._calls(module, function):
            for word in call.keywords:
                if word.arg == "dagster_type" and words == _OUTPUTS:
                    found.append((home, word.value))
                elif word.arg in words:
                    found += self._said_in(home, word.value, only)
        return found

    def _said_in(self, module: Module, node: ast.expr, only: str) -> Iterator[tuple[Module, ast.expr]]:
        """The types in ``Out(T)``, ``{"run": In(T)}``, or a name of either."""
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                is_other = only and isinstance(key, ast.Constant) and key.value != only
                if not is_other:
                    yield from self._said_in(module, value, "")
            return
        made = [value for value in self.evaluator.values(module, node) if isinstance(value, Made)]
        calls = [(value.module, value.call) for value in made if isinstance(value.call, ast.Call)]
        if isinstance(node, ast.Call) and not calls:
            calls = [(module, node)]
        if not calls:
            yield module, node  # Which types it says is not known.
        for home, call in calls:
            takes_first = not self._is_of_assets(home, call)
            yield from ((home, first) for first in call.args[: int(takes_first)])
            yield from ((home, word.value) for word in call.keywords if word.arg == "dagster_type")

    def _is_of_assets(self, module: Module, call: ast.Call) -> bool:
        """``AssetOut("prefix")``, ``AssetIn("key")``: whose first argument is no type."""
        values = self.evaluator.values(module, call.func)
        return bool(values) and values <= {External("dagster.AssetOut"), External("dagster.AssetIn")}

    def _keys(self, module: Module, function: Function) -> frozenset[str]:
        """The resource keys of the IO managers of a function's outputs; an empty one that cannot be read."""
        found: set[str] = set()
        for home, call in self._calls(module, function):
            for inner in self._words_of(home, call):
                if inner[1].arg == "io_manager_def":
                    found.add("")
                elif inner[1].arg == "io_manager_key":
                    found |= texts_of(self.evaluator, inner[0], inner[1].value) or {""}
        return frozenset(found or {DEFAULT_KEY})

    def _words_of(self, module: Module, call: ast.Call) -> Iterator[tuple[Module, ast.keyword]]:
        for word in call.keywords:
            if word.arg in _KEYS:
                yield module, word
            elif word.arg in _OUTPUTS:
                for inner in ast.walk(word.value):
                    if isinstance(inner, ast.keyword) and inner.arg in _KEYS:
                        yield module, inner
                    for value in self.evaluator.values(module, inner) if isinstance(inner, ast.Name) else ():
                        if isinstance(value, Made) and isinstance(value.call, ast.Call):
                            yield from (
                                (value.module, one) for one in value.call.keywords if one.arg in _KEYS
                            )

    # -- types

    def _is_plain(self, module: Module, node: ast.AST) -> bool:
        """Whether a type looks at nothing of an object that is one of legacy's, nor of a dict."""
        if isinstance(node, ast.Constant):
            if not isinstance(node.value, str):
                return True
            words = node.value.replace("[", " ").replace("]", " ").replace("|", " ").replace(",", " ").split()
            return all(word.rpartition(".")[2] in _PLAIN_WORDS for word in words)
        if isinstance(node, (ast.Name, ast.Attribute)):
            values = self.evaluator.values(module, node)
            if not values:
                return isinstance(node, ast.Name) and is_builtin(self.evaluator, module, node)
            return all(
                isinstance(value, External) and value.name.startswith(_PLAIN_TYPES) for value in values
            )
        if isinstance(node, (ast.Subscript, ast.BinOp, ast.Tuple, ast.List)):
            return all(
                self._is_plain(module, child)
                for child in ast.iter_child_nodes(node)
                if isinstance(child, ast.expr)
            )
        return False


def _spread_beside(node: ast.AST, keys: frozenset[str]) -> Iterator[ast.expr]:
    """What is merged into a dict that has one of some keys, and none for the IO manager: ``{**X, "dbt_cloud": y}``."""
    displays = [node] if isinstance(node, ast.Dict) else []
    merged: list[ast.expr] = []
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        sides = [node.left, node.right]
        displays = [side for side in sides if isinstance(side, ast.Dict)]
        merged = [side for side in sides if not isinstance(side, ast.Dict)]
    said = {key.value for one in displays for key in one.keys if isinstance(key, ast.Constant)}
    if said & keys and DEFAULT_KEY not in said:
        yield from merged
        yield from (
            value for one in displays for key, value in zip(one.keys, one.values, strict=True) if not key
        )


def _is_of_others(value: Value) -> bool:
    name = value.name if isinstance(value, External) else value.of if isinstance(value, Made) else ""
    return bool(name) and not name.startswith(("dagster", "legacy"))


def _checked(module: Module, node: ast.expr) -> str:
    shown = module.source_of(node).split("\n", 1)[0]
    return f"is checked by Dagster against the type `{shown}`, which cannot be traced: return a plain value from the op, `output.run_id`"


def _stored(manager: str) -> str:
    return f"is passed to the IO manager `{manager}`, which cannot be traced: return only the values that it stores"
