"""What the code around an expression does with its value."""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace

from ..dagster_api.op_outputs import wraps_as_output
from ..syntax.classes import attribute_of_self
from ..syntax.functions import (
    collected_by,
    decorator_name,
)
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


@dataclass(frozen=True, eq=False)
class Role:
    """One use of a value.

    ``kind`` is ``flow`` (passed on under a name, or returned), ``argument`` (``call`` gets it as ``name`` or at
    ``position``), ``entry`` (in a dict, under ``name`` where the key is written there), ``element`` (in a list, tuple,
    set or comprehension), ``returned`` (handed to Dagster by a decorated function), ``chain`` (an attribute or call of
    it follows), ``annotation``, ``base`` (of a class), ``nothing`` (a statement of its own) or ``escape`` (anything
    else).
    """

    kind: str
    module: Module
    node: ast.expr
    call: ast.Call | None = None
    name: str = ""
    position: int | None = None
    container: ast.expr | None = None
    starred: ast.Starred | None = None
    operand: ast.BinOp | None = None
    spread: ast.expr | None = None
    """The whole of an expression that is used as a sequence whose elements go elsewhere."""
    through: tuple[Role, ...] = ()
    """The displays that the value stood in on its way here, the innermost first."""

    def via(self, through: tuple[Role, ...]) -> Role:
        return replace(self, through=through) if through else self


def role_of(module: Module, node: ast.expr) -> Role:
    """The role of an expression in the code around it."""
    role = Role("escape", module, node)
    child: ast.AST = node
    while True:
        above = module.parent(child)
        if isinstance(above, (ast.IfExp, ast.BoolOp, ast.NamedExpr, ast.Await)):
            if isinstance(above, ast.IfExp) and above.test is child:
                return replace(role, kind="nothing")
            if isinstance(above, ast.NamedExpr) and above.target is child:
                return replace(role, kind="flow")
        elif isinstance(above, ast.comprehension):
            outer = module.parents[above]
            if not isinstance(outer, COMPREHENSIONS) or collected_by(outer) is not child:
                return replace(role, kind="flow") if above.iter is child else role
            above = outer
        elif isinstance(above, COMPREHENSIONS):
            return replace(role, kind="element", container=above) if above.elt is child else role
        elif isinstance(above, ast.DictComp):
            return replace(role, kind="element", container=above) if above.value is child else role
        elif isinstance(above, ast.Starred):
            role = replace(role, starred=above)
        elif isinstance(above, ast.BinOp) and isinstance(above.op, (ast.Add, ast.BitOr)):
            role = replace(role, operand=above)
        elif isinstance(above, ast.Call) and _passes_on(above, child):
            role = replace(role, starred=None)
        elif above is None or not _goes_into_output(module, child, above):
            return _in(module, role, child, above)
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


def adds_to_container(role: Role) -> bool:
    """Whether a value is put into a container by ``.append(x)``, or what it holds is by ``.extend(x)``."""
    call = role.call
    if call is None or not isinstance(call.func, ast.Attribute):
        return False
    return call.func.attr in ADDING | EXTENDING or (call.func.attr == "setdefault" and role.position == 1)


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
        if _passes_on(above, child) or (is_extended and child in above.args):
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


def _in(module: Module, role: Role, child: ast.AST, above: ast.AST | None) -> Role:
    match above:
        case ast.Attribute() | ast.Subscript():
            return replace(role, kind="chain")
        case ast.Call() if above.func is child:
            return replace(role, kind="chain", call=above)
        case ast.Call():
            return _argument(role, child, above)
        case ast.keyword():
            call = module.parents[above]
            if isinstance(call, ast.Call) and is_dict_call(call) and above.arg:
                return replace(role, kind="entry", container=call, name=above.arg)
            if isinstance(call, ast.Call):
                return replace(role, kind="argument", call=call, name=above.arg or "**")
            return role
        case ast.Dict():
            return _entry(role, child, above)
        case ast.List() | ast.Tuple() | ast.Set():
            return replace(role, kind="element", container=above)
        case ast.Assign() | ast.AnnAssign() | ast.AugAssign():
            return _assigned(role, child, above)
        case ast.Return():
            function = module.function_of(above)
            handed_over = function is not None and any(
                decorator_name(decorator) not in TRANSPARENT for decorator in function.decorator_list
            )
            return replace(role, kind="returned" if handed_over else "flow")
        case ast.Yield() if isinstance(child, ast.Call) and wraps_as_output(module, child):
            return replace(role, kind="returned")
        case ast.Expr() | ast.Compare():
            return replace(role, kind="nothing")
        case ast.UnaryOp() if isinstance(above.op, ast.Not):
            return replace(role, kind="nothing")
        case ast.If() | ast.While() | ast.Assert() if above.test is child:
            return replace(role, kind="nothing")
        case ast.arguments():
            return replace(role, kind="flow")
        case ast.For() | ast.AsyncFor() if above.iter is child:
            return replace(role, kind="flow")
        case ast.arg():
            return replace(role, kind="annotation")
        case ast.ClassDef():
            return replace(role, kind="base" if child in above.bases else "escape")
    if isinstance(above, FUNCTIONS) and above.returns is child:
        return replace(role, kind="annotation")
    return role


def _assigned(role: Role, child: ast.AST, above: ast.Assign | ast.AnnAssign | ast.AugAssign) -> Role:
    """Names are followed; a place in a dict is known by its key; an attribute of something is out of sight."""
    if isinstance(above, ast.AnnAssign) and above.annotation is child:
        return replace(role, kind="annotation")
    targets = above.targets if isinstance(above, ast.Assign) else [above.target]
    if child in targets:
        return replace(role, kind="flow")  # the place that it is put into, and no use of it
    places = [
        target
        for outer in targets
        for target in ast.walk(outer)
        if isinstance(target, (ast.Subscript, ast.Attribute)) and isinstance(target.ctx, ast.Store)
        if not attribute_of_self(role.module, target)
    ]
    if not places:
        return replace(role, kind="flow")
    keys = {key_set_by(place) for place in places}
    is_entry = len(keys) == 1 and all(isinstance(place, ast.Subscript) for place in places)
    return replace(role, kind="entry", name=keys.pop()) if is_entry else role


def key_set_by(target: ast.expr) -> str:
    """The text ``k`` where a target is ``x["k"]``; empty for any other."""
    if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant):
        return target.slice.value if isinstance(target.slice.value, str) else ""
    return ""


def _argument(role: Role, child: ast.AST, call: ast.Call) -> Role:
    position = next((at for at, argument in enumerate(call.args) if argument is child), None)
    return replace(role, kind="argument", call=call, position=position)


def _entry(role: Role, child: ast.AST, above: ast.Dict) -> Role:
    for key, value in zip(above.keys, above.values, strict=True):
        if value is child:
            if key is None:
                return replace(role, kind="entry", container=above, name="**")
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                return replace(role, kind="entry", container=above, name=key.value)
            return replace(role, kind="entry", container=above)
    return role


def enclosing_annotation(module: Module, node: ast.AST) -> bool:
    """Whether a node stands inside an annotation, at any depth: ``ResourceParam[X]``, ``X | None``."""
    child = node
    for above in module.ancestors(node):
        if isinstance(above, ast.arg) and above.annotation is child:
            return True
        if isinstance(above, ast.AnnAssign) and above.annotation is child:
            return True
        if isinstance(above, FUNCTIONS) and above.returns is child:
            return True
        if isinstance(above, ast.stmt):
            return False
        child = above
    return False
