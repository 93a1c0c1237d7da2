"""A value that is given to a call: accounted for by a rule that names what is called, or an escape."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from ..dagster_api.contexts import writes_down
from ..dagster_api.decorators import decorators_of_dagster, is_builtin, may_be_builtin, unknown_decorators
from ..dagster_api.names import (
    CHAINING,
    CONFIGURING,
    CONTEXT_BUILDERS,
    COPYING,
    COPYING_OBJECTS,
    LOOKING,
    LOOPING,
    MEASURING,
    SAME,
    SCALARS,
    TYPING,
)
from ..dagster_api.op_outputs import wraps_as_output
from ..inference.copied_objects import objects_copied
from ..inference.interpreter import Evaluator
from ..inference.legacy_names import is_op
from ..inference.values import (
    LEGACY,
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
    root,
)
from ..syntax.functions import composes, renamed, returns_of, takes_context
from ..syntax.handed_calls import takes_part
from ..syntax.own_objects import is_new_object
from ..syntax.source_module import FUNCTIONS, Module
from ..syntax.wrapped_loads import LOADER
from .by_hand import of_call
from .callees import is_all_known
from .carriers import NONE, Carriers, is_asked_its_name, is_class, is_dict, is_function, kind_carried
from .dispatched import reads_a_plain_method
from .followed import called_later, is_followed, is_kept_in_namespace
from .index import Index
from .loops import has_key, is_looped_over
from .patched_names import is_replaced_by_test
from .spread_over import is_spread_over
from .uses import ADDING, EXTENDING, Argument, is_dict_call, use_of

ACCOUNTED = ""
"""What is said of a use that is no escape."""
_BY_HAND = (
    "call the client's method here, or pass a function that does, `lambda: client.run_job_and_poll(67890)`"
)
_LOAD_BY_NAME = "call `load_assets_from_dbt_cloud_job` by its own name, in the branch that it belongs to"
_BIND_IT = "bind the resource that makes the client, and call `.get_dbt_client()` where you use it"
_READ_HERE = "read what you need here and pass that on"
_OF_DEFINITIONS = frozenset({"resource", "load", "op"})
_RESOURCES = frozenset({"resources", "resource_defs", "resource_defs_by_key"})
_BINDING_METHODS = frozenset({"to_job", "execute_in_process", "with_resources", "configured"})


@dataclass(frozen=True, eq=False)
class Arguments:
    """Judges what calls are given, with what is known of a tree."""

    index: Index
    carriers: Carriers

    @property
    def evaluator(self) -> Evaluator:
        return self.index.evaluator

    def of(self, module: Module, node: ast.expr, value: Value, call: ast.Call) -> str:
        handed = called_later(self.index, module, call)
        if handed is not None and self._is_handed_on(module, node, value, call, handed):
            return ACCOUNTED
        if is_new_object(module.function_of(call), call):
            return ACCOUNTED  # It answers an object of the class.
        if is_replaced_by_test(self.index, module, value, call):
            return ACCOUNTED
        use = use_of(module, node)
        is_kept = isinstance(use, Argument) and is_kept_in_namespace(self.index, use)
        if is_kept or self._stands_in_dict(module, node, call):
            return ACCOUNTED  # The dict, or the object, carries it now, and its own uses are judged.
        callees = [one for one in self.evaluator.called(module, renamed(call)) if not _is_of_list(one)]
        said = self._lost_in(module, node, value, call)
        if not callees:
            return ACCOUNTED if self._by_unresolved(module, node, value, call) else said
        if may_be_builtin(self.evaluator, module, call.func):
            return said
        if all(self._takes(module, node, value, call, callee) for callee in callees):
            return ACCOUNTED
        return said

    def _stands_in_dict(self, module: Module, node: ast.expr, call: ast.Call) -> bool:
        """Whether a value gets a name in ``dict(name=value)``."""
        above = module.parent(node)
        is_named = isinstance(above, ast.keyword) and above.arg is not None
        is_dict = is_dict_call(call) and isinstance(call.func, ast.Name)
        return is_named and is_dict and is_builtin(self.evaluator, module, call.func)  # type: ignore[arg-type]

    def _is_handed_on(
        self, module: Module, node: ast.expr, value: Value, call: ast.Call, handed: ast.Call
    ) -> bool:
        """Whether another thread calls a function of the tree with a value, or is given that function, which keeps nothing."""
        functions = self.evaluator.values(module, handed.func)
        if not functions or not all(self._is_plain_function(one) for one in functions):
            return False
        if node is handed.func:
            return not self.answered_by(value)
        if isinstance(value, Literal) and isinstance(node, (ast.Tuple, ast.List, ast.Dict)):
            inside = [*handed.args, *(word.value for word in handed.keywords)]
            carrying = [one for one in inside if self.carriers.of_all(self.evaluator.values(module, one))]
            uses = [Argument(module=module, node=one, call=call) for one in carrying]
            return takes_part(call, node) and all(is_followed(self.index, use) for use in uses)
        return takes_part(call, node) and self._is_followed(module, node)

    def _is_plain_function(self, value: Value) -> bool:
        return (
            isinstance(value, Local)
            and isinstance(value.node, FUNCTIONS)
            and not unknown_decorators(self.evaluator, value.module, value.node)
            and not decorators_of_dagster(self.evaluator, value.module, value.node)
        )

    def answered_by(self, value: Value) -> Values:
        """What something legacy a function answers, which goes to whoever has another thread call it."""
        if not isinstance(value, Local) or not isinstance(value.node, FUNCTIONS):
            return NONE
        answers = (self.evaluator.values(value.module, one) for one in returns_of(value.node))
        return frozenset().union(*(self.carriers.of_all(one) for one in answers))

    def _lost_in(self, module: Module, node: ast.expr, value: Value, call: ast.Call) -> str:
        """Why a call takes a value out of sight, and what to write by hand."""
        shown = f"is passed to `{_shown(module, call)}(...)`"
        for callee in in_order(self.evaluator.values(module, renamed(call))):
            if isinstance(callee, Local) and isinstance(callee.node, ast.FunctionDef | ast.AsyncFunctionDef):
                for decorator in unknown_decorators(self.evaluator, callee.module, callee.node)[:1]:
                    text = callee.module.source_of(decorator).split("\n", 1)[0]
                    return f"{shown}, whose decorator `@{text}` cannot be traced: take it off `{callee.node.name}`, and write what it does into that function"
        kinds = {kind_carried(one) for one in self.carriers.of(value)}
        by_hand = _BY_HAND if kinds & {"client", "resource"} else _READ_HERE
        if External(f"{LEGACY}{LOADER}") in self.evaluator.values(module, renamed(call)):
            by_hand = _LOAD_BY_NAME
        if any(word.value is node and word.arg in _RESOURCES for word in call.keywords):
            by_hand = _BIND_IT
        return f"{shown}, which cannot be traced: {of_call(module, node, call) or by_hand}"

    def _by_unresolved(self, module: Module, node: ast.expr, value: Value, call: ast.Call) -> bool:
        """Whether a call of something that is no value here is accounted for: a builtin, or a method of a container."""
        callee = call.func
        if isinstance(callee, ast.Name):
            return is_builtin(self.evaluator, module, callee) and self._by_name(
                module, node, value, call, callee.id
            )
        if not isinstance(callee, ast.Attribute):
            return False
        if isinstance(callee.value, (ast.Constant, ast.JoinedStr)):
            return True
        if writes_down(self.evaluator, module, node, call):
            return True
        if callee.attr in ADDING | EXTENDING | {"setdefault", "get", "pop"}:
            held = self.evaluator.values(module, callee.value)
            is_list = bool(held) and all(isinstance(one, Literal) or is_list_of_modules(one) for one in held)
            if callee.attr == "update" and any(map(is_dict, held)) and self.carriers.holds_pairs(value):
                return False  # The pairs of `x.update([("key", value)])` are not followed.
            return is_list and (callee.attr != "setdefault" or self._is_noted(module, value, call))
        return callee.attr in _BINDING_METHODS and self._binds(module, node, value, call)

    def _is_noted(self, module: Module, value: Value, call: ast.Call) -> bool:
        """Whether what ``setdefault`` puts into a dict is found there again: no resource, and its key is written or its answer unused."""
        is_written = bool(call.args) and isinstance(call.args[0], ast.Constant)
        is_found = is_written or isinstance(module.parent(call), ast.Expr)
        return is_found and not any(kind_carried(one) == "resource" for one in self.carriers.of(value))

    def _binds(self, module: Module, node: ast.expr, value: Value, call: ast.Call) -> bool:
        above = module.parent(node)
        named = above.arg if isinstance(above, ast.keyword) else ""
        return (named in _RESOURCES or call.args[:1] == [node]) and self._is_definition(value)

    def _is_definition(self, value: Value) -> bool:
        """Whether all that a value carries are definitions, which Dagster takes and hands to what asks for them by key."""
        match value:
            case Literal():
                inside = self.evaluator.element_values(value)
                return all(self._is_definition(one) for one in inside if self.carriers.of(one))
            case Instance(owner):
                return self.evaluator.objects.derives_from(owner, "dagster.")
            case Made() | External():
                return kind_carried(value) in _OF_DEFINITIONS
        return False

    def _by_name(self, module: Module, node: ast.expr, value: Value, call: ast.Call, name: str) -> bool:
        """Whether a call of a function of this name, of Python or another package, is accounted for."""
        if name in LOOKING:
            return True
        if name in MEASURING:
            return isinstance(value, Literal) or is_load(value)
        if name == "isinstance":
            return self._is_own(value) or (len(call.args) == 2 and self._is_of_no_use(module, call.args[1]))
        if name == "getattr":
            return call.args[:1] == [node] and reads_a_plain_method(self.carriers, value, call)
        if name == "hasattr":
            return (isinstance(value, Instance) or is_class(value)) and call.args[:1] == [node]
        if name == "type":
            return isinstance(value, Instance) and is_asked_its_name(module, call)
        if name in COPYING_OBJECTS:
            return bool(objects_copied(self.evaluator, module, call))
        if name in SAME:
            return call.args[SAME[name] : SAME[name] + 1] == [node]
        if name in COPYING | CHAINING:
            return (is_load(value) or isinstance(value, Literal)) and not has_key(call)
        if name in LOOPING:
            return (is_load(value) or isinstance(value, Literal)) and is_looped_over(module, call)
        if name == "functools.wraps":
            return is_function(
                value
            )  # It copies the name; who calls the function calls it by a name of the code.
        return name.startswith(TYPING) and (is_class(value) or is_function(value))

    def _is_own(self, value: Value) -> bool:
        """Whether a value is an object or a class of the user's, or several of these: they are what they were."""
        if isinstance(value, Literal):
            inside = self.evaluator.element_values(value)
            return all(is_class(one) for one in inside if self.carriers.of(one))
        return isinstance(value, Instance) or is_class(value)

    def _is_of_no_use(self, module: Module, classes: ast.expr) -> bool:
        """Whether classes are ones that nothing legacy is of, nor what takes its place in v2."""
        named = classes.elts if isinstance(classes, ast.Tuple) else [classes]
        return all(
            isinstance(one, ast.Name) and is_builtin(self.evaluator, module, one) and one.id in SCALARS
            for one in named
        )

    def _takes(self, module: Module, node: ast.expr, value: Value, call: ast.Call, callee: Value) -> bool:
        match callee:
            case External(name) if name.startswith("legacy."):
                # All that the run op takes is `start_after`, of which it gets nothing.
                is_order = is_op(callee) and composes(module.function_of(call))
                return is_order or self._is_definition(value)
            case External(name) if name.startswith("dagster."):
                return self._dagster_takes(module, node, value, call, name)
            case External(name):
                return self._by_name(module, node, value, call, name)
            case Local(inner, ast.FunctionDef() | ast.AsyncFunctionDef() as function):
                if isinstance(value, Made) and value.of.startswith(CONTEXT_BUILDERS):
                    return bool(decorators_of_dagster(self.evaluator, inner, function))
                is_known = not unknown_decorators(self.evaluator, inner, function)
                return is_known and (
                    self._is_followed(module, node)
                    or is_spread_over(self.index, module, node, value, self.carriers.of_all)
                )
            case Local(node=ast.ClassDef()):
                return self.evaluator.objects.is_plainly_made(callee) and self._is_followed(module, node)
            case Member() | Made() | Result() if self.carriers.is_legacy(callee):
                return True
            case Member() if isinstance(value, Made) and value.of.startswith(CONTEXT_BUILDERS):
                made_by = root(
                    callee
                )  # What Dagster made hands it to functions that ask for what it holds by key.
                return isinstance(made_by, Made) and made_by.of.startswith("dagster.")
            case Member():
                named = call.func.attr if isinstance(call.func, ast.Attribute) else ""
                return writes_down(self.evaluator, module, node, call) or (
                    named in _BINDING_METHODS and self._binds(module, node, value, call)
                )
        return False

    def _dagster_takes(self, module: Module, node: ast.expr, value: Value, call: ast.Call, name: str) -> bool:
        if any(kind_carried(one) == "op" for one in self.carriers.of(value)):
            return name == CONFIGURING and call.args[:1] == [node]  # Others wire ops, by their names.
        if wraps_as_output(module, call):
            return value in self.evaluator.values(module, call)
        if is_class(value):
            return True
        return not is_function(value) and self._is_definition(value)

    def _is_followed(self, module: Module, node: ast.expr) -> bool:
        above = module.parent(node)
        if isinstance(above, ast.Starred) or (isinstance(above, ast.keyword) and above.arg is None):
            return False
        use = use_of(module, node)
        if not isinstance(use, Argument):
            return False
        return is_followed(self.index, use) or self._says_order_alone(module, use)

    def _says_order_alone(self, module: Module, use: Argument) -> bool:
        """Whether an op that is called takes an input under no parameter: Dagster hands it nothing then."""
        callee = renamed(use.call)
        ops = [one for one in self.evaluator.values(module, callee) if isinstance(one, Local)]
        return (
            composes(module.function_of(use.call))
            and bool(ops)
            and is_all_known(self.evaluator, module, callee)
            and all(self._has_no_parameter(one, use) for one in ops)
        )

    def _has_no_parameter(self, op: Local, use: Argument) -> bool:
        function = op.node
        if not isinstance(function, FUNCTIONS):
            return False
        if not decorators_of_dagster(self.evaluator, op.module, function):
            return False
        arguments = function.args
        named = [arg.arg for arg in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
        own = named[1:] if named and takes_context(function, named[0]) else named
        is_open = arguments.kwarg is not None or arguments.vararg is not None
        return not is_open and (use.name not in named if use.name else not own)


def _is_of_list(callee: Value) -> bool:
    """Whether something called is a method of the list that Dagster collects."""
    return isinstance(callee, Member) and is_list_of_modules(callee.of)


def _shown(module: Module, call: ast.Call) -> str:
    return module.source_of(call.func).replace("\n", " ")
