"""``missing_fact(...)``, which an earlier migration wrote for want of facts, is filled in once they are there.

It stands for a project or environment of ``DbtCloudWorkspace(...)``, for the selection of ``@dbt_cloud_assets(...)``
and for the command of ``.cli(...)``.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from ..analysis.inference.legacy_names import PLACEHOLDER
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
from ..editing.edits import AddArgument, InsertAfter, InsertBefore, ReplaceExpression
from ..facts.job_commands import EVERYTHING, Plan, build_words, plan_of, refusal_of
from ..facts.jobs import Job
from ..findings import Finding
from ..planning.claims import Claim, Context, Kind, Rewrite, covered
from ..planning.parts import Fills
from ..planning.units import Environment, Unit
from ..planning.v2 import CLOUD_V2
from .job_differences import (
    reuse_note,
    tell_of_job,
    tell_of_schedules,
    unknown_job,
)
from .loads.asset_factory import (
    FACT,
    row_text,
)
from .loads.asset_text import (
    alone,
    guard,
)


@dataclass(frozen=True)
class Missing:
    """A fact that is missing, and the facts of its job where they are there now."""

    fact: str
    job: Job | None


CONSTRUCT = Kind[Missing]("placeholders")

NAME = "missing_fact"
_WORKSPACE = External(f"{CLOUD_V2}.DbtCloudWorkspace")
_COMMANDS = "execute_steps"


def claims(context: Context) -> Iterator[Claim[Missing]]:
    """One claim for each placeholder. Those of one workspace and its assets belong together."""
    for module in context.index.tree.modules.values():
        for node in module.nodes:
            if isinstance(node, ast.Call) and PLACEHOLDER in context.index.values(module, node.func):
                yield _claim(context, module, node)


def _claim(context: Context, module: Module, node: ast.Call) -> Claim[Missing]:
    fact = str(node.args[0].value) if node.args and isinstance(node.args[0], ast.Constant) else "fact"
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
    if known is not None and fact in {_COMMANDS, FACT}:
        refusal = refusal_of(known, context.release)
        blocked = (Finding(place, *refusal, NAME),) if refusal is not None else ()
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
    """Write the fact."""
    done = Rewrite()
    fact, job = claim.detail.fact, claim.detail.job
    assert job is not None, "what has no facts is blocked"
    use = use_of(claim.module, claim.node)
    span = claim.module.span(claim.node)
    if fact == FACT:
        plan = plan_of(job)
        text = render.in_place(claim.module, claim.node, row_text(plan, context.style(claim.module)))
        done.edit(claim.module, ReplaceExpression(span, text))
        tell_of_job(done, claim, job, "", unit, plan)
    elif fact != _COMMANDS:
        _fill_place(claim, fact, job, use, unit, context, done)
    elif isinstance(use, Argument) and use.name == "select":
        plan = plan_of(job)
        _select(claim, use.call, plan, unit, context, done)
        tell_of_job(done, claim, job, claim.jobs[0].source, unit, plan)
    else:
        _command(claim, plan_of(job), unit, context, done)
    return done


def _fill_place(
    claim: Claim, fact: str, job: Job, use: Use, unit: Unit, context: Context, done: Rewrite
) -> None:
    """The project or environment of a workspace, and with the latter the job that it runs."""
    assert isinstance(claim.node, ast.Call)
    done.edit(claim.module, ReplaceExpression(claim.module.span(claim.node), str(getattr(job, fact))))
    if fact != "environment_id":
        return
    tell_of_schedules(done, claim, unit, context)
    reused = unit.reused.get(Environment.of(job))
    if reused is not None and isinstance(use, Argument):
        name = context.style(claim.module).string(reused.name)
        done.edit(
            claim.module,
            AddArgument(claim.module.span(use.call), "adhoc_job_name", name, reuse_note(reused)),
        )


def _select(
    claim: Claim[Missing], call: ast.Call, plan: Plan, unit: Unit, context: Context, done: Rewrite
) -> None:
    module, string = claim.module, context.style(claim.module).string
    assert isinstance(claim.node, ast.Call)
    done.edit(module, ReplaceExpression(module.span(claim.node), string(plan.select or EVERYTHING)))
    for name, text in (("exclude", plan.exclude), ("selector", plan.selector)):
        if text:
            done.edit(module, AddArgument(module.span(call), name, string(text)))
    if not plan.runs_tests:
        use = unit.using(done, module)
        settings = f"{use('dagster_dbt', 'DagsterDbtTranslatorSettings')}(enable_asset_checks=False)"
        given = next(
            (keyword.value for keyword in call.keywords if keyword.arg == "dagster_dbt_translator"), None
        )
        if isinstance(given, ast.Call):
            done.edit(module, AddArgument(module.span(given), "settings", settings))
        else:
            text = f"{use('dagster_dbt', 'DagsterDbtTranslator')}({settings})"
            done.edit(module, AddArgument(module.span(call), "dagster_dbt_translator", text))
    function = next((above for above in module.ancestors(call) if isinstance(above, FUNCTIONS)), None)
    lines = guard(module, claim.jobs[0], claim.detail.job, context.style(module))
    if lines and function is not None:
        done.edit(module, InsertBefore(module.span(function), "\n".join(lines) + "\n"))


def _command(claim: Claim, plan: Plan, unit: Unit, context: Context, done: Rewrite) -> None:
    module, style = claim.module, context.style(claim.module)
    use = unit.using(done, module)
    assert isinstance(claim.node, ast.Call)
    words = ", ".join(style.string(word) for word in build_words(plan))
    starred = module.parent(claim.node)
    display = module.parent(starred) if starred is not None else None
    if isinstance(starred, ast.Starred) and isinstance(display, ast.List):
        others = [module.source_of(element) for element in display.elts if element is not starred]
        done.edit(module, ReplaceExpression(module.span(display), f"[{', '.join([words, *others])}]"))
    else:
        done.edit(module, ReplaceExpression(module.span(claim.node), f"[{words}]"))
    runner = _runner(module, claim.node)
    statement = module.statement_of(claim.node)
    if runner:
        before = [line for command in plan.before for line in alone(command, runner, use, style)]
        after = [line for command in plan.after for line in alone(command, runner, use, style)]
        if before:
            done.edit(module, InsertBefore(module.span(statement), "\n".join(before) + "\n"))
        if after:
            done.edit(module, InsertAfter(module.span(statement), "\n".join(after) + "\n"))


def _runner(module: Module, node: ast.Call) -> str:
    above = module.parent(node)
    if isinstance(above, ast.Starred):
        above = module.parent(module.parents[above])  # the call around the list
    if isinstance(above, ast.Call) and isinstance(above.func, ast.Attribute) and above.func.attr == "cli":
        return render.own_text(module, above.func.value)
    return ""
