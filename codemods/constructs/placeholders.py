"""``missing_fact(...)``, which an earlier migration wrote for want of facts, is filled in once they are there.

It stands for a project or environment of ``DbtCloudWorkspace(...)``, for the selection of ``@dbt_cloud_assets(...)``
and for the command of ``.cli(...)``.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ..analysis.inference.legacy_names import MISSING_ROW, PLACEHOLDER
from ..analysis.inference.values import (
    External,
    Made,
)
from ..analysis.syntax.source_module import (
    FUNCTIONS,
    Module,
)
from ..analysis.uses.uses import (
    Argument,
    Use,
    use_of,
)
from ..editing import render
from ..editing.edits import InsertBefore, ReplaceExpression
from ..editing.render import Field
from ..facts.job_commands import COMMANDS, ROW, Plan, plan_of, refusal_of
from ..facts.jobs import Job
from ..findings import Finding
from ..planning.claims import Claim, Context, Kind, Rewrite, covered
from ..planning.deployments import COMMANDS as DEPLOYED
from ..planning.deployments import PLACE, commands_of
from ..planning.parts import Fills
from ..planning.units import Environment, Unit
from ..planning.v2 import CLOUD_V2
from .deployment_table import row_text
from .job_differences import (
    reuse_note,
    tell_of_job,
    tell_of_schedules,
    unknown_job,
)
from .loads.asset_factory import FACT, row_of
from .loads.asset_text import guard
from .loads.factory_again import ALL_COLUMNS, factory_again
from .loads.refilled import body_again, call_again, decorator_again, first_of_load
from .resource.workspace_text import ORDER as WORKSPACE_ORDER
from .table_again import table_again


@dataclass(frozen=True)
class Missing:
    """A fact that is missing, and the facts of its job where they are there now."""

    fact: str
    job: Job | None


CONSTRUCT = Kind[Missing]("placeholders")

NAME = "missing_fact"
GO_BACK = "restore the files as they were before the migration, and migrate again with these facts"
_WORKSPACE = External(f"{CLOUD_V2}.DbtCloudWorkspace")
_COMMANDS = "execute_steps"
_ALL = (*PLACE, *DEPLOYED)


def claims(context: Context) -> Iterator[Claim[Missing]]:
    """One claim for each placeholder. Those of one workspace and its assets belong together."""
    for module in context.index.tree.modules.values():
        for node in module.nodes:
            if not isinstance(node, ast.Call):
                continue
            values = context.index.values(module, node.func)
            if PLACEHOLDER in values or MISSING_ROW in values:
                yield _claim(context, module, node, is_row=MISSING_ROW in values)


def _claim(context: Context, module: Module, node: ast.Call, *, is_row: bool) -> Claim[Missing]:
    fact = str(node.args[0].value) if node.args and isinstance(node.args[0], ast.Constant) else "fact"
    fact = ROW if is_row else fact
    job = next((keyword.value for keyword in node.keywords if keyword.arg == "job_id"), None)
    ref = context.job_ref(module, job) if job is not None else None
    known = context.facts.job(ref.job_id) if ref is not None and ref.job_id is not None else None
    place = module.place(node)
    if ref is None:
        finding = Finding(place, "LDC403", f"write the {fact} by hand", NAME)
    elif ref.varies:
        finding = Finding(
            place, "LDC403", f"write the {fact} for each by hand: {ref.in_words}", NAME, jobs=ref.job_ids
        )
    elif ref.job_id is None:
        finding = Finding(place, "LDC402", unknown_job(ref), NAME)
    else:
        finding = Finding(place, "LDC401", f"job {ref.job_id}: its {fact}", NAME, jobs=ref.job_ids)
    blocked: tuple[Finding, ...] = (finding,) if known is None else ()
    if known is not None and fact in COMMANDS:
        refusal = refusal_of(known, context.release)
        if refusal is not None:
            code, said = refusal
            blocked = (Finding(place, code, f"{said}; {GO_BACK}", NAME),)
    return Claim(
        construct=CONSTRUCT,
        part=Fills(fact),
        module=module,
        node=node,
        name=NAME,
        code=finding.code,
        value=Made(module, node, PLACEHOLDER.name),
        resources=_workspaces(context, module, node),
        jobs=(ref,) if ref is not None else (),
        blocked=blocked,
        covers=covered([node.func]),
        detail=Missing(fact, known),
        is_site=False,  # v2 code that waits for a fact
    )


def _workspaces(context: Context, module: Module, node: ast.expr) -> frozenset[Made]:
    """The workspaces that a placeholder is a part of, or that its assets run on."""
    for above in module.ancestors(node):
        if isinstance(above, ast.Call):
            if _WORKSPACE in context.index.values(module, above.func):
                return frozenset({Made(module, above, _WORKSPACE.name)})
            given = next((word.value for word in above.keywords if word.arg == "workspace"), None)
            if given is not None:
                return _those(context, module, given)
        if isinstance(above, FUNCTIONS):
            for decorator in above.decorator_list:
                for word in getattr(decorator, "keywords", ()):
                    if word.arg == "workspace":
                        return _those(context, module, word.value)
        if isinstance(above, ast.Assign) and isinstance(above.value, ast.Dict):
            return _of_table(context, module, above)
    return frozenset()


def _those(context: Context, module: Module, node: ast.expr) -> frozenset[Made]:
    values = context.index.values(module, node)
    return frozenset(value for value in values if isinstance(value, Made) and value.of == _WORKSPACE.name)


def _of_table(context: Context, module: Module, table: ast.Assign) -> frozenset[Made]:
    """The workspaces of the function that a table of jobs was written for."""
    names = {target.id for target in table.targets if isinstance(target, ast.Name)}
    for node in module.tree.body:
        if isinstance(node, FUNCTIONS) and any(
            isinstance(inner, ast.Name) and inner.id in names for inner in ast.walk(node)
        ):
            given = (
                context.index.evaluator.calls.arguments(node, node.args.args[0].arg) if node.args.args else []
            )
            return frozenset().union(*(_those(context, caller, argument) for caller, argument in given))
    return frozenset()


def rewrite(claim: Claim[Missing], unit: Unit, context: Context) -> Rewrite:
    """Write the fact, and all that rests on it, as it would have been written at once."""
    done = Rewrite()
    fact, job = claim.detail.fact, claim.detail.job
    assert job is not None, "what has no facts is blocked"
    use_of_it = use_of(claim.module, claim.node)
    if fact == ROW:
        _fill_table(claim, unit, context, done)
        tell_of_job(done, claim, job, "", unit, plan_of(job))
    elif fact == FACT:
        _fill_row(claim, unit, context, done)
        tell_of_job(done, claim, job, "", unit, plan_of(job))
    elif fact != _COMMANDS:
        _fill_place(claim, fact, job, use_of_it, unit, context, done)
    elif isinstance(use_of_it, Argument) and use_of_it.name == "select":
        plan = plan_of(job)
        _fill_selection(claim, use_of_it.call, plan, unit, context, done)
        tell_of_job(done, claim, job, claim.jobs[0].source, unit, plan)
    else:
        assert isinstance(claim.node, ast.Call)
        use = unit.using(done, claim.module)
        for edit in body_again(context, claim.module, claim.node, plan_of(job), use):
            done.edit(claim.module, edit)
    return done


def _fill_row(claim: Claim[Missing], unit: Unit, context: Context, done: Rewrite) -> None:
    """The row of a job, and the function that reads it where all rows are known now."""
    module, job = claim.module, claim.detail.job
    assert job is not None
    facts = {
        other.detail.job.id: commands_of(other.detail.job)
        for other in CONSTRUCT.among(unit.claims)
        if other.detail.fact == FACT and other.detail.job is not None
    }
    table = next((above for above in module.ancestors(claim.node) if isinstance(above, ast.Assign)), None)
    use = unit.using(done, module)
    edits = factory_again(context, module, table, facts, use) if table is not None else []
    if not edits:
        row = row_of(commands_of(job), ALL_COLUMNS, context.style(module))
        assert isinstance(claim.node, ast.expr)
        text = render.in_place(module, claim.node, row)
        edits = [ReplaceExpression(module.span(claim.node), text)]
    for edit in edits:
        done.edit(module, edit)


def _fill_table(claim: Claim[Missing], unit: Unit, context: Context, done: Rewrite) -> None:
    """The row of a deployment's job in the table of what deployments differ in."""
    module, job = claim.module, claim.detail.job
    assert job is not None and isinstance(claim.node, ast.expr)
    table = next((above for above in module.ancestors(claim.node) if isinstance(above, ast.Assign)), None)
    rows = _rows(context, table.value) if table is not None else {}
    row = rows.get(job.id)
    if table is not None and row is not None and None not in rows.values():
        known = {job_id: one for job_id, one in rows.items() if one is not None}
        for home, edit in table_again(context, module, table, known, lambda at: unit.using(done, at)):
            done.edit(home, edit)
        return
    written = row_text(row if row is not None else _row(job), context.style(module))
    text = render.in_place(module, claim.node, written)
    done.edit(module, ReplaceExpression(module.span(claim.node), text))


