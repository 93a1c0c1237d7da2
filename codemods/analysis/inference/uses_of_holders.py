"""Whether a use of a container, a class or an object leads it to code that may change it, and is not followed."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ..dagster_api.contexts import is_logger
from ..dagster_api.decorators import decorators_of_dagster, resolved, unknown_decorators
from ..dagster_api.names import CHAINING, COPYING, LOOKING, LOOPING, MEASURING, SCALARS, TYPING
from ..syntax.classes import attribute_of_self
from ..syntax.functions import argument_of, is_getattr, renamed, takes_unwritten
from ..syntax.scopes import Parameter
from ..syntax.source_module import Module
from ..uses.uses import ADDING, EXTENDING, enclosing_annotation
from .picked import declared_default
from .values import LEGACY, External, Instance, InTree, Literal, Local, Value, Values, legacy_name

if TYPE_CHECKING:
    from .interpreter import Evaluator

Holder = Literal | Local | Instance | InTree
_READING = frozenset({"get", "items", "keys", "values", "copy", "index", "count", "setdefault"})
_KEEPING = _READING | (ADDING | EXTENDING) - {"insert", "appendleft", "extendleft"}
"""Methods of containers that leave what stands in them where it is; what some add is followed."""
_LOOKING = (
    LOOKING
    | MEASURING
    | SCALARS
    | COPYING
    | CHAINING
    | LOOPING
    | {"isinstance", "hasattr", "type", "min", "max", "map", "filter", "next", "copy.copy", "copy.deepcopy"}
    | {"json.dumps", "json.dump", "yaml.dump", "yaml.safe_dump", "pprint.pprint", "pprint.pformat"}
    | {"dataclasses.replace", "attr.evolve", "attrs.evolve", "copy.replace"}
    | {"random.choice", "operator.itemgetter", "super"}
    | {"dir", "importlib.reload", "importlib.resources.files", "inspect.getfile", "inspect.getmembers"}
)
"""Functions that change nothing of what they get."""
_HARMLESS = ("dagster.", LEGACY, *TYPING, "pytest.", "unittest.")
"""Where functions come from that take containers and classes, and change none, or none but for the time of a test."""
_TAKING = frozenset({"clear", "insert", "pop", "popitem", "remove", "setdefault", "sort", "reverse"})
"""Methods that change a container, beside those that add to it."""
_SAYING = frozenset({"__name__", "__doc__", "__file__", "__path__", "__init__", "__class__", "__members__"})
"""Names of Python's by which nothing is changed."""
_FIXTURES = frozenset({"monkeypatch", "mocker"})
"""The parameters by which pytest hands a test what changes things for its time."""


def is_led_away(evaluator: Evaluator, module: Module, node: ast.expr, holder: Holder) -> bool:
    """Whether what is done with ``holder`` where it stands may change it, or what a module holds, out of sight."""
    if enclosing_annotation(module, node):
        return False
    above = module.parent(node)
    if isinstance(above, ast.keyword):
        call = module.parent(above)
        if not isinstance(call, ast.Call):
            return True  # the keyword of a class
        spread = above.arg is None
        if not spread:
            return _is_passed(evaluator, module, node, holder, call)
        return _holds_more(evaluator, holder) and not _is_taken_apart(evaluator, module, call)
    if isinstance(above, ast.expr):
        return _in_expression(evaluator, module, node, holder, above)
    return _in_statement(evaluator, module, node, above)


def _in_expression(
    evaluator: Evaluator, module: Module, node: ast.expr, holder: Holder, above: ast.expr
) -> bool:
    match above:
        case ast.Attribute():
            # What a file adds that the index does not need is not followed.
            is_aside = isinstance(holder, Literal) and evaluator.file(module.path) is None
            adds = is_aside and above.attr in ADDING | EXTENDING | {"setdefault"}
            return adds or _is_attribute_away(evaluator, module, above, holder)
        case ast.Call(func=func) if func is node:
            is_class = isinstance(holder, Local) and isinstance(holder.node, ast.ClassDef)
            return is_class and takes_unwritten(above)
        case ast.Call():
            return _is_passed(evaluator, module, node, holder, above)
        case ast.Subscript(value=value) if value is node:
            return _is_item_away(evaluator, module, above, holder)
        case ast.Starred():
            return _holds_more(evaluator, holder)
        case ast.Dict(keys=keys, values=values) if (None, node) in zip(keys, values, strict=True):
            return _holds_more(evaluator, holder) and _is_held_away(evaluator, module, above)
        case ast.List() | ast.Tuple() | ast.Set() | ast.Dict() | ast.DictComp():
            return _is_held_away(evaluator, module, above)
        case ast.ListComp() | ast.SetComp() | ast.GeneratorExp():
            return evaluator.changes.is_led_away(Literal(module, above))
        case ast.Lambda():
            return not _is_of_a_field(evaluator, module, above)
        case ast.Yield() | ast.YieldFrom():
            return True
    return False  # What it may be itself is a use of its own; all others look at it.


