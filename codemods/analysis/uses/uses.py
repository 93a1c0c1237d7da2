"""What the code around an expression does with its value."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

from ..dagster_api.op_outputs import wraps_as_output
from ..syntax.classes import attribute_of_class, attribute_of_self
from ..syntax.fixtures import is_fixture
from ..syntax.functions import (
    collected_by,
    decorator_name,
)
from ..syntax.generators import yielded_by
from ..syntax.source_module import (
    FUNCTIONS,
    Module,
)

COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.GeneratorExp)
ADDING = frozenset({"append", "insert", "add", "appendleft"})
"""Methods of containers that put their last argument in."""
EXTENDING = frozenset({"extend", "update", "extendleft"})
"""Methods of containers that put in what their argument holds."""
COPYING = frozenset({"list", "tuple", "set", "frozenset", "sorted", "reversed", "dict"})
"""Functions that answer a container with what the one that they are given holds."""
LOOKING_UP = frozenset({"get", "pop", "setdefault"})
"""Methods of containers that answer what stands under a key."""
VIEWS = frozenset({"items", "values"})
"""Methods of dicts that answer all that stands in them."""
CONTAINER_METHODS = ADDING | EXTENDING | LOOKING_UP | VIEWS | {"keys", "copy"}
"""What is known of the methods of containers."""
JOINING = frozenset({"chain", "from_iterable", "sum"})
"""Functions that answer one sequence with what several hold."""
TRANSPARENT = frozenset(
    {"lru_cache", "cache", "cached_property", "property", "staticmethod", "classmethod", "fixture", "wraps"}
)
"""Decorators that leave what a function returns as it is."""
Display = ast.Dict | ast.List | ast.Tuple | ast.Set


@dataclass(frozen=True, eq=False, kw_only=True)
class At:
    """Where a use is, and what the value passes on its way there."""

    module: Module
    node: ast.expr
    starred: ast.Starred | None = None
    operand: ast.BinOp | None = None
    through: tuple[Use, ...] = ()
    """The displays that the value stood in on its way here, the innermost first."""


class Flow(At):
    """It is passed on under a name, or returned: what comes of it is followed."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Argument(At):
    """A call gets it, by a name or at a position."""

    call: ast.Call
    name: str = ""
    position: int | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class Entry(At):
    """It stands in a dict."""

    name: str = ""
    """Its key, where that is written there; ``**`` where the whole of it is put in."""
    container: ast.expr | None = None
    """The display that it stands in; None where a statement puts it in."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Element(At):
    """It stands in a list, tuple, set or comprehension, or a method puts it into one."""

    container: ast.expr | None = None
    spread: ast.expr | None = None
    """The whole of an expression that is used as a sequence whose elements go elsewhere."""


class Returned(At):
    """A decorated function hands it to Dagster."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Chain(At):
    """An attribute, a subscript or a call of it follows."""

    call: ast.Call | None = None


class Annotation(At):
    """It is an annotation."""


class Base(At):
    """It is a base of a class."""


class Seen(At):
    """It is looked at, or a statement of its own."""


class Unknown(At):
    """Anything else: nobody knows what comes of it."""


Use = Flow | Argument | Entry | Element | Returned | Chain | Annotation | Base | Seen | Unknown
"""One use of a value. Whoever adds a form says, wherever mypy asks, what it does to what is known of the value."""


def at_of(use: Use) -> dict[str, Any]:
    """Where a use is, for another form of use at the same place."""
    return {one.name: getattr(use, one.name) for one in fields(At)}


def container_of(use: Use) -> ast.expr | None:
    """The display that a value stands in."""
    return use.container if isinstance(use, (Entry, Element)) else None


def displays_around(module: Module, node: ast.expr) -> Iterator[ast.expr]:
    """The displays that an expression stands in, the innermost first."""
    container = container_of(use_of(module, node))
    while container is not None:
        yield container
        container = container_of(use_of(module, container))


