"""Where migrated code holds facts of dbt Cloud jobs: in the arguments of workspaces and assets, and in rows of tables.

The assets of a job say it by the name of their op, ``dbt_cloud_job_67890``; the row of a table by its key. What is the same for
all jobs of a table stands in the one function that makes their assets. Developers rename ops: assets that build what a job
builds where it does are taken for those of the job, and a workspace for that of the job whose name it has.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence, Set
from dataclasses import replace

from ..analysis.inference.values import External, Made
from ..analysis.syntax.source_module import FUNCTIONS, Module
from ..facts.job_commands import EVERYTHING
from ..facts.jobs import Job
from ..planning.claims import Context
from ..planning.v2 import CLOUD_V2, job_of_op
from .columns_of_jobs import columns_of, environments_of, rows_before
from .held import Form, Held, said
from .held_rows import held_of_rows, tables_of

_WORKSPACE = External(f"{CLOUD_V2}.DbtCloudWorkspace")
_ASSETS = External(f"{CLOUD_V2}.dbt_cloud_assets")
_NAMES = {"project_id": "project_id", "environment_id": "environment_id", "adhoc_job_name": "name"}
"""The arguments of a workspace, and what a facts file calls them."""
_DEFAULTS = {"select": EVERYTHING, "exclude": "", "selector": ""}
_BUILT = (*_DEFAULTS, "command")
"""What says which models are built, and how."""


def held_facts(context: Context) -> tuple[Held, ...]:
    """All facts of jobs that the code holds."""
    modules = context.index.tree.modules.values()
    rows = [
        one
        for module in modules
        for node in module.of(ast.Dict, ast.Assign)
        for one in held_of_rows(context, module, node)
    ]
    loads = [
        one
        for module in modules
        for node in module.of(*FUNCTIONS)
        for one in _of_assets(context, module, node, rows)
    ]
    named = {one.job_id for one in (*rows, *loads) if one.column == "command" and one.form != "alike"}
    of_rows = {one.node for one in rows}  # A workspace may take what it says from a row.
    found = [
        *rows,
        *(
            each
            for one in loads
            if one.form != "elsewhere" or one.node not in of_rows
            for each in _unless_named(one, named)
        ),
    ]
    known = [one for one in found if one.job_id]
    shared = {one.workspace for one in found if not one.job_id}
    return (
        *(_shared(one) if one.workspace in shared else one for one in known),
        *_of_workspaces_by_name(context, {(one.workspace, one.job_id) for one in found}),
    )


def _unless_named(held: Held, named: Set[int]) -> Iterator[Held]:
    """What is like a job is not its own where other assets name the job."""
    if held.form != "alike" or held.job_id not in named:
        yield held
    elif held.workspace is not None:
        yield replace(held, job_id=0)


def _shared(held: Held) -> Held:
    """Where a workspace is cannot be written if it serves assets of which nobody knows the job."""
    if held.workspace is None or held.column == "name" or held.form != "value":
        return held
    return replace(held, form="shared")


def _of_assets(context: Context, module: Module, function: ast.AST, rows: Sequence[Held]) -> Iterator[Held]:
    assert isinstance(function, FUNCTIONS)
    for decorator in function.decorator_list:
        if not isinstance(decorator, ast.Call) or _ASSETS not in context.index.values(module, decorator.func):
            continue
        given = {word.arg: word.value for word in decorator.keywords}
        name = given.get("name")
        job_id = job_of_op(name.value) if isinstance(name, ast.Constant) else None
        if job_id is not None:
            yield Held(job_id, "", module, decorator)
        jobs = (job_id,) if job_id is not None else _jobs_of_tables(context, module, function, name, rows)
        for each in jobs:
            yield from _of_load(context, each, module, function, decorator)
        if not jobs:
            yield from _of_unnamed(
                context, module, list(_of_load(context, 0, module, function, decorator)), decorator
            )


def _of_unnamed(context: Context, module: Module, held: list[Held], decorator: ast.Call) -> Iterator[Held]:
    """What assets of another name hold, which are those of the one job that is, or was, like them; else of job 0."""
    jobs = [job for job in context.facts.jobs if _is_like(job, held)]
    if len(jobs) != 1:
        yield from (one for one in held if one.workspace is not None)
        return
    (job,) = jobs
    yield Held(job.id, "", module, decorator, form="alike")
    for one in held:
        yield replace(one, job_id=job.id, form=_alike(one))


def _is_like(job: Job, held: list[Held]) -> bool:
    """Whether assets build what a job builds, or built, in an environment where it is or was."""
    said_of = {one.column: one.value for one in held if one.workspace is None}
    near = [one.value for one in held if one.workspace is not None and one.column == "environment_id"]
    if not near or near[0] not in environments_of(job) or "command" not in said_of:
        return False
    rows = map(columns_of, (job, *rows_before(job)))
    return any(all(said_of.get(name) == row[name] for name in _BUILT) for row in rows)


def _of_workspaces_by_name(context: Context, known: Set[tuple[Made | None, int]]) -> Iterator[Held]:
    """Each workspace is that of the job whose name it has, or had, whatever assets it serves."""
    for module in context.index.tree.modules.values():
        for call in module.of(ast.Call):
            if not any(word.arg == "adhoc_job_name" for word in call.keywords):
                continue
            held = list(_of_workspace(context, 0, module, call))
            says = {one.column: one.value for one in held}
            for job in context.facts.jobs if held else ():
                names = {job.name, *job.earlier.get("name", ())}
                if says.get("name") in names and says.get("environment_id") in environments_of(job):
                    mine = [one for one in held if (one.workspace, job.id) not in known]
                    yield from (replace(one, job_id=job.id, form=_alike(one)) for one in mine)


def _alike(held: Held) -> Form:
    """A workspace is to name a job that is there, whosever assets it serves; the rest is written by hand."""
    return held.form if held.column == "name" else "alike"


def _of_load(
    context: Context, job_id: int, module: Module, function: ast.AST, decorator: ast.Call
) -> Iterator[Held]:
    given = {word.arg: word.value for word in decorator.keywords}
    for column, default in _DEFAULTS.items():
        if column in given:
            yield from said(context, job_id, column, module, given[column])
        else:
            yield Held(job_id, column, module, decorator, default, form="default")
    checks = _has_checks(decorator)
    if checks is not None:
        yield Held(job_id, "checks", module, decorator, checks, form="statements")
    yield from _of_body(context, job_id, module, function, decorator)
    if "workspace" in given:
        yield from _of_workspace(context, job_id, module, given["workspace"])


def _jobs_of_tables(
    context: Context, module: Module, function: ast.AST, name: ast.expr | None, rows: Sequence[Held]
) -> tuple[int, ...]:
    """The jobs for which a function makes the assets: what its table does not say of each, it says of all."""
    match name:
        case ast.JoinedStr(values=parts) if (
            len(ids := [one for one in parts if isinstance(one, ast.FormattedValue)]) == 1
        ):
            node = ids[0].value
            around = [above for above in module.ancestors(function) if isinstance(above, FUNCTIONS)]
            read = {node.id for above in around for node in ast.walk(above) if isinstance(node, ast.Name)}
            own = [job_id for table, ids in tables_of(module) if table in read for job_id in ids]
            # Those of deployments are read through a function. Developers put tables together, or into another file.
            near = [one.job_id for one in rows if around and one.module is module]
            found = tuple(dict.fromkeys(own or near or [one.job_id for one in rows]))
            # Several loads may read one table.
            named = context.constants.integers(module, node) or ()
            mine = tuple(job_id for job_id in found if job_id in {one.value for one in named})
            return mine if len(mine) == len(named) and mine else found
    return ()


def _has_checks(decorator: ast.Call) -> bool | None:
    """Whether assets have asset checks; None where a table says it."""
    words = [word for node in ast.walk(decorator) if isinstance(node, ast.Call) for word in node.keywords]
    off = [word.value for word in words if word.arg == "enable_asset_checks"]
    if any(not isinstance(value, ast.Constant) for value in off):
        return None
    return not any(isinstance(value, ast.Constant) and value.value is False for value in off)


def _of_body(
    context: Context, job_id: int, module: Module, function: ast.AST, decorator: ast.Call
) -> Iterator[Held]:
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
                yield from _of_build(context, job_id, module, node.args[0])
                column = "after"
            else:
                found = list(said(context, job_id, column, module, node.args[0]))
                unread.update([] if found else [column])
                beside[column] += [held.value for held in found]
    for name, value in beside.items():
        if name not in unread:
            yield Held(job_id, name, module, decorator, value, form="statements")


def _of_build(context: Context, job_id: int, module: Module, node: ast.expr) -> Iterator[Held]:
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
            yield from said(context, job_id, "command", module, node)


def _of_workspace(context: Context, job_id: int, module: Module, node: ast.expr) -> Iterator[Held]:
    for made in context.index.values(module, node):
        if isinstance(made, Made) and made.of == _WORKSPACE.name and isinstance(made.call, ast.Call):
            for word in made.call.keywords:
                if word.arg in _NAMES:
                    for held in said(context, job_id, _NAMES[word.arg], made.module, word.value):
                        yield replace(held, workspace=made)
