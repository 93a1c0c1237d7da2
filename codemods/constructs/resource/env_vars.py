"""Where a setting is an environment variable that Dagster resolves, and where it is a plain value when it is read."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from enum import Enum

from ...analysis.dagster_api.injection import injects
from ...analysis.inference.constants import ENV_VARS
from ...analysis.inference.values import External, Instance, Literal, Local, Value
from ...analysis.syntax.classes import is_self
from ...analysis.syntax.source_module import FUNCTIONS, Module
from ...analysis.uses.uses import is_dict_call
from ...planning.claims import Context
from ...planning.settings import Setting


class Kind(Enum):
    """What gives a setting its value."""

    PLAIN = 1
    ENV_VAR = 2
    """``EnvVar("X")``, which Dagster resolves in a resource and nowhere else."""
    ENV_DICT = 3
    """``{"env": "X"}``, which Dagster resolves in configuration and nowhere else."""
    MIXED = 4
    """One or another, from place to place."""


def kind_of(context: Context, setting: Setting) -> Kind:
    """What a setting comes from in the end."""
    return _kind_of(context, setting, frozenset())


def _kind_of(context: Context, setting: Setting, asked: frozenset[ast.AST]) -> Kind:
    """`asked`: the functions and expressions that are being asked for, which may lead to each other in a circle."""
    kinds = {
        _as_read(context, each, module, node, asked)
        for each in setting.each()
        for module, node in context.constants.origins(each.module, each.node).places
    }
    return kinds.pop() if len(kinds) == 1 else Kind.MIXED if kinds else Kind.PLAIN


def _as_read(
    context: Context, setting: Setting, module: Module, node: ast.expr, asked: frozenset[ast.AST]
) -> Kind:
    """What a setting that comes from ``node`` is where it is read: Dagster resolves what its own objects hold."""
    kind = _kind_of_place(context, module, node, asked)
    if kind is Kind.PLAIN or not _is_held_by_dagster(context, module, node):
        return kind
    root = setting.node
    while isinstance(root, ast.Attribute):
        root = root.value
    if not isinstance(root, ast.Name):
        return Kind.MIXED
    if root is setting.node:
        return _as_given(context, setting.module, root, asked)
    if _is_resolved(context, setting.module, root):
        return Kind.PLAIN
    is_bound_at_top = not setting.module.function_of(root)
    return kind if is_bound_at_top else Kind.MIXED


def _as_given(context: Context, module: Module, name: ast.Name, asked: frozenset[ast.AST]) -> Kind:
    """What the calls of a function give to a parameter, all of them alike."""
    for function in module.ancestors(name):
        if isinstance(function, FUNCTIONS) and function not in asked:
            given = context.index.evaluator.calls.arguments(function, name.id)
            kinds = {_kind_of(context, Setting(*argument), asked | {function}) for argument in given}
            return kinds.pop() if len(kinds) == 1 else Kind.MIXED
    return Kind.MIXED


def _is_held_by_dagster(context: Context, module: Module, node: ast.expr) -> bool:
    """Whether an expression is a field of a class of the user's that Dagster configures: an argument, or its default."""
    above = module.parent(node)
    if isinstance(above, ast.keyword):
        above = module.parent(above)
    if isinstance(above, ast.Call):
        return any(_is_configured(context, value) for value in context.index.values(module, above.func))
    owner = module.parent(above) if isinstance(above, (ast.AnnAssign, ast.Assign)) else None
    return isinstance(owner, ast.ClassDef) and _is_configured(context, Local(module, owner))


def _is_configured(context: Context, value: Value) -> bool:
    return (
        isinstance(value, Local)
        and isinstance(value.node, ast.ClassDef)
        and not context.index.evaluator.bases(value)
        and context.index.evaluator.objects.derives_from(value, "dagster.")
    )