def use_of(module: Module, node: ast.expr) -> Use:
    """What the code around an expression does with its value."""
    at = At(module=module, node=node)
    child: ast.AST = node
    while True:
        above = module.parent(child)
        if isinstance(above, (ast.IfExp, ast.BoolOp, ast.NamedExpr, ast.Await)):
            if isinstance(above, ast.IfExp) and above.test is child:
                return Seen(**vars(at))
            if isinstance(above, ast.NamedExpr) and above.target is child:
                return Flow(**vars(at))
        elif isinstance(above, ast.comprehension):
            outer = module.parents[above]
            if not isinstance(outer, COMPREHENSIONS) or collected_by(outer) is not child:
                return Flow(**vars(at)) if above.iter is child else Unknown(**vars(at))
            above = outer
        elif isinstance(above, COMPREHENSIONS):
            is_element = above.elt is child
            return Element(**vars(at), container=above) if is_element else Unknown(**vars(at))
        elif isinstance(above, ast.DictComp):
            is_element = above.value is child
            return Element(**vars(at), container=above) if is_element else Unknown(**vars(at))
        elif isinstance(above, ast.Starred):
            at = replace(at, starred=above)
        elif isinstance(above, ast.BinOp) and isinstance(above.op, (ast.Add, ast.BitOr)):
            at = replace(at, operand=above)
        elif isinstance(above, ast.Call) and _passes_on(above, child):
            at = replace(at, starred=None)
        elif above is None or not _goes_into_output(module, child, above):
            return _in(module, at, child, above)
        child = above


def _goes_into_output(module: Module, child: ast.AST, above: ast.AST) -> bool:
    """Whether ``child`` is what Dagster's ``Output`` wraps, or the ``value=`` around that."""
    is_keyword = isinstance(above, ast.keyword)
    call = module.parent(above) if is_keyword else above
    return isinstance(call, ast.Call) and wraps_as_output(module, call, above if is_keyword else child)


def whole_of(module: Module, node: ast.expr) -> ast.expr:
    """The outermost expression that may be what ``node`` is: ``(x := node)``, ``node or y``, ``node if y else z``."""
    above = module.parent(node)
    while (
        (isinstance(above, ast.NamedExpr) and above.value is node)
        or isinstance(above, ast.BoolOp)
        or (isinstance(above, ast.IfExp) and above.test is not node)
    ):
        node, above = above, module.parent(above)
    return node


def passed_on(module: Module, node: ast.expr) -> ast.expr:
    """The outermost expression that may be what ``node`` is, or a copy of it: ``sorted(node or [])``."""
    while True:
        node = whole_of(module, node)
        above = module.parent(node)
        if not isinstance(above, ast.Call) or not _passes_on(above, node):
            return node
        node = above


def is_dict_call(node: ast.AST) -> bool:
    """Whether a node is ``dict(...)``."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "dict"


def is_values_view(node: ast.AST) -> bool:
    """Whether a node is ``x.values()``."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "values"
        and not (node.args or node.keywords)
    )


def adds_to_container(use: Argument) -> bool:
    """Whether a value is put into a container by ``.append(x)``, or what it holds is by ``.extend(x)``."""
    if not isinstance(use.call.func, ast.Attribute):
        return False
    name = use.call.func.attr
    return name in ADDING | EXTENDING or (name == "setdefault" and use.position == 1)


def spread_at(module: Module, node: ast.expr) -> ast.expr | None:
    """The whole of what is used as a sequence whose elements go elsewhere: ``x + [..]``, ``y += x``, ``list(x)``.

    None where the value of ``node`` is not used so.
    """
    child = whole_of(module, node)
    above = module.parent(child)
    if isinstance(above, ast.BinOp) and isinstance(above.op, ast.Add):
        return child
    if isinstance(above, ast.AugAssign) and above.value is child:
        return child
    if isinstance(above, ast.comprehension) and above.iter is child:
        outer = module.parents[above]
        return child if isinstance(outer, COMPREHENSIONS) and collected_by(outer) is child else None
    if isinstance(above, ast.Call):
        is_extended = isinstance(above.func, ast.Attribute) and above.func.attr in EXTENDING
        is_copied = _passes_on(above, child) and decorator_name(above) not in LOOKING_UP
        if is_copied or (is_extended and child in above.args):
            return child
    return None


def _passes_on(call: ast.Call, child: ast.AST) -> bool:
    """Whether a call answers what stands in the container that it is given: ``list(x)``, ``chain(a, b)``."""
    if child is call.func:
        return False
    name = decorator_name(call)
    if name in COPYING:
        return isinstance(call.func, ast.Name) and len(call.args) == 1
    if name in LOOKING_UP:
        return isinstance(call.func, ast.Attribute) and call.args[1:2] == [
            child
        ]  # what there is where nothing is
    return name in JOINING and (name == "chain" or call.args[:1] == [child])


_MANAGING = frozenset({"contextmanager", "asynccontextmanager"})


def _is_followed(module: Module, node: ast.Yield) -> bool:
    """Whether a function that `with` enters hands something out, or a fixture."""
    function = module.function_of(node)
    if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)) and is_fixture(function):
        return True
    names = {decorator_name(one) for one in (function.decorator_list if function is not None else [])}
    # What Dagster's `@resource` is put on answers Dagster.
    return bool(names & _MANAGING) and names <= TRANSPARENT | _MANAGING


