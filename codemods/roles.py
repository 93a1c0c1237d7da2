"""What the code around an expression does with its value."""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace

from .functions import collected_by
from .modules import FUNCTIONS, Module

COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.GeneratorExp)
Display = ast.Dict | ast.List | ast.Tuple | ast.Set


@dataclass(frozen=True, eq=False)
class Role:
    """One use of a value.

    ``kind`` is ``flow`` (passed on under a name, or returned), ``argument`` (``call`` gets it as ``name`` or at
    ``position``), ``entry`` (in a dict under ``name``), ``element`` (in a list, tuple or set), ``returned`` (handed
    to Dagster by a decorated function), ``chain`` (an attribute or call of it follows), ``annotation``, ``base``
    (of a class), ``nothing`` (a statement of its own) or ``escape`` (anything else).
    """

    kind: str
    module: Module
    node: ast.expr
    call: ast.Call | None = None
    name: str = ""
    position: int | None = None
    container: Display | None = None
    starred: ast.Starred | None = None
    operand: ast.BinOp | None = None
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
                return role
            above = outer
        elif isinstance(above, COMPREHENSIONS):
            if collected_by(above) is not child:
                return role
        elif isinstance(above, ast.Starred):
            role = replace(role, starred=above)
        elif isinstance(above, ast.BinOp) and isinstance(above.op, (ast.Add, ast.BitOr)):
            role = replace(role, operand=above)
        else:
            return _in(module, role, child, above)
        child = above


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
            handed_over = function is not None and bool(function.decorator_list)
            return replace(role, kind="returned" if handed_over else "flow")
        case ast.Expr() | ast.Compare():
            return replace(role, kind="nothing")
        case ast.UnaryOp() if isinstance(above.op, ast.Not):
            return replace(role, kind="nothing")
        case ast.If() | ast.While() | ast.Assert() if above.test is child:
            return replace(role, kind="nothing")
        case ast.arguments():
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
    places = [
        target
        for outer in targets
        for target in ast.walk(outer)
        if isinstance(target, (ast.Subscript, ast.Attribute)) and isinstance(target.ctx, ast.Store)
    ]
    keys = {key_set_by(place) for place in places}
    if not places:
        return replace(role, kind="flow")
    return replace(role, kind="entry", name=keys.pop()) if len(keys) == 1 and "" not in keys else role


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