def _is_of_a_field(evaluator: Evaluator, module: Module, made_by: ast.Lambda) -> bool:
    """Whether a lambda makes what a field is by default, whose uses are those of the field."""
    word = module.parent(made_by)
    call = module.parent(word) if isinstance(word, ast.keyword) else None
    return isinstance(call, ast.Call) and declared_default(evaluator, module, call) is made_by.body


def _is_held_away(evaluator: Evaluator, module: Module, display: ast.expr) -> bool:
    """Whether what stands in a display may be changed by who gets the display, or what stands in it."""
    outer = Literal(module, display)
    return evaluator.changes.is_led_away(outer) or evaluator.changes.is_spread(outer)


def _is_attribute_away(evaluator: Evaluator, module: Module, above: ast.Attribute, holder: Holder) -> bool:
    call = module.parent(above)
    is_called = isinstance(call, ast.Call) and call.func is above
    if isinstance(holder, Literal):
        if above.attr == "pop" and isinstance(call, ast.Call) and is_called:
            return not (
                call.args and isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, str)
            )
        return above.attr not in _KEEPING or not is_called
    if not isinstance(above.ctx, ast.Load):
        return not attribute_of_self(module, above)
    is_dunder = above.attr.startswith("__") and above.attr.endswith("__")
    if is_dunder:
        return above.attr not in _SAYING
    return isinstance(holder, InTree) and _is_part_away(evaluator, module, above, holder)


def _is_part_away(evaluator: Evaluator, module: Module, part: ast.expr, holder: InTree) -> bool:
    """Whether what is read from a module, or a part of that, may be changed: ``settings.JOBS["nightly"] = x``."""
    above = module.parent(part)
    match above:
        case ast.Attribute(attr=name) if name in ADDING | EXTENDING or name in _TAKING:
            return True
        case ast.Attribute(ctx=ast.Load()) | ast.Subscript(ctx=ast.Load()) if above.value is part:
            return _is_part_away(evaluator, module, above, holder)
        case ast.Attribute() | ast.Subscript():
            return above.value is part
        case ast.Call() if above.func is not part:
            return _is_passed(evaluator, module, part, holder, above)
        case ast.keyword():
            call = module.parent(above)
            return not isinstance(call, ast.Call) or _is_passed(evaluator, module, part, holder, call)
        case ast.Assign() | ast.AnnAssign() | ast.NamedExpr() | ast.Return() | ast.Yield():
            scope = module.function_of(above) or module.tree
            return any(map(_changes_something, ast.walk(scope)))
    return False


def _changes_something(node: ast.AST) -> bool:
    match node:
        case ast.Subscript(ctx=ctx) | ast.Attribute(ctx=ctx) if not isinstance(ctx, ast.Load):
            return True
        case ast.Call(func=ast.Attribute(attr=name)):
            return name in ADDING | EXTENDING | _TAKING
    return isinstance(node, ast.AugAssign)


def _is_item_away(evaluator: Evaluator, module: Module, above: ast.Subscript, holder: Holder) -> bool:
    if isinstance(above.ctx, ast.Load):
        return False
    if evaluator.file(module.path) is None:
        # What a file does that the index does not need is not followed.
        return not (isinstance(holder, Literal) and _is_new_key(holder.node, above.slice))
    # What an assignment puts there is followed; a part that is replaced, changed or deleted is not.
    is_followed = isinstance(module.parent(above), ast.Assign) and holder in evaluator.values(
        module, above.value
    )
    return isinstance(above.slice, ast.Slice) or not is_followed


def _is_new_key(display: ast.expr, key: ast.expr) -> bool:
    """Whether a dict, as it is written, has no such key: what is put there takes the place of nothing."""
    if not isinstance(display, ast.Dict) or not isinstance(key, ast.Constant):
        return False
    return all(isinstance(each, ast.Constant) and each.value != key.value for each in display.keys)


def _holds_more(evaluator: Evaluator, holder: Holder) -> bool:
    """Whether a container has containers or objects in it, which go along with its elements."""
    return not isinstance(holder, Literal) or any(
        isinstance(inner, (Literal, Instance)) for inner in evaluator.element_values(holder)
    )


# -- in a call


def is_spread(module: Module, node: ast.expr) -> bool:
    """Whether a call gets what stands in a container, and not the container: ``f(**node)``."""
    above = module.parent(node)
    return isinstance(above, ast.keyword) and above.arg is None and isinstance(module.parent(above), ast.Call)


def _is_taken_apart(evaluator: Evaluator, module: Module, call: ast.Call) -> bool:
    """Whether a call gives what a dict holds to the parameters of functions of the tree: the dict stays as it is."""
    callees = evaluator.values(module, renamed(call))
    return bool(callees) and all(
        isinstance(value, Local)
        and isinstance(value.node, (ast.FunctionDef, ast.AsyncFunctionDef))
        and not value.node.args.kwarg
        and not unknown_decorators(evaluator, value.module, value.node)
        for value in callees
    )