def _generator_of(module: Module, node: ast.Yield) -> ast.expr | None:
    function = module.function_of(node)
    is_statement = isinstance(module.parent(node), ast.Expr)
    return yielded_by(function) if function is not None and is_statement else None


def _in(module: Module, at: At, child: ast.AST, above: ast.AST | None) -> Use:
    match above:
        case ast.Attribute() | ast.Subscript():
            return Chain(**vars(at))
        case ast.Call() if above.func is child:
            return Chain(**vars(at), call=above)
        case ast.Call():
            return _argument(at, child, above)
        case ast.keyword():
            call = module.parents[above]
            if isinstance(call, ast.Call) and is_dict_call(call) and above.arg:
                return Entry(**vars(at), container=call, name=above.arg)
            if isinstance(call, ast.Call):
                return Argument(**vars(at), call=call, name=above.arg or "**")
            return Unknown(**vars(at))
        case ast.Dict():
            return _entry(at, child, above)
        case ast.List() | ast.Tuple() | ast.Set():
            return Element(**vars(at), container=above)
        case ast.Assign() | ast.AnnAssign() | ast.AugAssign():
            return _assigned(at, child, above)
        case ast.Return():
            function = module.function_of(above)
            handed_over = function is not None and any(
                decorator_name(decorator) not in TRANSPARENT for decorator in function.decorator_list
            )
            return Returned(**vars(at)) if handed_over else Flow(**vars(at))
        case ast.Yield() if isinstance(child, ast.Call) and wraps_as_output(module, child):
            return Returned(**vars(at))
        case ast.Yield() if _is_followed(module, above):
            return Flow(**vars(at))
        case ast.Yield() if (holder := _generator_of(module, above)) is not None:
            return Element(**vars(at), container=holder)
        case ast.Expr() | ast.Compare():
            return Seen(**vars(at))
        case ast.UnaryOp() if isinstance(above.op, ast.Not):
            return Seen(**vars(at))
        case ast.If() | ast.While() | ast.Assert() if above.test is child:
            return Seen(**vars(at))
        case ast.arguments():
            return Flow(**vars(at))
        case ast.For() | ast.AsyncFor() if above.iter is child:
            return Flow(**vars(at))
        case ast.arg():
            return Annotation(**vars(at))
        case ast.ClassDef():
            return Base(**vars(at)) if child in above.bases else Unknown(**vars(at))
    if isinstance(above, FUNCTIONS) and above.returns is child:
        return Annotation(**vars(at))
    return Unknown(**vars(at))


def _assigned(at: At, child: ast.AST, above: ast.Assign | ast.AnnAssign | ast.AugAssign) -> Use:
    """Names are followed; a place in a dict is known by its key; an attribute of something is out of sight."""
    if isinstance(above, ast.AnnAssign) and above.annotation is child:
        return Annotation(**vars(at))
    targets = above.targets if isinstance(above, ast.Assign) else [above.target]
    if child in targets:
        return Flow(**vars(at))  # the place that it is put into, and no use of it
    places = [
        target
        for outer in targets
        for target in ast.walk(outer)
        if isinstance(target, (ast.Subscript, ast.Attribute)) and isinstance(target.ctx, ast.Store)
        if not (attribute_of_self(at.module, target) or attribute_of_class(at.module, target))
    ]
    if not places:
        return Flow(**vars(at))
    keys = {key_set_by(place) for place in places}
    is_entry = len(keys) == 1 and all(isinstance(place, ast.Subscript) for place in places)
    return Entry(**vars(at), name=keys.pop()) if is_entry else Unknown(**vars(at))


def key_set_by(target: ast.expr) -> str:
    """The text ``k`` where a target is ``x["k"]``; empty for any other."""
    if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant):
        return target.slice.value if isinstance(target.slice.value, str) else ""
    return ""


def _argument(at: At, child: ast.AST, call: ast.Call) -> Use:
    position = next((at for at, argument in enumerate(call.args) if argument is child), None)
    return Argument(**vars(at), call=call, position=position)


def _entry(at: At, child: ast.AST, above: ast.Dict) -> Use:
    for key, value in zip(above.keys, above.values, strict=True):
        if value is child:
            if key is None:
                return Entry(**vars(at), container=above, name="**")
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                return Entry(**vars(at), container=above, name=key.value)
            return Entry(**vars(at), container=above)
    return Unknown(**vars(at))


def enclosing_annotation(module: Module, node: ast.AST) -> bool:
    """Whether a node stands inside an annotation, at any depth: ``ResourceParam[X]``, ``X | None``."""
    return node in module.in_annotations
