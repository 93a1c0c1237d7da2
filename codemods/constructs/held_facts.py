"""Where migrated code holds facts of dbt Cloud jobs: in the arguments of workspaces and assets, and in rows of tables.

The assets of a job say it by the name of their op, ``dbt_cloud_job_67890``; the row of a table by its key. What is the same for
all jobs of a table stands in the one function that makes their assets.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ..analysis.inference.values import External, Made
from ..analysis.syntax.source_module import FUNCTIONS, Module
from ..facts.job_commands import EVERYTHING
from ..planning.claims import Context
from ..planning.deployments import COMMANDS, PLACE
from ..planning.v2 import CLOUD_V2, job_of_op

_WORKSPACE = External(f"{CLOUD_V2}.DbtCloudWorkspace")
_ASSETS = External(f"{CLOUD_V2}.dbt_cloud_assets")
_NAMES = {"project_id": "project_id", "environment_id": "environment_id", "adhoc_job_name": "name"}
"""The arguments of a workspace, and what a facts file calls them."""
_DEFAULTS = {"select": EVERYTHING, "exclude": "", "selector": ""}


Form = Literal["value", "default", "statements"]
"""How a fact stands there: as a literal, as an argument that is left out, or as more than one literal."""


@dataclass(frozen=True, eq=False)
class Held:
    """One fact of a job, as the code says it."""

    job_id: int
    column: str
    """As in the tables that the migration writes; empty for the assets as such."""
    module: Module
    node: ast.expr
    value: object = None
    workspace: Made | None = None
    """The workspace whose argument it is: what it says, it says of all jobs on it."""
    form: Form = "value"


def held_facts(context: Context) -> tuple[Held, ...]:
    """All facts of jobs that the code holds."""
    found: list[Held] = []
    for module in context.index.tree.modules.values():
        for node in module.nodes:
            if isinstance(node, ast.Dict):
                found += _of_table(module, node)
            elif isinstance(node, FUNCTIONS):
                found += _of_assets(context, module, node)
    return tuple(found)


def _of_table(module: Module, table: ast.Dict) -> Iterator[Held]:
    for key, row in zip(table.keys, table.values, strict=True):
        if not isinstance(row, ast.Dict) or not isinstance(key, ast.Constant) or type(key.value) is not int:
            continue
        cells = [
            (str(name.value), value)
            for name, value in zip(row.keys, row.values, strict=True)
            if isinstance(name, ast.Constant)
        ]
        if len(cells) == len(row.keys) and {name for name, _ in cells} <= {*PLACE, *COMMANDS}:
            yield Held(key.value, "", module, row)
            for name, value in cells:
                yield from _held(key.value, name, module, value)


def _of_assets(context: Context, module: Module, function: ast.AST) -> Iterator[Held]:
    assert isinstance(function, FUNCTIONS)
    for decorator in function.decorator_list:
        if not isinstance(decorator, ast.Call) or _ASSETS not in context.index.values(module, decorator.func):
            continue
        given = {word.arg: word.value for word in decorator.keywords}
        name = given.get("name")
        job_id = job_of_op(name.value) if isinstance(name, ast.Constant) else None
        if job_id is not None:
            yield Held(job_id, "", module, decorator)
        for each in (job_id,) if job_id is not None else _jobs_of_tables(context, module, function, name):
            yield from _of_load(context, each, module, function, decorator)


def _of_load(
    context: Context, job_id: int, module: Module, function: ast.AST, decorator: ast.Call
) -> Iterator[Held]:
    given = {word.arg: word.value for word in decorator.keywords}
    for column, default in _DEFAULTS.items():
        if column in given:
            yield from _held(job_id, column, module, given[column])
        else:
            yield Held(job_id, column, module, decorator, default, form="default")
    checks = _has_checks(decorator)
    if checks is not None:
        yield Held(job_id, "checks", module, decorator, checks, form="statements")
    yield from _of_body(job_id, module, function, decorator)
    if "workspace" in given:
        yield from _of_workspace(context, job_id, module, given["workspace"])


def _jobs_of_tables(
    context: Context, module: Module, function: ast.AST, name: ast.expr | None
) -> tuple[int, ...]:
    """The jobs for which a function makes the assets: what its table does not say of each, it says of all."""
    match name:
        case ast.JoinedStr(values=[ast.Constant(value="dbt_cloud_job_"), ast.FormattedValue(value=node)]):
            around = [above for above in module.ancestors(function) if isinstance(above, FUNCTIONS)]
            read = {node.id for above in around for node in ast.walk(above) if isinstance(node, ast.Name)}
            own = [ids for table, ids in tables_of(module) if table in read]
            # Those of deployments are read through a function, which may stand in another file.
            modules = context.index.tree.modules.values()
            found = own or [ids for other in modules if not around for _, ids in tables_of(other)]
            rows = tuple(dict.fromkeys(job_id for ids in found for job_id in ids))
            # Several loads may read one table.
            named = context.constants.integers(module, node) or ()
            mine = tuple(job_id for job_id in rows if job_id in {one.value for one in named})
            return mine if len(mine) == len(named) and mine else rows
    return ()


def tables_of(module: Module) -> Iterator[tuple[str, list[int]]]:
    """The tables of jobs at the top of a file: their names, and the jobs of their rows."""
    for statement in module.tree.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Dict() as table):
                if any(True for _ in _of_table(module, table)):
                    keys = (key.value for key in table.keys if isinstance(key, ast.Constant))
                    yield name, [key for key in keys if type(key) is int]


def _has_checks(decorator: ast.Call) -> bool | None:
    """Whether assets have asset checks; None where a table says it."""
    words = [word for node in ast.walk(decorator) if isinstance(node, ast.Call) for word in node.keywords]
    off = [word.value for word in words if word.arg == "enable_asset_checks"]
    if any(not isinstance(value, ast.Constant) for value in off):
        return None
    return not any(isinstance(value, ast.Constant) and value.value is False for value in off)


def _of_body(job_id: int, module: Module, function: ast.AST, decorator: ast.Call) -> Iterator[Held]:
    """The command that builds, which is given a context, and those before and behind it."""
    assert isinstance(function, FUNCTIONS)
    beside: dict[str, list[object]] = {"before": [], "after": []}
    unread: set[str] = set()
    column = "before"
    for statement in function.body:
        for node in ast.walk(statement):
            if not isinstance(node, ast.Call) or getattr(node.func, "attr", "") != "cli" or not node.args:
                continue
            if any(word.arg == "context" for word in node.keywords):
                yield from _of_build(job_id, module, node.args[0])
                column = "after"
            else:
                found = list(_held(job_id, column, module, node.args[0]))
                unread.update([] if found else [column])
                beside[column] += [held.value for held in found]
    for name, value in beside.items():
        if name not in unread:
            yield Held(job_id, name, module, decorator, value, form="statements")


def _of_build(job_id: int, module: Module, node: ast.expr) -> Iterator[Held]:
    match node:
        case ast.List(
            elts=[*words, ast.Starred(value=ast.Name())] | [*words, ast.Constant(value="--vars"), _]
        ):
            try:
                value = [ast.literal_eval(word) for word in words]
            except ValueError:
                return
            yield Held(job_id, "command", module, node, value, form="statements")
        case _:
            yield from _held(job_id, "command", module, node)


def _of_workspace(context: Context, job_id: int, module: Module, node: ast.expr) -> Iterator[Held]:
    for made in context.index.values(module, node):
        if isinstance(made, Made) and made.of == _WORKSPACE.name and isinstance(made.call, ast.Call):
            for word in made.call.keywords:
                if word.arg in _NAMES:
                    for held in _held(job_id, _NAMES[word.arg], made.module, word.value):
                        yield Held(job_id, held.column, held.module, held.node, held.value, made)


def _held(job_id: int, column: str, module: Module, node: ast.expr) -> Iterator[Held]:
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return
    yield Held(job_id, column, module, node, value)