def _is_resolved(context: Context, module: Module, root: ast.Name) -> bool:
    """Whether a name is such an object as Dagster hands it out: ``self`` in a method, a parameter that Dagster fills."""
    evaluator = context.index.evaluator
    for function in module.ancestors(root):
        if not isinstance(function, FUNCTIONS):
            continue
        arguments = function.args
        for arg in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
            if arg.arg != root.id:
                continue
            owner = module.parent(function)
            if isinstance(owner, ast.ClassDef) and is_self(function, root.id):
                return _is_configured(context, Local(module, owner))
            return any(injects(evaluator, module, one) for one in function.decorator_list) and any(
                isinstance(value, Instance) and _is_configured(context, value.owner)
                for value in evaluator.instances_of(module, arg.annotation)
            )
    return False


def _kind_of_place(context: Context, module: Module, node: ast.expr, asked: frozenset[ast.AST]) -> Kind:
    kind = _own_kind(context, module, node)
    if kind is Kind.ENV_DICT:
        return Kind.MIXED if _is_changed(context, Literal(module, node)) else kind
    if kind is Kind.ENV_VAR or node in asked:
        return kind
    parts = (_kind_of(context, Setting(module, part), asked | {node}) for part in _parts(node))
    return Kind.PLAIN if all(part is Kind.PLAIN for part in parts) else Kind.MIXED


def _own_kind(context: Context, module: Module, node: ast.expr) -> Kind:
    if is_env_call(node):
        return Kind.ENV_DICT
    if isinstance(node, ast.Call):
        callee = context.index.values(module, node.func)
        is_own = any(
            isinstance(value, Local)
            and isinstance(value.node, ast.ClassDef)
            and context.index.evaluator.objects.derives_from(value, ENV_VARS[0])
            for value in callee
        )
        function = node.func
        if isinstance(function, ast.Attribute) and function.attr == "int":  # of another name for the class
            is_own = is_own or External(ENV_VARS[0]) in context.index.values(module, function.value)
        return Kind.ENV_VAR if is_own or callee & {External(name) for name in ENV_VARS} else Kind.PLAIN
    return Kind.ENV_DICT if is_env_dict(node) else Kind.PLAIN


def variable_at(context: Context, module: Module, node: ast.expr) -> ast.expr | None:
    """The expression that names the variable, where one is ``EnvVar(X)`` or ``{"env": X}`` itself."""
    kind = _own_kind(context, module, node)
    match node:
        case ast.Dict(values=[name]) if kind is Kind.ENV_DICT:
            return name
        case ast.Call(keywords=[word]) if kind is Kind.ENV_DICT:
            return word.value
        case ast.Call(args=[name], keywords=[]) if kind is Kind.ENV_VAR:
            callee = context.index.values(module, node.func)  # a class of the user's may read another
            return name if all(isinstance(value, External) for value in callee) else None
    return None


def _parts(node: ast.expr) -> Iterator[ast.expr]:
    """What an expression may answer as it stands there: one side of ``or``, the default of ``os.getenv``."""
    match node:
        case ast.BoolOp(values=values):
            yield from values
        case ast.IfExp(body=body, orelse=orelse):
            yield from (body, orelse)
        case ast.NamedExpr(value=value) | ast.Await(value=value) | ast.Starred(value=value):
            yield value
        case ast.Call(args=args, keywords=keywords):
            yield from (*args, *(word.value for word in keywords))


def _is_changed(context: Context, display: Literal) -> bool:
    """Whether code may put another variable into ``{"env": "X"}``."""
    statements = context.index.evaluator.statements
    return bool(statements.added_to(display)) or statements.shifts(display)


def is_env_dict(node: ast.expr) -> bool:
    """Whether an expression is ``{"env": ...}``."""
    return isinstance(node, ast.Dict) and [getattr(key, "value", None) for key in node.keys] == ["env"]


def is_env_call(node: ast.expr) -> bool:
    """Whether an expression is ``dict(env=...)``."""
    return (
        isinstance(node, ast.Call) and is_dict_call(node) and [word.arg for word in node.keywords] == ["env"]
    )
