"""One use of a value that carries something legacy: accounted for by a rule that names it, or an escape.

A use is accounted for where the interpreter follows the value to what comes of it, whose uses are judged in turn; where
the use only looks at the value; or where a construct answers for all that is done there. Everything else is an escape.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass

from ..dagster_api.contexts import writes_down
from ..dagster_api.decorators import decorators_of_dagster, is_builtin, unknown_decorators
from ..dagster_api.names import (
    CHAINING,
    COPYING,
    HANDING_ON,
    LOOKING,
    LOOPING,
    MEASURING,
    SAME,
    SCALARS,
    TYPING,
)
from ..dagster_api.op_outputs import wraps_as_output
from ..inference.interpreter import Evaluator
from ..inference.values import (
    External,
    Instance,
    Keyed,
    Literal,
    Local,
    Made,
    Member,
    Result,
    Value,
    is_load,
    legacy_name,
)
from ..syntax.classes import attribute_of_self
from ..syntax.functions import composes, renamed
from ..syntax.source_module import FUNCTIONS, Module
from .carriers import CONTEXT_BUILDERS, Carriers, is_class, is_function, kind_carried
from .escapes import is_followed
from .index import Index
from .loops import has_key, is_looped_over
from .uses import ADDING, EXTENDING, Argument, enclosing_annotation, use_of

ACCOUNTED = ""
"""What is said of a use that is no escape."""
_READING = frozenset({"get", "pop", "setdefault", "copy"})
_VIEWING = frozenset({"items", "values", "keys"})
_PLAIN = frozenset({"remove", "index", "count", "clear", "discard", "reverse"})
_OF_DEFINITIONS = frozenset({"resource", "load", "op"})
_RESOURCES = frozenset({"resources", "resource_defs", "resource_defs_by_key"})
_BINDING_METHODS = frozenset({"to_job", "execute_in_process", "with_resources", "configured"})
_BIND_IT = 'bind the resource itself, `resources={"dbt_cloud": DbtCloudClientResource(...)}`'
_SEQUENCES = (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)


@dataclass(frozen=True, eq=False)
class Judge:
    """Judges the uses of values, with what is known of a tree."""

    index: Index
    carriers: Carriers

    @property
    def evaluator(self) -> Evaluator:
        return self.index.evaluator

    def of(self, module: Module, node: ast.expr, value: Value) -> str:
        """Why the use of ``value`` at ``node`` is an escape; empty where it is accounted for."""
        if enclosing_annotation(module, node):
            return ACCOUNTED
        above = module.parent(node)
        if isinstance(above, ast.expr):
            return self._in_expression(module, node, value, above)
        if isinstance(above, ast.keyword):
            call = module.parent(above)
            return (
                self._argument(module, node, value, call)
                if isinstance(call, ast.Call)
                else "is given to a class"
            )
        return self._in_statement(module, node, value, above)

    # -- in an expression

    def _in_expression(self, module: Module, node: ast.expr, value: Value, above: ast.expr) -> str:
        match above:
            case ast.Attribute():
                return self._attribute(module, value, above)
            case ast.Call(func=func) if func is node:
                return self._called(value)
            case ast.Call():
                return self._argument(module, node, value, above)
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
                return "is the key of a dict" if node in keys else ACCOUNTED
            case ast.DictComp(key=key):
                return "is the key of a dict" if node is key else ACCOUNTED
            case ast.Lambda():
                return "is what a lambda returns"
            case ast.Yield() | ast.YieldFrom():
                return self._yielded(module, node)
        if value in self.evaluator.values(module, above):
            return ACCOUNTED
        if is_load(value) and isinstance(above, ast.BinOp):
            other = above.right if above.left is node else above.left
            answers = self.evaluator.values(module, other)
            if not any(isinstance(one, (External, Instance)) or _is_foreign(one) for one in answers):
                return ACCOUNTED  # It is a sequence there, which the construct of loads answers for.
        return "is part of an expression that is not followed"

    def _compared(self, module: Module, node: ast.expr, value: Value, above: ast.Compare) -> str:
        """Comparing is harmless where nothing of the user's, or of others, can be called by it."""
        sides = [above.left, *above.comparators]
        is_asked = all(isinstance(one, (ast.In, ast.NotIn)) for one in above.ops) and node is not above.left
        if is_load(value) and is_asked:
            return ACCOUNTED  # The construct of loads answers for what is asked of the sequence.
        if all(isinstance(one, (ast.Is, ast.IsNot)) for one in above.ops):
            return ACCOUNTED
        others = [side for side in sides if side is not node]
        if all(isinstance(side, ast.Constant) or self._is_plain(module, side) for side in others):
            return ACCOUNTED
        return "is compared with something that is not known"

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
        if isinstance(value, Instance) or is_class(value):
            owner = value.owner if isinstance(value, Instance) else value
            assert isinstance(owner, Local)
            if name in self.carriers.attributes(owner):
                return ACCOUNTED
            return f"is asked for `.{name}`, which its class does not define"
        return ACCOUNTED

    def _of_container(self, module: Module, above: ast.Attribute) -> str:
        call, name, held = module.parent(above), above.attr, self.evaluator.values(module, above.value)
        if not isinstance(call, ast.Call) or call.func is not above:
            return f"is asked for `.{name}`, which is not followed"
        if name in ADDING | EXTENDING | _PLAIN or (name == "sort" and not call.keywords):
            return ACCOUNTED
        if name in _READING and self.carriers.of_all(self.evaluator.values(module, call)):
            return ACCOUNTED
        is_of_loads = {kind_carried(one) for one in self.carriers.of_all(held)} == {"load"}
        if name in _VIEWING and (name == "keys" or is_of_loads or is_looped_over(module, call)):
            return ACCOUNTED  # The construct of loads answers for what it does not follow itself.
        return f"is asked for `.{name}()`, which is not followed"

    def _subscript(self, value: Value, above: ast.Subscript) -> str:
        if is_load(value) or is_class(value):
            return ACCOUNTED
        if not isinstance(value, Literal):
            return "is asked for a part by its place"
        if isinstance(above.slice, ast.Slice):
            return "is cut into a part, which is not followed"
        return ACCOUNTED

    def _called(self, value: Value) -> str:
        if isinstance(value, Instance):
            return "is an object that is called, which is not followed"
        if isinstance(value, Literal):
            return "is called"
        return ACCOUNTED

    # -- in a call

    def _argument(self, module: Module, node: ast.expr, value: Value, call: ast.Call) -> str:
        callees = self.evaluator.values(module, renamed(call))
        said = f"is passed to `{_shown(module, call)}(...)`, which is not followed: hand on what is read of it here"
        if not callees:
            return ACCOUNTED if self._by_unresolved(module, node, value, call) else said
        if all(self._takes(module, node, value, call, callee) for callee in callees):
            return ACCOUNTED
        return said

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
            return bool(held) and all(isinstance(one, Literal) for one in held)
        return callee.attr in _BINDING_METHODS and self._binds(module, node, value, call)

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
            case Made():
                return kind_carried(value) in _OF_DEFINITIONS
        return False

    def _by_name(self, module: Module, node: ast.expr, value: Value, call: ast.Call, name: str) -> bool:
        """Whether a call of a function of this name, of Python or another package, is accounted for."""
        if name in LOOKING:
            return True
        if name in MEASURING:
            return isinstance(value, Literal) or is_load(value)
        if name == "isinstance":
            return is_class(value) or (len(call.args) == 2 and self._is_of_no_use(module, call.args[1]))
        if name in SAME:
            return call.args[SAME[name] : SAME[name] + 1] == [node]
        if name in COPYING | CHAINING:
            return (is_load(value) or isinstance(value, Literal)) and not has_key(call)
        if name in LOOPING:
            return (is_load(value) or isinstance(value, Literal)) and is_looped_over(module, call)
        return name.startswith(TYPING) and (is_class(value) or is_function(value))

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
                return self._is_definition(value)
            case External(name) if name.startswith("dagster."):
                return self._dagster_takes(module, value, call)
            case External(name):
                return self._by_name(module, node, value, call, name)
            case Local(inner, ast.FunctionDef() | ast.AsyncFunctionDef() as function):
                if isinstance(value, Made) and value.of.startswith(CONTEXT_BUILDERS):
                    return bool(decorators_of_dagster(self.evaluator, inner, function))
                is_known = not unknown_decorators(self.evaluator, inner, function)
                return is_known and self._is_followed(module, node)
            case Local(node=ast.ClassDef()):
                return self.evaluator.objects.is_plainly_made(callee) and self._is_followed(module, node)
            case Member() | Made() | Result() if self.carriers.is_legacy(callee):
                return True
            case Member():
                named = call.func.attr if isinstance(call.func, ast.Attribute) else ""
                return writes_down(self.evaluator, module, node, call) or (
                    named in _BINDING_METHODS and self._binds(module, node, value, call)
                )
        return False

    def _dagster_takes(self, module: Module, value: Value, call: ast.Call) -> bool:
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
        return is_followed(self.index, use) or (
            composes(module.function_of(node)) and self._is_op_call(module, use.call)
        )

    def _is_op_call(self, module: Module, call: ast.Call) -> bool:
        return all(
            isinstance(one, Local)
            and isinstance(one.node, FUNCTIONS)
            and bool(decorators_of_dagster(self.evaluator, one.module, one.node))
            for one in self.evaluator.values(module, renamed(call))
        )

    # -- in a statement

    def _in_statement(self, module: Module, node: ast.expr, value: Value, above: ast.AST | None) -> str:
        match above:
            case ast.Expr() | ast.Delete() | ast.Assert() | ast.If() | ast.While() | ast.ExceptHandler():
                return ACCOUNTED
            case ast.Assign(targets=targets):
                return self._assigned(module, value, targets)
            case ast.AnnAssign(target=target) | ast.AugAssign(target=target):
                return self._assigned(module, value, [target])
            case ast.Return():
                return self._returned(module, node)
            case ast.For(iter=iterated) | ast.AsyncFor(iter=iterated) if iterated is node:
                return self._looped(value, above.target)
            case ast.comprehension(iter=iterated, target=target):
                return self._looped(value, target) if iterated is node else ACCOUNTED
            case ast.arguments() | ast.arg():
                return ACCOUNTED
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                return (
                    ACCOUNTED if is_function(value) or is_class(value) else "is a decorator or a base class"
                )
            case ast.Raise():
                return ACCOUNTED if is_class(value) else "is raised"
        return "is used in a statement that is not followed"

    def _looped(self, value: Value, target: ast.expr) -> str:
        is_sequence = isinstance(value, Literal) or is_load(value)
        puts = [inner for inner in ast.walk(target) if isinstance(inner, (ast.Attribute, ast.Subscript))]
        return ACCOUNTED if is_sequence and not puts else "is gone through by a loop, which is not followed"

    def _assigned(self, module: Module, value: Value, targets: list[ast.expr]) -> str:
        return next(filter(None, (self._put(module, value, target) for target in targets)), ACCOUNTED)

    def _put(self, module: Module, value: Value, target: ast.expr) -> str:
        if isinstance(target, ast.Name):
            in_class = isinstance(module.scope_of(target), ast.ClassDef)
            is_workspace = isinstance(value, (Keyed, Made)) and kind_carried(value) in {"resource", "client"}
            # Read of a class, a workspace is a descriptor, and answers None.
            return (
                "is an attribute of a class"
                if in_class and is_workspace and self.carriers.of(value)
                else ACCOUNTED
            )
        if isinstance(target, (ast.Tuple, ast.List)):
            spread = [isinstance(element, ast.Starred) for element in target.elts]
            kinds = {kind_carried(one) for one in self.carriers.of(value)}
            # What is left over may be any of the elements: where all are of one kind, it does not matter which.
            is_spread = any(spread[:-1]) or (any(spread) and kinds != {"output"})
            is_sequence = (isinstance(value, Literal) or is_load(value)) and not is_spread
            inside = (self._put(module, value, element) for element in target.elts)
            return (
                next(filter(None, inside), ACCOUNTED) if is_sequence else "is unpacked, which is not followed"
            )
        if isinstance(target, ast.Starred):
            return self._put(module, value, target.value)
        shown = module.source_of(target).split("\n", 1)[0]
        if isinstance(target, ast.Attribute) and attribute_of_self(module, target):
            return ACCOUNTED
        if isinstance(target, ast.Subscript):
            held = self.evaluator.values(module, target.value)
            if held and all(isinstance(one, Literal) for one in held):
                return ACCOUNTED
        return f"is put into `{shown}`, which is not followed"

    def _returned(self, module: Module, node: ast.expr) -> str:
        function = module.function_of(node)
        assert function is not None
        if unknown := unknown_decorators(self.evaluator, module, function):
            return f"is returned through `@{module.source_of(unknown[0])}`, which is not followed"
        by_dagster = decorators_of_dagster(self.evaluator, module, function)
        if by_dagster:
            return (
                ACCOUNTED
                if by_dagster & HANDING_ON
                else f"is returned to Dagster by `{function.name}`: {_BIND_IT}"
            )
        is_special = function.name.startswith("__") and function.name.endswith("__")
        if is_special and isinstance(module.parent(function), ast.ClassDef):
            return f"is returned by `{function.name}`, which Python calls"
        return ACCOUNTED

    def _yielded(self, module: Module, node: ast.expr) -> str:
        function = module.function_of(node)
        by_dagster = decorators_of_dagster(self.evaluator, module, function) if function else frozenset()
        if by_dagster & HANDING_ON and isinstance(node, ast.Call) and wraps_as_output(module, node):
            return ACCOUNTED
        return "is yielded, which is not followed: return it, or use it here"


def _is_foreign(value: Value) -> bool:
    """Whether a value is made by another package than Dagster's and the legacy one."""
    return isinstance(value, Made) and not value.of.startswith(("dagster", "legacy."))


def _shown(module: Module, call: ast.Call) -> str:
    return module.source_of(call.func).replace("\n", " ")
