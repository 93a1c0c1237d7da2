"""What is read of something that is not known, as code reads a run, while ops and assets hand runs on out of sight.

    @asset(name=f"{team}_ran")                  the key is computed
    def ran(context): return context.resources.dbt_cloud.run_job_and_poll(67890)

    @asset(ins={"ran": AssetIn(f"{team}_ran")})
    def told(ran): print(ran.job_name)          may be that run

Dagster hands on by keys, and by the names of ops; a module hands out what code looks up in it. Where both ends are known
the value is followed. Here one of them is not, and they may be the same.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from ..dagster_api.asset_inputs import name_loaded_by, name_of_asset
from ..dagster_api.decorators import Function, decorators_of_dagster
from ..dagster_api.names import HANDING_ON
from ..dagster_api.op_outputs import outputs_yielded
from ..inference.interpreter import Evaluator
from ..inference.legacy_names import is_op, is_output
from ..inference.values import (
    External,
    InTree,
    Local,
    Made,
    Member,
    Result,
    Value,
    Values,
    legacy_name,
    root,
)
from ..project.prefilter import loads_computed_asset, reads_outputs
from ..syntax.classes import is_own_object
from ..syntax.functions import composes, decorator_name, is_getattr, returns_of
from ..syntax.scopes import Assigned, Binding, Imported, Iterated, Parameter
from ..syntax.source_module import FUNCTIONS, Module
from .carriers import NONE, Carriers, kind_carried
from .escape import Escape
from .index import Index

_READ = frozenset(
    {
        *("run_id", "job_id", "job_name", "run_details", "run_status", "result", "docs_url", "get_artifact"),
        *("is_successful", "created_at", "updated_at", "dequeued_at", "started_at", "finished_at"),
    }
)
"""What a run has, on the facade or in dagster_dbt."""
_METHODS = frozenset({"get_artifact"})
_OF_ASSETS = frozenset({"asset", "multi_asset", "graph_asset", "graph_multi_asset"})
_LOOKING_UP = frozenset({"globals", "locals", "vars"})
_IMPORTING = frozenset({"import_module", "__import__"})
_OVER_OTHERS = frozenset({"sorted", "min", "max", "map", "filter"})
_CONTEXT = "context"
_HOLDING = frozenset({"dict", "object", "list", "tuple"})
_DEEPEST = 12
_WRITE = "write the keys of assets as strings, call ops by their names, and import names"


def runs_read_elsewhere(index: Index, carriers: Carriers) -> Iterator[Escape]:
    """Each such place, and the runs that may come there."""
    search = _Search(index, carriers)
    if not (search.by_key or search.unmatched or search.kept_in_modules):
        return
    for module in index.tree.modules.values():
        for read, receiver in _reads(module):
            if not search.may_be_run(module, receiver):
                continue
            carried = search.reaching(module, receiver)
            if carried:
                yield Escape(
                    module, read, carried, f"may be read of a run that an op or asset hands on: {_WRITE}"
                )
    yield from search.read_in_files_aside()


def _reads(module: Module) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Where a file reads what a run has, and of what."""
    for node in module.of(ast.Attribute, ast.Call):
        if isinstance(node, ast.Attribute):
            call = module.parent(node)
            is_called = isinstance(call, ast.Call) and call.func is node
            if node.attr in _READ and isinstance(node.ctx, ast.Load) and is_called == (node.attr in _METHODS):
                yield node, node.value
        elif isinstance(node, ast.Call) and is_getattr(node):
            name = node.args[1]
            if not isinstance(name, ast.Constant) or name.value in _READ:
                yield node, node.args[0]


