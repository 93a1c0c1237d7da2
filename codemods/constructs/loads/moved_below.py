"""A load whose functions read what its module binds or changes below goes down there: then v2 finds what legacy found.

    models = load_assets_from_dbt_cloud_job(cloud, 1, node_info_to_group_fn=lambda node: GROUPS[node["name"]])
    GROUPS = {...}

    GROUPS = {...}

    @dbt_cloud_assets(...)
    def models(...): ...

It moves past statements that do not mention it, and that change nothing which its own arguments read where it stands.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ...analysis.inference.legacy_names import thing_kind
from ...analysis.inference.values import External, Local, Made, Value
from ...analysis.project.reach import reached_from
from ...analysis.syntax.functions import is_none
from ...analysis.syntax.source_module import FUNCTIONS, Module
from ...analysis.timing.later import changed_later
from ...planning.claims import Context
from .translator import FUNCTION_PARAMETERS

_OF_THE_PROCESS = ("os", "sys")
"""Packages whose names stand for what any statement may change."""
_DEFINING = (*FUNCTIONS, ast.ClassDef)


@dataclass(frozen=True, eq=False)
class Below:
    """Where a load goes: before a statement of its module, or behind the last one."""

    statement: ast.stmt
    is_behind: bool


def place_below(
    context: Context, module: Module, call: ast.Call, arguments: Mapping[str, ast.expr]
) -> Below | None:
    """Where a load may stand whose functions find something else where it does; None where nowhere is known to do."""
    statement = module.parent(call)
    if not isinstance(statement, ast.Assign) or module.parent(statement) is not module.tree:
        return None
    target = statement.targets[0]
    if not isinstance(target, ast.Name):
        return None
    body = module.tree.body
    place = body.index(statement)
    is_alone = len(statement.targets) == 1 and not _is_commented(context, module, statement)
    if not is_alone or any(_mentions(one, target.id) for one in body[:place]) or _is_seen(context, module):
        return None
    passed: list[ast.stmt] = []
    for following in body[place + 1 :]:
        if _mentions(following, target.id) or _is_main(following):
            break
        passed.append(following)
    functions = [arguments[name] for name in FUNCTION_PARAMETERS if not is_none(arguments.get(name))]
    for count in range(1, len(passed) + 1):
        if not _may_pass(context, module, arguments.values(), passed[count - 1]):
            return None
        is_end = count == len(body) - place - 1
        following = passed[-1] if is_end else body[place + 1 + count]
        if not any(changed_later(context.index.evaluator, module, _mark(following, is_end), functions)):
            return Below(following, is_end)
    return None


def _mark(statement: ast.stmt, is_behind: bool) -> ast.expr:
    """What stands where the load would: the module runs it between two of its statements."""
    decorators = statement.decorator_list if isinstance(statement, _DEFINING) else []
    line = min([statement.lineno, *(one.lineno for one in decorators)])
    line = (statement.end_lineno or statement.lineno) + 1 if is_behind else line
    return ast.Constant(None, lineno=line, col_offset=0, end_lineno=line, end_col_offset=0)


def _mentions(statement: ast.stmt, name: str) -> bool:
    return any(
        (isinstance(node, ast.Name) and node.id == name)
        or (isinstance(node, ast.Constant) and node.value == name)
        or (isinstance(node, (ast.Global, ast.Nonlocal)) and name in node.names)
        for node in ast.walk(statement)
    )


def _is_main(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.If) and "__name__" in ast.dump(statement.test)


def _is_commented(context: Context, module: Module, statement: ast.stmt) -> bool:
    """Whether a comment would have to move along."""
    lines = {comment.line for comment in context.style(module).comments}
    return bool(lines & {statement.lineno - 1, statement.end_lineno})


def _is_seen(context: Context, module: Module) -> bool:
    """Whether another file may look at the module while that is run: one that it runs, and that imports it."""
    runs = reached_from(context.index.tree, module.path)
    if runs is None:
        return True
    return any(importer.path in runs for importer, _ in context.index.tree.imports_of(module))


def _may_pass(context: Context, module: Module, arguments: Iterable[ast.expr], statement: ast.stmt) -> bool:
    """Whether a statement may as well be run before the arguments of the load are evaluated."""
    bound = {*_bound_by(statement)}
    mentioned = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}
    for name in (inner for one in arguments for inner in _read_at_once(one)):
        if name.id in bound:
            return False
        values = context.index.values(module, name)
        if name.id in mentioned and not (values and all(map(_is_fixed, values))):
            return False
    return True


def _is_fixed(value: Value) -> bool:
    """Whether a value is the same whatever statements do that mention it."""
    if isinstance(value, External):
        return value.name.split(".")[0] not in _OF_THE_PROCESS
    is_function = isinstance(value, Local) and isinstance(value.node, FUNCTIONS)
    return is_function or (isinstance(value, Made) and thing_kind(value) == "resource")


def _read_at_once(node: ast.expr) -> Iterator[ast.Name]:
    """The names that an argument reads when it is evaluated, and not when it is called."""
    if isinstance(node, ast.Name):
        yield node
    inside: Sequence[ast.AST] = (
        [*node.args.defaults, *filter(None, node.args.kw_defaults)]
        if isinstance(node, ast.Lambda)
        else [*ast.iter_child_nodes(node)]
    )
    for child in inside:
        if isinstance(child, ast.expr):
            yield from _read_at_once(child)
        elif isinstance(child, (ast.keyword, ast.comprehension)):
            yield from (
                name
                for inner in ast.iter_child_nodes(child)
                if isinstance(inner, ast.expr)
                for name in _read_at_once(inner)
            )


def _bound_by(statement: ast.stmt) -> Iterator[str]:
    """The names that a statement may bind in its module."""
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, _DEFINING):
            yield node.name
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            yield from ((alias.asname or alias.name).split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            yield node.name