def _rows(context: Context, table: ast.expr) -> dict[int, Mapping[str, object] | None]:
    """The rows of a table: as they stand there, and as they are to be. None where one is still missing."""
    found: dict[int, Mapping[str, object] | None] = {}
    for key, value in zip(table.keys, table.values, strict=True) if isinstance(table, ast.Dict) else ():
        if isinstance(key, ast.Constant) and isinstance(key.value, int):
            try:
                found[key.value] = ast.literal_eval(value)
            except ValueError:
                job = context.facts.job(key.value)
                is_there = job is not None and refusal_of(job, context.release) is None
                found[key.value] = _row(job) if job is not None and is_there else None
    columns = {column for row in found.values() if row is not None for column in row if len(row) < len(_ALL)}
    return {
        job_id: {column: row[column] for column in row if column in columns} if row and columns else row
        for job_id, row in found.items()
    }


def _row(job: Job) -> Mapping[str, object]:
    """All that a table says of a job which is the only one of its deployment there."""
    is_found = job.name_is_unique is not False and not job.generate_docs
    place = {"project_id": job.project_id, "environment_id": job.environment_id}
    return {**place, "name": job.name if is_found else None, **commands_of(job)}


def _fill_place(
    claim: Claim[Missing], fact: str, job: Job, use: Use, unit: Unit, context: Context, done: Rewrite
) -> None:
    """The project and environment of a workspace, and with the latter the job that it runs."""
    module, style = claim.module, context.style(claim.module)
    if not isinstance(use, Argument) or use.name not in WORKSPACE_ORDER:
        done.edit(module, ReplaceExpression(module.span(claim.node), str(getattr(job, fact))))
        return
    mine = [
        other.detail
        for other in CONSTRUCT.among(unit.claims)
        if other.detail.fact in WORKSPACE_ORDER and other.resources == claim.resources
    ]
    texts = {one.fact: Field(str(getattr(one.job, one.fact))) for one in mine}
    runs_jobs = any(
        isinstance(other.part, Fills) and other.part.fact in COMMANDS and other.resources & claim.resources
        for other in unit.claims
    )
    reused = unit.reused.get(Environment.of(job))
    if "environment_id" in texts and reused is not None and runs_jobs:
        texts["adhoc_job_name"] = Field(style.string(reused.name), trailing=reuse_note(reused))
    text = call_again(module, use.call, texts, WORKSPACE_ORDER, style, is_long=True)
    done.edit(module, ReplaceExpression(module.span(use.call), render.in_place(module, use.call, text)))
    if fact == "environment_id":
        tell_of_schedules(done, claim, unit, context)


def _fill_selection(
    claim: Claim[Missing], call: ast.Call, plan: Plan, unit: Unit, context: Context, done: Rewrite
) -> None:
    module, style = claim.module, context.style(claim.module)
    use = unit.using(done, module)
    told = {"select": plan.select, "exclude": plan.exclude, "selector": plan.selector}
    chosen = {name: style.string(text) for name, text in told.items() if text}
    checks = "" if plan.has_checks else "False"
    done.edit(module, decorator_again(context, module, call, chosen, checks, use))
    function = next((above for above in module.ancestors(call) if isinstance(above, FUNCTIONS)), None)
    lines = guard(module, claim.jobs[0], claim.detail.job, style)
    if lines and function is not None:
        first = first_of_load(module, function)
        done.edit(module, InsertBefore(module.span(first), "\n".join(lines) + "\n", rank=0))