@dataclass(frozen=True, eq=False)
class _Search:
    index: Index
    carriers: Carriers

    @property
    def evaluator(self) -> Evaluator:
        return self.index.evaluator

    # -- what is handed on

    @cached_property
    def by_key(self) -> Values:
        """The runs that assets hand on whose keys are written: only what loads them by a computed one is out of sight."""
        return NONE.union(*(runs for _, function, runs in self._handing if name_of_asset(function)))

    @cached_property
    def unmatched(self) -> Values:
        """The runs of assets whose keys are not written, and of ops of which not every use is a call in a job's body."""
        found = [runs for module, function, runs in self._handing if not self._is_matched(module, function)]
        return NONE.union(*found, self._of_run_ops)

    @cached_property
    def kept_in_modules(self) -> Values:
        """The runs that a name at the top of a module stands for, or holds."""
        names = (
            self.evaluator.global_values(module, name)
            for module in self.index.tree.modules.values()
            for name in self.index.tree.names(module).tables.get(module.tree, {})
        )
        held = (frozenset(one for one in values if not isinstance(one, Local)) for values in names)
        return NONE.union(*map(self._runs_in, held))

    @cached_property
    def _handing(self) -> list[tuple[Module, Function, Values]]:
        """The ops and assets that hand on runs."""
        found = []
        for module in self.index.tree.modules.values():
            for node in module.of(*FUNCTIONS):
                if not decorators_of_dagster(self.evaluator, module, node) & HANDING_ON:
                    continue
                answers = (*returns_of(node), *outputs_yielded(node))
                runs = NONE.union(
                    *(self._runs_in(self.evaluator.values(module, answer)) for answer in answers)
                )
                if runs:
                    found.append((module, node, runs))
        return found

    def _runs_in(self, values: Values) -> Values:
        return frozenset(one for one in self.carriers.of_all(values) if kind_carried(one) == "output")

    def _is_matched(self, module: Module, function: Function) -> bool:
        if decorators_of_dagster(self.evaluator, module, function) & _OF_ASSETS:
            return bool(name_of_asset(function))
        calls = self.evaluator.calls
        given = list(calls.uses_as_value(function))
        return bool(calls.calling(function) or given) and all(_is_mapped(*use) for use in given)

    @cached_property
    def _of_run_ops(self) -> Values:
        """The run ops that no job is seen to call, or that are given to something."""
        called: set[Value] = set()
        found: set[Value] = set()
        given: set[Value] = set()
        for reference in self.index.references:
            module, last = reference.module, reference.chain[-1]
            for link in reference.chain:
                values = self.index.values(module, link)
                found |= {one for one in values if isinstance(one, Made) and is_op(one)}
                called |= {root(one) for one in values if is_output(one)}
            if isinstance(module.parent(last), (ast.Call, ast.keyword)):
                given |= set(filter(is_op, self.index.values(module, last)))
        return frozenset(found - called | given)

    @cached_property
    def _are_keys_computed(self) -> bool:
        """Whether an asset is loaded somewhere whose key is not written there."""
        return any(map(loads_computed_asset, self.index.tree.data.values()))

    # -- who may get it

    def reaching(self, module: Module, receiver: ast.expr) -> Values:
        """The runs that something may be that is not known."""
        loads = self._loads(module, receiver)
        if loads == "":
            return self.by_key | self.unmatched
        return self.unmatched if loads is not None else self.unmatched | self.kept_in_modules

    def _loads(self, module: Module, receiver: ast.expr, depth: int = _DEEPEST) -> str | None:
        """The asset that a parameter loads, or is given by who loads it; empty for one that is not written, None for none."""
        found: str | None = None
        while isinstance(receiver, (ast.Subscript, ast.Await)):
            receiver = receiver.value
        for binding in self._bindings(module, receiver):
            if isinstance(binding, (Assigned, Iterated)) and depth:
                of_value = [self._loads(module, one, depth - 1) for one in _parts(binding.value)]
                if "" in of_value:
                    return ""
                found = next((one for one in of_value if one is not None), found)
            if not isinstance(binding, Parameter):
                continue
            function = binding.function
            if not isinstance(function, FUNCTIONS):
                return ""
            by_dagster = decorators_of_dagster(self.evaluator, module, function)
            if not by_dagster or "op" in by_dagster:
                is_open = not depth or any(self.evaluator.calls.uses_as_value(function))
                given = self.evaluator.calls.arguments(function, binding.arg.arg)
                is_open = is_open or any(self._loads(*one, depth - 1) == "" for one in given)
                is_open = is_open or (not given and self._are_keys_computed)
                return "" if is_open else None
            found = name_loaded_by(function, binding.arg.arg)
            if "asset_check" in by_dagster and not self.evaluator.calls.assets_named(found):
                return ""
        return found

    def _bindings(self, module: Module, node: ast.expr) -> list[Binding]:
        return self.evaluator.bound(module, node) if isinstance(node, ast.Name) else []

    def may_be_run(self, module: Module, node: ast.expr, depth: int = _DEEPEST) -> bool:
        """Whether something that is not known may be what an op or asset hands on, or what a module holds."""
        values = self.index.values(module, node)
        if depth and isinstance(node, (ast.List, ast.Tuple, ast.Set)):
            return any(self.may_be_run(module, one, depth - 1) for one in node.elts)
        if not depth or values:
            return any(isinstance(one, (Member, Result)) and _is_imported_by_text(one) for one in values)
        match node:
            case ast.Name():
                bindings = self._bindings(module, node)
                return any(self._may_stand_for_run(module, node, one, depth - 1) for one in bindings)
            case ast.Attribute(value=base):
                return self._is_module(module, base)
            case ast.Subscript(value=ast.Attribute(attr="__dict__")):
                return True
            case ast.Subscript(value=ast.Call(func=ast.Name(name))) if name in _LOOKING_UP:
                return True
            case ast.Subscript(value=base) | ast.Await(value=base):
                return self.may_be_run(module, base, depth - 1)
            case ast.Call() if is_getattr(node):
                return self._is_module(module, node.args[0])
            case ast.Call(func=ast.Attribute(value=ast.Call(func=ast.Name(name)))):
                return name in _LOOKING_UP
        return False

    def _may_stand_for_run(self, module: Module, node: ast.Name, binding: Binding, depth: int) -> bool:
        match binding:
            case Parameter():
                return self._may_be_given_run(module, node, binding, depth)
            case Assigned(value=value) | Iterated(value=value):
                return self.may_be_run(module, value, depth)
            case Imported():
                return self._comes_from_tree(module, binding)
        return False

    def _may_be_given_run(self, module: Module, node: ast.Name, binding: Parameter, depth: int) -> bool:
        function, arg = binding.function, binding.arg
        if isinstance(function, ast.Lambda):
            call = module.parent(function)
            call = module.parent(call) if isinstance(call, ast.keyword) else call
            if isinstance(call, ast.Call) and decorator_name(call) in _OVER_OTHERS:
                return any(self.may_be_run(module, one, depth) for one in call.args)
            return True
        if is_own_object(module, node) or arg.arg.endswith(_CONTEXT):
            return False
        if arg.annotation is not None and not self._may_mean_run(module, arg.annotation):
            return False
        if decorators_of_dagster(self.evaluator, module, function):
            return True
        given = self.evaluator.calls.arguments(function, arg.arg)
        return not given or any(self.may_be_run(caller, one, depth) for caller, one in given)

    def _may_mean_run(self, module: Module, annotation: ast.expr) -> bool:
        """Whether something that is annotated so may be a run: not where another class, or a plain one, is named."""
        if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
            return not annotation.value.endswith("Context")
        named = self.evaluator.values(module, annotation)
        if not named:
            return not isinstance(annotation, ast.Name) or annotation.id in _HOLDING
        return any(legacy_name(one) or one == External("typing.Any") for one in named)

    def _is_module(self, module: Module, node: ast.expr) -> bool:
        """Whether something is a module of the tree, or one that code imports by a string."""
        values = self.index.values(module, node)
        if values:
            return any(isinstance(one, InTree) for one in values)
        match node:
            case ast.Call():
                return decorator_name(node) in _IMPORTING
            case ast.Subscript(value=base):
                return External("sys.modules") in self.index.values(module, base)
            case ast.Name():
                return any(
                    isinstance(one, Imported) and self._comes_from_tree(module, one)
                    for one in self._bindings(module, node)
                )
        return False

    def _comes_from_tree(self, module: Module, binding: Imported) -> bool:
        return self.index.tree.resolve(module, binding.module, binding.level) is not None

    # -- files that are not looked into

    def read_in_files_aside(self) -> Iterator[Escape]:
        """The runs handed on by a key or name that is not known, where other files may read what a run has."""
        tree = self.index.tree
        aside = (data for path, data in tree.data.items() if path not in tree.modules)
        if not any(map(reads_outputs, aside)):
            return
        for module, function, runs in self._handing:
            if runs <= self.unmatched and not self._is_matched(module, function):
                for answer in (*returns_of(function), *outputs_yielded(function)):
                    carried = self._runs_in(self.evaluator.values(module, answer))
                    if carried:
                        said = f"is handed on by a key or name that cannot be traced: {_WRITE}"
                        yield Escape(module, answer, carried, said)


def _parts(value: ast.expr) -> list[ast.expr]:
    """What stands in a display, or an expression itself."""
    return [*value.elts] if isinstance(value, (ast.List, ast.Tuple, ast.Set)) else [value]


def _is_mapped(module: Module, node: ast.expr) -> bool:
    """Whether an op runs for each of what another one answers, which is answered for where it is: ``ids().map(op)``."""
    call = module.parent(node)
    return isinstance(call, ast.Call) and decorator_name(call) == "map" and composes(module.function_of(call))


def _is_imported_by_text(value: Value) -> bool:
    """Whether a value is reached from a module whose name is not known."""
    base = root(value)
    return isinstance(base, Made) and base.of.rpartition(".")[2] in _IMPORTING
