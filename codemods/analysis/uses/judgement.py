"""One use of a value that carries something legacy: accounted for by a rule that names it, or an escape.

A use is accounted for where the interpreter follows the value to what comes of it, whose uses are judged in turn; where
the use only looks at the value; or where a construct answers for all that is done there. Everything else is an escape.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cached_property

from ..dagster_api.decorators import decorators_of_dagster, unknown_decorators
from ..dagster_api.io_managers import LOADING_INPUTS
from ..dagster_api.names import HANDING_ON
from ..dagster_api.op_outputs import wraps_as_output
from ..dagster_api.resource_functions import RESOURCE
from ..inference.interpreter import Evaluator
from ..inference.managers import handed_out, is_managed
from ..inference.values import (
    External,
    Instance,
    Keyed,
    Literal,
    Local,
    Made,
    Value,
    is_load,
    kept_in_namespace,
    legacy_name,
)
from ..syntax.classes import attribute_of_class, attribute_of_self, is_unpacked_into
from ..syntax.fixtures import is_fixture
from ..syntax.functions import CALLED_AS
from ..syntax.generators import yielded_by
from ..syntax.own_objects import answers_own_object
from ..syntax.source_module import FUNCTIONS, Module
from .answered_otherwise import answered_by_another, answered_by_getattr, bound_to_another
from .arguments import ACCOUNTED, Arguments
from .beside_others import beside_others, is_foreign
from .bound_functions import keys_of_answer
from .by_hand import of_lambda
from .carriers import Carriers, is_asked_its_name, is_class, is_dict, is_function, kind_carried
from .hashing import is_hashed, is_put_into_set
from .index import Index
from .loops import is_looped_over
from .uses import ADDING, EXTENDING, enclosing_annotation, is_values_view

_HANDING_OUT = frozenset({"__enter__", CALLED_AS})
"""Special methods whose answers are followed."""
_READING = frozenset({"get", "pop", "setdefault", "copy"})
_VIEWING = frozenset({"items", "values", "keys"})
_PLAIN = frozenset({"remove", "index", "count", "clear", "discard", "reverse"})
_ON_CLASS = "is an attribute of a class: move it to the top level of the module, or to `__init__`"
_BIND_IT = 'bind the resource itself, `resources={"dbt_cloud": DbtCloudClientResource(...)}`'


_BUILD_IT = (
    "build the client in that function, `return DbtCloudClient(auth_token=..., account_id=...)`, and write the key in quotes "
    "where you bind it"
)

_OF_TUPLES = frozenset({"_asdict", "_fields", "_make", "_replace"})
"""What named tuples have beside their fields."""


@dataclass(frozen=True, eq=False)
class Judge:
    """Judges the uses of values, with what is known of a tree."""

    index: Index
    carriers: Carriers

    @cached_property
    def arguments(self) -> Arguments:
        """Judges what calls are given."""
        return Arguments(self.index, self.carriers)

    @property
    def evaluator(self) -> Evaluator:
        return self.index.evaluator

    def of(self, module: Module, node: ast.expr, value: Value) -> str:
        """Why the use of ``value`` at ``node`` is an escape; empty where it is accounted for."""
        if enclosing_annotation(module, node):
            return ACCOUNTED
        if is_hashed(self.evaluator, self.carriers, module, node, value):
            return "is hashed, and v2's run is a dict, which cannot be hashed: use `output.run_id` instead"
        if is_put_into_set(self.carriers, module, node, value):
            return "is put into a set, where v2's workspaces that are configured alike are one: use a list"
        for asked in (answered_by_another, bound_to_another):
            if said := asked(self.evaluator, self.carriers, module, node):
                return said
        above = module.parent(node)
        if isinstance(above, ast.expr):
            return self._in_expression(module, node, value, above)
        if isinstance(above, ast.keyword):
            call = module.parent(above)
            return (
                self.arguments.of(module, node, value, call)
                if isinstance(call, ast.Call)
                else "is a keyword of a class: build it in a method instead"
            )
        return self._in_statement(module, node, value, above)

    # -- in an expression

    def _in_expression(self, module: Module, node: ast.expr, value: Value, above: ast.expr) -> str:
        match above:
            case ast.Attribute() | ast.Subscript() if self._gets_a_part(module, above):
                return (
                    "gets a part of a sequence here, which cannot be traced: assign it on a line of its own"
                )
            case ast.Attribute():
                return self._attribute(module, value, above)
            case ast.Call(func=func) if func is node:
                return self._called(value)
            case ast.Call():
                return self.arguments.of(module, node, value, above)
            case ast.FormattedValue() | ast.UnaryOp(op=ast.Not()):
                return ACCOUNTED
            case ast.Compare():
                return self._compared(module, node, value, above)
            case ast.IfExp(test=test) if test is node:
                return ACCOUNTED
            case ast.Subscript(slice=inner) if inner is node:
                return ACCOUNTED
            case ast.Subscript():
                return self._subscript(value, above)
            case ast.List() | ast.Tuple() | ast.Set() | ast.ListComp() | ast.SetComp() | ast.GeneratorExp():
                return ACCOUNTED  # The display carries it now, and its own uses are judged.
            case ast.Dict(keys=keys):
                return "is the key of a dict: use a name or an id as the key" if node in keys else ACCOUNTED
            case ast.DictComp(key=key):
                return "is the key of a dict: use a name or an id as the key" if node is key else ACCOUNTED
            case ast.Lambda():
                return f"is what a lambda returns, which is not followed: {of_lambda(module, node)}"
            case ast.Yield() | ast.YieldFrom():
                return self._yielded(module, node, value)
        if value in self.evaluator.values(module, above):
            return ACCOUNTED
        if is_load(value) and isinstance(above, ast.BinOp):
            other = above.right if above.left is node else above.left
            answers = self.evaluator.values(module, other)
            if not any(isinstance(one, (External, Instance)) or is_foreign(one) for one in answers):
                return ACCOUNTED  # It is a sequence there, which the construct of loads answers for.
        return "is part of an expression that cannot be traced: assign it to a name first"

    def _gets_a_part(self, module: Module, place: ast.expr) -> bool:
        """Whether what carries something legacy may be something else that is unpacked there: ``self.client, *rest = made``."""
        carried = self.carriers.of_all(self.evaluator.values(module, place))
        return bool(carried) and is_unpacked_into(module, place)

    def _compared(self, module: Module, node: ast.expr, value: Value, above: ast.Compare) -> str:
        """Comparing is harmless where nothing of the user's, or of others, can be called by it."""
        sides = [above.left, *above.comparators]
        is_asked = all(isinstance(one, (ast.In, ast.NotIn)) for one in above.ops) and node is not above.left
        if is_load(value) and is_asked:
            return ACCOUNTED  # The construct of loads answers for what is asked of the sequence.
        if all(isinstance(one, (ast.Is, ast.IsNot)) for one in above.ops):
            return ACCOUNTED
        if is_asked and isinstance(value, Literal) and is_dict(value):
            return ACCOUNTED  # Its keys are compared, and nothing legacy is one.
        others = [side for side in sides if side is not node]
        if all(isinstance(side, ast.Constant) or self._is_plain(module, side) for side in others):
            return ACCOUNTED
        return "is compared with an unknown value: compare names or ids instead"

    def _is_plain(self, module: Module, node: ast.expr) -> bool:
        """Whether an expression is surely a container of the code, or something legacy, and no object of others."""
        values = self.evaluator.values(module, node)
        return bool(values) and all(
            isinstance(value, (Literal, Keyed)) or bool(legacy_name(value)) for value in values
        )

    def _attribute(self, module: Module, value: Value, above: ast.Attribute) -> str:
        name = above.attr
        if isinstance(value, Literal):
            return self._of_container(module, above)
        if said := answered_by_getattr(self.evaluator, self.carriers, value, name):
            return said
        if said := beside_others(self.evaluator, self.carriers, module, value, above):
            return said
        if isinstance(value, Instance) or is_class(value):
            owner = value.owner if isinstance(value, Instance) else value
            assert isinstance(owner, Local)
            heirs = self.evaluator.objects.derived_from(owner)
            if any(name in self.carriers.attributes(one) for one in (owner, *heirs)):
                return ACCOUNTED
            asked = above.value if is_class(value) else above if name == "__class__" else None
            if asked is not None and is_asked_its_name(module, asked):
                return ACCOUNTED
            if name in _OF_TUPLES:
                return f"is read as `.{name}`, which cannot be traced: read the fields that you need by their names"
            told = getattr(owner.node, "name", "it")
            return f"is read as `.{name}`, which its class does not define: write it there, `def {name}(self, ...)` in `{told}`, or set it in `__init__`"
        kept = kept_in_namespace(value)
        if kept is not None and name not in kept:
            return f"is read as `.{name}`, which is not given where it is made: write it there"
        return ACCOUNTED

    def _of_container(self, module: Module, above: ast.Attribute) -> str:
        call, name, held = module.parent(above), above.attr, self.evaluator.values(module, above.value)
        if not isinstance(call, ast.Call) or call.func is not above:
            return f"is read as `.{name}`, which cannot be traced: loop over the list or dict itself"
        if name in ADDING | EXTENDING | _PLAIN or (name == "sort" and not call.keywords):
            return ACCOUNTED
        if name in _READING and self.carriers.of_all(self.evaluator.values(module, call)):
            return ACCOUNTED
        is_of_loads = {kind_carried(one) for one in self.carriers.of_all(held)} == {"load"}
        if is_values_view(call) and Literal(module, call) in self.evaluator.values(module, call):
            return ACCOUNTED  # The uses of what it answers are judged.
        if name in _VIEWING and (name == "keys" or is_of_loads or is_looped_over(module, call)):
            return ACCOUNTED  # The construct of loads answers for what it does not follow itself.
        return f"is read by `.{name}()`, which cannot be traced: loop over the list or dict itself"

    def _subscript(self, value: Value, above: ast.Subscript) -> str:
        if is_load(value) or is_class(value):
            return ACCOUNTED
        if not isinstance(value, Literal):
            return "is indexed: read the attribute or the asset that you need by its name"
        if isinstance(above.slice, ast.Slice):
            return "is sliced, which cannot be traced: name the elements one by one"
        return ACCOUNTED

    def _called(self, value: Value) -> str:
        if isinstance(value, Instance) and not self._is_called_by_method(value):
            return "is called as an object, which cannot be traced: call a method of it by its name"
        if isinstance(value, Literal):
            return "is called, and it is a list or dict"
        return ACCOUNTED

    def _is_called_by_method(self, value: Instance) -> bool:
        """Whether a call of an object calls a method that the tree defines, and nothing else."""
        methods = self.evaluator.objects.attribute(value.owner, CALLED_AS)
        return bool(methods) and all(map(is_function, methods))

    # -- in a statement

    def _in_statement(self, module: Module, node: ast.expr, value: Value, above: ast.AST | None) -> str:
        match above:
            case ast.Expr() | ast.Delete() | ast.Assert() | ast.If() | ast.While() | ast.ExceptHandler():
                return ACCOUNTED
            case ast.Assign(targets=targets):
                return self._assigned(module, value, targets)
            case ast.AugAssign(op=ast.BitOr()) if self.carriers.holds_pairs(value):
                return "is added to a dict as pairs, which cannot be traced: write a dict"
            case ast.AnnAssign(target=target) | ast.AugAssign(target=target):
                return self._assigned(module, value, [target])
            case ast.Return():
                return self._returned(module, node, value)
            case ast.For(iter=iterated) | ast.AsyncFor(iter=iterated) if iterated is node:
                return self._looped(value, above.target)
            case ast.comprehension(iter=iterated, target=target):
                return self._looped(value, target) if iterated is node else ACCOUNTED
            case ast.arguments() | ast.arg():
                return ACCOUNTED
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                return (
                    ACCOUNTED
                    if is_function(value) or is_class(value)
                    else "is a decorator or a base class: call it in the body instead"
                )
            case ast.Raise():
                return (
                    ACCOUNTED if is_class(value) else "is raised: raise `Failure` with the text that you need"
                )
            case ast.withitem(optional_vars=ast.Name() | None):
                if handed_out(self.evaluator, module, node):
                    return ACCOUNTED  # Its uses under that name are judged.
        return "is used in a statement that cannot be traced: assign it to a name first"

    def _looped(self, value: Value, target: ast.expr) -> str:
        is_sequence = isinstance(value, Literal) or is_load(value)
        puts = [inner for inner in ast.walk(target) if isinstance(inner, (ast.Attribute, ast.Subscript))]
        return (
            ACCOUNTED
            if is_sequence and not puts
            else "is looped over, which cannot be traced: loop over a list, and into a plain name"
        )

    def _assigned(self, module: Module, value: Value, targets: list[ast.expr]) -> str:
        return next(filter(None, (self._put(module, value, target) for target in targets)), ACCOUNTED)

    def _put(self, module: Module, value: Value, target: ast.expr) -> str:
        if isinstance(target, ast.Name):
            in_class = isinstance(module.scope_of(target), ast.ClassDef)
            return _ON_CLASS if in_class and self._is_descriptor(value) else ACCOUNTED
        if isinstance(target, (ast.Tuple, ast.List)):
            spread = [isinstance(element, ast.Starred) for element in target.elts]
            kinds = {kind_carried(one) for one in self.carriers.of(value)}
            # What is left over at the end may be any of the elements: of runs it does not matter which.
            is_spread = any(spread[:-1]) or (any(spread) and kinds != {"output"})
            is_sequence = (isinstance(value, Literal) or is_load(value)) and not is_spread
            inside = (self._put(module, value, element) for element in target.elts)
            return (
                next(filter(None, inside), ACCOUNTED)
                if is_sequence
                else "is unpacked, which cannot be traced: assign each value to a name of its own"
            )
        if isinstance(target, ast.Starred):
            return self._put(module, value, target.value)
        shown = module.source_of(target).split("\n", 1)[0]
        if isinstance(target, ast.Attribute) and attribute_of_self(module, target):
            return ACCOUNTED
        if isinstance(target, ast.Attribute) and attribute_of_class(module, target):
            return _ON_CLASS if self._is_descriptor(value) else ACCOUNTED
        if isinstance(target, ast.Subscript):
            held = self.evaluator.values(module, target.value)
            if held and all(isinstance(one, Literal) for one in held):
                return ACCOUNTED
        return f"is stored in `{shown}`, which cannot be traced: store it in a variable, a list or a dict of your own"

    def _is_descriptor(self, value: Value) -> bool:
        """Whether a value is a workspace in v2, which answers None where it is read of a class."""
        is_workspace = isinstance(value, (Keyed, Made)) and kind_carried(value) in {"resource", "client"}
        return is_workspace and bool(self.carriers.of(value))

    def _returned(self, module: Module, node: ast.expr, value: Value) -> str:
        function = module.function_of(node)
        assert function is not None
        if said := self._of_decorators(module, function):
            return said
        by_dagster = decorators_of_dagster(self.evaluator, module, function)
        if by_dagster:
            if self._is_made_by_function(module, node, value):
                return ACCOUNTED
            if by_dagster <= RESOURCE:
                return f"is returned to Dagster by `{function.name}`: {_BUILD_IT}"
            return (
                ACCOUNTED
                if by_dagster & HANDING_ON
                else f"is returned to Dagster by `{function.name}`: {_BIND_IT}"
            )
        owner = module.parent(function)
        if not isinstance(owner, ast.ClassDef) or answers_own_object(owner, function):
            return ACCOUNTED
        if function.name in LOADING_INPUTS:
            return f"is returned by `{function.name}`, which Dagster calls: return what is read of it"
        is_special = function.name.startswith("__") and function.name.endswith("__")
        if is_special and function.name not in _HANDING_OUT:
            return f"is returned by `{function.name}`, which Python calls: return it from a method with a name of its own"
        return ACCOUNTED

    def _of_decorators(self, module: Module, function: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
        """Why what a function hands out may become something else on the way."""
        if unknown := unknown_decorators(self.evaluator, module, function):
            return f"is returned through `@{module.source_of(unknown[0])}`, which cannot be traced: take the decorator off this function"
        return ACCOUNTED

    def _is_made_by_function(self, module: Module, node: ast.expr, value: Value) -> bool:
        """Whether the code gets a value by the keys of the function that makes it, which are known, and is followed there."""
        is_followed = isinstance(value, Instance) or (
            isinstance(value, Made) and kind_carried(value) == "resource"
        )
        return is_followed and bool(keys_of_answer(self.evaluator, module, node))

    def _yielded(self, module: Module, node: ast.expr, value: Value) -> str:
        if self._is_made_by_function(module, node, value):
            return ACCOUNTED
        function = module.function_of(node)
        by_dagster = decorators_of_dagster(self.evaluator, module, function) if function else frozenset()
        if by_dagster & HANDING_ON and isinstance(node, ast.Call) and wraps_as_output(module, node):
            return ACCOUNTED
        if isinstance(function, FUNCTIONS) and self._is_held_by_generator(module, function, value):
            return ACCOUNTED  # What the generator is given to is judged.
        if isinstance(function, FUNCTIONS) and is_fixture(function):
            return self._of_decorators(module, function)
        if isinstance(function, FUNCTIONS) and self._is_entered_alone(module, function):
            return ACCOUNTED  # What the manager hands out is bound by `with`, and its uses are judged.
        return "is yielded, which cannot be traced: return it, or use it here"

    def _is_held_by_generator(
        self, module: Module, function: ast.FunctionDef | ast.AsyncFunctionDef, value: Value
    ) -> bool:
        """Whether loaded assets are yielded by a generator that is followed, wherever it is called."""
        yielded, calls = yielded_by(function), self.evaluator.calls
        if yielded is None or not is_load(value):
            return False
        holder = Literal(module, yielded)
        called = [*calls.calling(function)]
        return (
            bool(called)
            and not any(calls.uses_as_value(function))
            and all(holder in self.evaluator.values(caller, call) for caller, call in called)
        )

    def _is_entered_alone(self, module: Module, function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
        """Whether a function is a manager of which each call stands in a ``with``, which gives what it hands out a name."""
        if not is_managed(self.evaluator, Local(module, function)):
            return False
        calls = self.evaluator.calls
        return not any(calls.uses_as_value(function)) and all(
            isinstance(item := caller.parent(call), ast.withitem)
            and isinstance(item.optional_vars, ast.Name | None)
            for caller, call in calls.calling(function)
        )
