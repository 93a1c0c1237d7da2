"""Dagster's contexts, and definitions of others: what has a context, or is bound beside a resource, may ask for its key."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from ..dagster_api.contexts import is_context, is_logger
from ..dagster_api.decorators import (
    Function,
    decorators_of_dagster,
    resolved,
    taking_arguments,
    unknown_decorators,
)
from ..dagster_api.names import LOOKING
from ..inference.branches import EVERY_BRANCH
from ..inference.interpreter import Evaluator
from ..inference.legacy_names import RESOURCES
from ..inference.texts import text_of
from ..inference.values import External, Made, Member, Value, Values, root
from ..syntax.functions import composes, is_getattr, nodes_run_by, renamed
from ..syntax.scopes import Defined, Parameter
from ..syntax.source_module import FUNCTIONS, Module
from .carriers import Carriers
from .escape import Escape
from .followed import called_later
from .index import Index

_NOTHING: Values = frozenset()
_ASKING = frozenset({"getattr", "hasattr", "isinstance", "len", "type", "dir", "callable"})
"""Builtins that answer a part of what they get, or look at it."""
_TAKING = frozenset({"assets", "jobs", "schedules", "sensors", "asset_checks", "definitions"})
"""The parameters by which Dagster takes definitions that may ask for resources."""


def contexts_led_away(index: Index) -> Iterator[Escape]:
    """Each place at which something that is not followed gets to ask for a resource that something legacy is bound to."""
    if not index.bound_keys:
        return
    search = _Search(index)
    for path in sorted(index.tree.modules):
        yield from search.of(index.tree.modules[path])


@dataclass(frozen=True, eq=False)
class _Search:
    index: Index

    @property
    def evaluator(self) -> Evaluator:
        return self.index.evaluator

    @cached_property
    def carriers(self) -> Carriers:
        return Carriers(self.index, self.index.bound_keys)

    def of(self, module: Module) -> Iterator[Escape]:
        for node in module.of(*FUNCTIONS, ast.Call, ast.Name, ast.Attribute):
            if isinstance(node, FUNCTIONS):
                yield from self._decorated(module, node)
                yield from self._composed(module, node)
            elif isinstance(node, ast.Call):
                yield from self._bound_beside(module, node)
            if isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
                yield from self._held(module, node)

    # -- contexts

    def _held(self, module: Module, node: ast.AST) -> Iterator[Escape]:
        if not isinstance(node, (ast.Name, ast.Attribute, ast.Call)):
            return
        if RESOURCES in self.evaluator.values(module, node):
            keys = self.index.bound_keys
        elif isinstance(node, ast.Name) and is_context(self.evaluator, module, node):
            keys = self._required(module, module.function_of(node))
        else:
            return
        if keys and (not self._stays_in_sight(module, node) or self._is_copied(module, node)):
            shown = module.source_of(module.statement_of(node)).split("\n", 1)[0]
            said = f"takes its resources where they cannot be traced: `{shown}`. Pass on `context.resources.dbt_cloud` or what you read from it"
            yield Escape(module, node, _NOTHING, said, keys)

    def _stays_in_sight(self, module: Module, node: ast.expr) -> bool:
        above = module.parent(node)
        call = module.parent(above) if isinstance(above, ast.keyword) else above
        match above:
            case ast.Attribute(attr=name) if name in _ASKED_BY_TEXT:
                return False
            case ast.Attribute() | ast.Subscript() | ast.Compare() | ast.FormattedValue() | ast.Expr():
                return True
            case ast.Assign(targets=[ast.Name()]) | ast.withitem() | ast.For() | ast.comprehension():
                return True
            case ast.IfExp() | ast.BoolOp() | ast.NamedExpr():
                return self._stays_in_sight(module, above)
        if not isinstance(call, ast.Call):
            return isinstance(above, (ast.If, ast.While, ast.Assert, ast.AnnAssign))
        if is_getattr(call):
            # By which key `context.resources` is asked for one of them is found where that is followed.
            is_of_resources = RESOURCES in self.evaluator.values(module, node)
            return is_of_resources or bool(text_of(self.index.tree, module, call.args[1]))
        return self._is_in_sight(module, call)

    def _is_copied(self, module: Module, node: ast.expr) -> bool:
        """Whether a function of Python makes something else of all resources, which is handed on: ``vars(resources)``."""
        call = module.parent(node)
        if not isinstance(call, ast.Call) or RESOURCES not in self.evaluator.values(module, node):
            return False
        names = resolved(self.evaluator, module, call.func)
        is_of_python = bool(names) and all(
            name.partition(".")[0] in _KNOWN or "." not in name for name in names
        )
        is_read = isinstance(module.parent(call), (ast.Attribute, ast.Subscript, ast.Compare, ast.Expr))
        return is_of_python and not names & (LOOKING | _ASKING) and not is_read

    def _is_in_sight(self, module: Module, call: ast.Call) -> bool:
        callees = self.evaluator.values(module, renamed(call))
        if not callees:
            names = resolved(self.evaluator, module, call.func)
            return bool(names - {"vars"}) or self._is_of_dagster(module, call.func)
        is_followed = called_later(self.index, module, call) is not None
        return (is_followed or is_logger(self.evaluator, module, call.func)) or not any(
            _is_foreign(value) or _asks_by_text(value) or _is_of_object(value) for value in callees
        )

    def _is_of_dagster(self, module: Module, callee: ast.expr) -> bool:
        """Whether a callee is a method of a parameter that is annotated with a class of Dagster's, or of an own object."""
        if not isinstance(callee, ast.Attribute):
            return False
        base: ast.expr = callee.value
        while isinstance(base, (ast.Attribute, ast.Call, ast.Subscript)):
            base = base.func if isinstance(base, ast.Call) else base.value
        if not isinstance(base, ast.Name):
            return False
        if base.id in {"self", "cls"} or is_context(self.evaluator, module, base):
            return True
        for binding in self.index.tree.names(module).lookup(module, base.id, base):
            annotation = binding.arg.annotation if isinstance(binding, Parameter) else None
            if annotation is not None:
                names = resolved(self.evaluator, module, annotation)
                return bool(names) and all(name.startswith("dagster") for name in names)
        return False

    def _required(self, module: Module, function: ast.AST | None) -> frozenset[str]:
        """The keys of legacy resources that a function asks Dagster for."""
        if not isinstance(function, FUNCTIONS):
            return frozenset()
        asked = {
            inner.value
            for decorator in function.decorator_list
            for word in getattr(decorator, "keywords", ())
            if word.arg == "required_resource_keys"
            for inner in ast.walk(word.value)
            if isinstance(inner, ast.Constant) and isinstance(inner.value, str)
        }
        if asked or decorators_of_dagster(self.evaluator, module, function):
            arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
            asked |= {arg.arg for arg in arguments if arg.annotation is not None}
        return self.index.bound_keys & asked

    def _decorated(self, module: Module, function: Function) -> Iterator[Escape]:
        keys = self._required(module, function)
        find = unknown_decorators if keys and self._answers_legacy(module, function) else taking_arguments
        unknown = find(self.evaluator, module, function) if keys else []
        for decorator in unknown[:1]:
            said = f"gets the arguments of `{function.name}`, and cannot be traced: put the decorator on a function that does not take the resource"
            yield Escape(module, decorator, _NOTHING, said, keys)

    def _answers_legacy(self, module: Module, function: Function) -> bool:
        """Whether a function answers something legacy, which others may get something else in place of."""
        return any(
            self.carriers.of_all(self.evaluator.values(module, node.value))
            for node in nodes_run_by(function)
            if isinstance(node, (ast.Return, ast.Yield, ast.YieldFrom)) and node.value is not None
        )

    # -- definitions of others

    def _composed(self, module: Module, function: Function) -> Iterator[Escape]:
        """``@job def nightly(): clean()``: an op of another package may ask for any key that is bound."""
        if not composes(function):
            return
        for node in nodes_run_by(function):
            if isinstance(node, ast.Call) and self._is_foreign_call(module, node):
                said = "may use the resource: it is an op of a package that the codemod does not read. Bind the resource under another key for your own ops"
                yield Escape(module, node.func, _NOTHING, said, self.index.bound_keys)

    def _is_foreign_call(self, module: Module, call: ast.Call) -> bool:
        return self._is_of_others(module, renamed(call))

    def _is_of_others(self, module: Module, node: ast.expr) -> bool:
        """Whether an expression is something of a package that is not read."""
        return any(map(_is_foreign, self.evaluator.values(module, node))) and not self._is_of_tree(
            module, node
        )

    def _is_of_tree(self, module: Module, node: ast.expr) -> bool:
        """Whether an expression is a file of the tree that names nothing legacy, or what is defined there, called or not."""
        called = node.func if isinstance(node, ast.Call) else node
        homes = self.evaluator.modules_named.homes
        files = homes(module, called, EVERY_BRANCH)
        if None not in files:
            return called is node and not any(one is not None and self._hands_on_others(one) for one in files)
        holders = homes(module, called.value, EVERY_BRANCH) if isinstance(called, ast.Attribute) else [None]
        return all(home is not None and self._is_defined(home, called) for home in holders)

    def _hands_on_others(self, home: Module) -> bool:
        """Whether a file has a name of a package that is not read, and makes no use of it: assets to be collected, perhaps."""
        read = {node.id for node in home.of(ast.Name) if isinstance(node.ctx, ast.Load)}
        tree = self.index.tree
        return any(
            (alias.asname or alias.name) not in read
            for node in home.tree.body
            if isinstance(node, ast.ImportFrom) and tree.resolve(home, node.module or "", node.level) is None
            if _is_foreign(External(node.module or ""))
            for alias in node.names
        )

    def _is_defined(self, home: Module, node: ast.expr) -> bool:
        name = node.attr if isinstance(node, ast.Attribute) else ""
        bound = self.evaluator.star_imports.bound_at_end(home, name)
        return bool(bound) and all(isinstance(one, Defined) for one in bound)

    def _bound_beside(self, module: Module, call: ast.Call) -> Iterator[Escape]:
        """``Definitions(assets=theirs, resources={"dbt_cloud": cloud})``: what others define may ask for the key."""
        names = resolved(self.evaluator, module, call.func)
        if not names & {"dagster.Definitions", "dagster.with_resources", "dagster.RepositoryData"}:
            return
        keys = self._keys_bound_by(call)
        given = [word.value for word in call.keywords if word.arg in _TAKING]
        given += call.args[:1] if "dagster.with_resources" in names else []
        for argument in given if keys else []:
            for inner in ast.walk(argument):
                if isinstance(inner, (ast.Name, ast.Attribute, ast.Call)) and self._is_of_others(
                    module, inner
                ):
                    said = "may use the resource that is bound beside it: it is from a package that the codemod does not read. Bind the resource under another key for your own code"
                    yield Escape(module, inner, _NOTHING, said, keys)
                    return

    def _keys_bound_by(self, call: ast.Call) -> frozenset[str]:
        given = [
            word.value for word in call.keywords if word.arg in {"resources", "resource_defs"}
        ] or call.args[1:2]
        texts = {
            inner.value
            for argument in given
            for inner in ast.walk(argument)
            if isinstance(inner, ast.Constant) and isinstance(inner.value, str)
        }
        is_written = all(isinstance(argument, ast.Dict) for argument in given)
        return (
            self.index.bound_keys & texts if is_written else self.index.bound_keys if given else frozenset()
        )


def _is_of_object(value: Value) -> bool:
    """Whether something is a method of an object that another package than Dagster's makes, which may keep what it gets."""
    base = root(value)
    return (
        isinstance(value, Member)
        and isinstance(base, Made)
        and not base.of.startswith(("dagster", "legacy."))
    )


def _asks_by_text(value: Value) -> bool:
    """Whether something reads attributes that a string names: ``attrgetter("resources.dbt_cloud")``."""
    return isinstance(value, Made) and value.of in {"operator.attrgetter", "operator.methodcaller"}


_ASKED_BY_TEXT = frozenset({"__getattribute__", "__getattr__", "__dict__"})


def _is_foreign(value: Value) -> bool:
    """Whether a value is of a package that is neither Dagster's, nor Python's, nor the legacy one."""
    name = value.name if isinstance(value, External) else value.of if isinstance(value, Made) else ""
    package = name.partition(".")[0]
    return bool(package) and not package.startswith("dagster") and package not in _KNOWN


_KNOWN = sys.stdlib_module_names | {"legacy", "legacy_shim", "context", "pydantic", "pytest", "datetime"}