def _is_passed(evaluator: Evaluator, module: Module, node: ast.expr, holder: Holder, call: ast.Call) -> bool:
    if is_getattr(call) or is_logger(evaluator, module, call.func):
        return False
    unread = evaluator.attributes.unread_functions(module, call.func)
    callees = unread or evaluator.values(module, renamed(call))
    if callees:
        return not all(_takes(evaluator, module, node, holder, call, callee) for callee in callees)
    callee = call.func
    if isinstance(callee, ast.Attribute):
        return _is_passed_to_method(evaluator, module, holder, callee)
    names = resolved(evaluator, module, callee)
    return not names or not names <= _LOOKING


def _is_passed_to_method(evaluator: Evaluator, module: Module, holder: Holder, callee: ast.Attribute) -> bool:
    if isinstance(callee.value, (ast.Constant, ast.JoinedStr)):
        return False
    held = evaluator.values(module, callee.value)
    if _is_of_a_test(evaluator, module, callee.value, held):
        return False
    containers = [value for value in held if isinstance(value, Literal)]
    if not containers or len(containers) < len(held):
        return True
    if callee.attr == "get":
        return False  # What it answers, the default among it, is a use of its own.
    if callee.attr in EXTENDING:
        return _holds_more(evaluator, holder) and any(map(evaluator.changes.is_led_away, containers))
    return callee.attr not in ADDING | {"setdefault"} or any(map(evaluator.changes.is_led_away, containers))


def _is_of_a_test(evaluator: Evaluator, module: Module, node: ast.expr, held: Values) -> bool:
    """Whether a method is one of a test case, or of a fixture of pytest: what they change they change back."""
    if isinstance(node, ast.Name) and node.id in _FIXTURES:
        bindings = evaluator.tree.names(module).lookup(module, node.id, node)
        return bool(bindings) and all(isinstance(binding, Parameter) for binding in bindings)
    return bool(held) and all(
        isinstance(value, Instance) and evaluator.objects.derives_from(value.owner, "unittest.")
        for value in held
    )


def _takes(
    evaluator: Evaluator, module: Module, node: ast.expr, holder: Holder, call: ast.Call, callee: Value
) -> bool:
    """Whether a callee changes nothing, or is followed."""
    match callee:
        case External(name):
            return name in _LOOKING or name.startswith(_HARMLESS)
        case Local(home, ast.FunctionDef() | ast.AsyncFunctionDef() as function):
            return not unknown_decorators(evaluator, home, function) and (
                _is_parameter(evaluator, home, function, holder)
                or _is_only_read(evaluator, home, function, holder, call, node)
            )
        case Local(node=ast.ClassDef()):
            is_followed = all(evaluator.file(one.path) is not None for one in (callee.module, module))
            return is_followed and evaluator.objects.is_plainly_made(callee)
    return bool(legacy_name(callee))


def _is_parameter(
    evaluator: Evaluator, module: Module, function: ast.FunctionDef | ast.AsyncFunctionDef, holder: Holder
) -> bool:
    arguments = function.args
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    if any(holder in evaluator.parameter_values(module, function, arg) for arg in named):
        return True
    return isinstance(holder, Literal) and any(
        (holder.module, holder.node)
        in evaluator.bindings.places_of_parameter(module, function, arg.arg).places
        for arg in named
    )


def _is_only_read(
    evaluator: Evaluator,
    module: Module,
    function: ast.FunctionDef | ast.AsyncFunctionDef,
    holder: Holder,
    call: ast.Call,
    given: ast.expr,
) -> bool:
    """Whether a function that the index does not need only reads what it is given."""
    arguments = function.args
    names = [each.arg for each in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]]
    name = next((each for each in names if argument_of(call, function, each) is given), "")
    uses = [
        node
        for node in ast.walk(function)
        if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)
    ]
    is_added_to = any(
        isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name) and node.target.id == name
        for node in ast.walk(function)
    )
    asked = ("only read", function, name, holder)
    return (
        bool(name)
        and not is_added_to
        and evaluator.answer(
            asked,
            lambda: all(
                not isinstance(module.parent(node), (ast.Assign, ast.AnnAssign, ast.NamedExpr, ast.Return))
                and not is_led_away(evaluator, module, node, holder)
                for node in uses
            ),
            True,
        )
    )


# -- in a statement


def _in_statement(evaluator: Evaluator, module: Module, node: ast.expr, above: ast.AST | None) -> bool:
    match above:
        case ast.Assign(targets=targets):
            return any(_is_put_away(evaluator, module, target) for target in targets)
        case ast.AnnAssign(target=target):
            return _is_put_away(evaluator, module, target)
        case ast.Return():
            function = module.function_of(above)
            return function is not None and bool(
                unknown_decorators(evaluator, module, function)
                or decorators_of_dagster(evaluator, module, function)
                or evaluator.changes.is_led_away(Local(module, function))
            )
        case ast.ClassDef():
            return node not in above.bases
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Raise() | ast.withitem():
            return True
    return False


def _is_put_away(evaluator: Evaluator, module: Module, target: ast.expr) -> bool:
    """Whether something is put where it is not followed."""
    match target:
        case ast.Attribute():
            return not attribute_of_self(module, target)
        case ast.Subscript():
            held = evaluator.values(module, target.value)
            containers = [value for value in held if isinstance(value, Literal)]
            return not containers or any(map(evaluator.changes.is_led_away, containers))
    return False
