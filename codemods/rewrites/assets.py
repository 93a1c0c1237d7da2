"""``load_assets_from_dbt_cloud_job(...)`` becomes a function decorated with ``@dbt_cloud_assets``.

The job's one ``dbt run`` or ``dbt build`` becomes its selection and its command; the job's other commands run
before and behind it, each as a dbt Cloud run of its own. Source: ``dagster_dbt.cloud_v2.asset_decorator``.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from legacy_shim.catalogue import BY_NAME

from .. import sinks
from ..asset_text import AssetText, asset_text
from ..claims import Claim, Context, JobRef, Rewrite, covered
from ..edits import InsertBefore, ReplaceExpression, ReplaceStatement, Unstar
from ..findings import Finding
from ..index import thing_kind
from ..job_commands import NoSingleBuild, plan_of
from ..job_differences import tell_of_job
from ..loops import Loop, loop_around
from ..modules import Module
from ..sinks import Placement
from ..units import Unit
from ..values import Keyed, Made, root
from ..workspace_binding import bind, binding_of

NAME = "load_assets_from_dbt_cloud_job"
_POSITIONS = (
    "dbt_cloud", "job_id", "node_info_to_asset_key", "node_info_to_group_fn",
    "node_info_to_auto_materialize_policy_fn", "partitions_def", "partition_key_to_vars_fn",
)  # fmt: skip
_KNOWN = {*_POSITIONS, "node_info_to_freshness_policy_fn"}


@dataclass(frozen=True, eq=False)
class Load:
    """A call of the loader: its arguments, and where what it loads is placed."""

    arguments: dict[str, ast.expr]
    parts: tuple[tuple[ast.AST, str], ...]
    placements: tuple[Placement, ...]
    loop: Loop | None = None
    """The comprehension that loads several jobs with this one call."""


def claims(context: Context) -> Iterator[Claim]:
    """One claim for each call of the loader."""
    index = context.index
    seen: set[Made] = set()
    for reference in index.references:
        for link in reference.chain:
            for value in index.values(reference.module, link):
                if isinstance(value, Made) and thing_kind(value) == "load" and value not in seen:
                    seen.add(value)
                    yield _claim(context, value)


def _claim(context: Context, value: Made) -> Claim:
    module, call, index = value.module, value.call, context.index
    assert isinstance(call, ast.Call)
    problem, arguments, parts = _arguments(call)
    blocked: list[Finding] = []
    placed: list[Placement] = []
    for place in sinks.placements(index, value):
        if isinstance(place, Placement):
            placed.append(place)
        else:
            blocked.append(sinks.lost_trail(place, "the loaded assets", NAME))
    resource = arguments.get("dbt_cloud")
    found = index.values(module, resource) if resource is not None else frozenset()
    resources = frozenset(
        inner for inner in found if isinstance(inner, Made) and thing_kind(inner) == "resource"
    )
    if not problem and (not resources or any(isinstance(root(inner), Keyed) for inner in found)):
        blocked.append(
            Finding(
                module.place(call), "LDC303", "the resource given as `dbt_cloud` cannot be followed", NAME
            )
        )
    job = arguments.get("job_id")
    loop, said = loop_around(context, module, call, job) if job is not None else (None, "")
    problem = problem or said
    jobs = loop.jobs if loop is not None else (context.job_ref(module, job),) if job is not None else ()
    for ref in jobs:
        problem = problem or _refused(context, ref.job_id)
    if not problem and isinstance(module.scope_of(call), ast.ClassDef):
        problem = "it stands in the body of a class, whose names a function in it does not see"
    if problem:
        code = (
            "LDC306"
            if problem.startswith("job ")
            else "LDC305"
            if problem.startswith("the selection")
            else "LDC302"
        )
        blocked.append(Finding(module.place(call), code, problem, NAME))
    return Claim(
        construct="assets",
        module=module,
        node=call,
        name=NAME,
        code=BY_NAME[NAME].code,
        value=value,
        resources=resources,
        jobs=jobs,
        blocked=tuple(blocked),
        covers=covered([call.func]),
        detail=Load(arguments, parts, tuple(placed), loop),
    )


def _arguments(call: ast.Call) -> tuple[str, dict[str, ast.expr], tuple[tuple[ast.AST, str], ...]]:
    if any(isinstance(argument, ast.Starred) for argument in call.args) or len(call.args) > len(_POSITIONS):
        return "its arguments cannot be read here", {}, ()
    arguments: dict[str, ast.expr] = dict(zip(_POSITIONS, call.args, strict=False))
    parts: list[tuple[ast.AST, str]] = [(node, name) for name, node in arguments.items()]
    for keyword in call.keywords:
        if keyword.arg is None:
            return "its arguments are given with `**`, and cannot be read here", {}, ()
        arguments[keyword.arg] = keyword.value
        parts.append((keyword, keyword.arg))
    unknown = sorted(set(arguments) - _KNOWN)
    if unknown:
        return f"@dbt_cloud_assets has nothing for `{unknown[0]}`", arguments, tuple(parts)
    if "dbt_cloud" not in arguments or "job_id" not in arguments:
        return "its resource or job id is missing", arguments, tuple(parts)
    return "", arguments, tuple(parts)


def _refused(context: Context, job_id: int | None) -> str:
    """Why the facts of a job stand against it, if they do."""
    job = context.facts.job(job_id) if job_id is not None else None
    if job is None:
        return ""
    try:
        plan = plan_of(job)
    except NoSingleBuild as error:
        return str(error)
    if plan.needs_artifacts:
        return f"the selection of job {job.id} uses `{plan.needs_artifacts}`"
    return ""


def rewrite(claim: Claim, unit: Unit, context: Context) -> Rewrite:
    """Put the decorated function where the loader is called."""
    done = Rewrite()
    module, load = claim.module, claim.detail
    assert isinstance(load, Load) and isinstance(claim.node, ast.Call)
    binding = binding_of(claim, load.placements, unit, context)
    statement = module.span(module.statement_of(claim.node))
    if load.loop is not None:
        names = [unit.namespace(module).reserve(f"dbt_cloud_job_{ref.job_id}") for ref in claim.jobs]
        texts = [
            _definition(claim, ref, name, binding.parameter, unit, context, done)
            for ref, name in zip(claim.jobs, names, strict=True)
        ]
        done.edit(module, InsertBefore(statement, "\n\n".join(texts)))
        done.edit(module, ReplaceExpression(load.loop.span_in(module), f"[{', '.join(names)}]"))
    else:
        name, is_assigned = _function_name(claim, unit)
        text = _definition(claim, claim.jobs[0], name, binding.parameter, unit, context, done)
        if is_assigned:
            done.edit(module, ReplaceStatement(statement, text))
        else:
            done.edit(module, InsertBefore(statement, text))
            wrap = claim.node in _wrapped(claim, context)
            done.edit(module, ReplaceExpression(module.span(claim.node), f"[{name}]" if wrap else name))
        _replace(claim, context, done)
    bind(binding, context, done)
    _tell(claim, unit, bool(binding.parameter), done)
    return done


def _definition(
    claim: Claim, ref: JobRef, name: str, parameter: str, unit: Unit, context: Context, done: Rewrite
) -> str:
    """The decorated function for one job of a load."""
    assert isinstance(claim.node, ast.Call)
    load, job = claim.detail, unit.job_of(ref)
    plan = plan_of(job) if job is not None else None
    wanted = AssetText(claim.module, name, load.arguments, load.parts, ref, job, plan, parameter)
    return asset_text(wanted, claim.node, unit, context, done)


def _function_name(claim: Claim, unit: Unit) -> tuple[str, bool]:
    """The name of the function, and whether the call is all that a plain assignment assigns."""
    statement = claim.module.statement_of(claim.node)
    target: ast.expr | None = None
    if isinstance(statement, ast.Assign) and statement.value is claim.node and len(statement.targets) == 1:
        target = statement.targets[0]
    elif isinstance(statement, ast.AnnAssign) and statement.value is claim.node:
        target = statement.target
    if isinstance(target, ast.Name):
        return target.id, True
    ref = claim.jobs[0]
    wanted = f"dbt_cloud_job_{ref.job_id}" if ref.job_id is not None else "dbt_cloud_job"
    return unit.namespace(claim.module).reserve(wanted), False


def _replace(claim: Claim, context: Context, done: Rewrite) -> None:
    """A load stood for a sequence too; the function is one definition: take stars away, add brackets."""
    assert isinstance(claim.value, Made)
    for role in context.index.sinks(claim.value):
        if role.starred is not None and not role.through:
            done.edit(role.module, Unstar(role.module.span(role.starred)))
    for node, module in _wrapped(claim, context).items():
        if node is not claim.node:
            done.edit(module, ReplaceExpression(module.span(node), f"[{module.source_of(node)}]"))


def _wrapped(claim: Claim, context: Context) -> dict[ast.expr, Module]:
    """The expressions that stood for a sequence, and become the one element of a list."""
    assert isinstance(claim.value, Made)
    spread = [role for role in context.index.sinks(claim.value) if role.spread is not None]
    placed = [place.role for place in claim.detail.placements if place.wrap]
    return {role.node: role.module for role in [*spread, *placed] if not role.through}


def _tell(claim: Claim, unit: Unit, is_bound: bool, done: Rewrite) -> None:
    module, node, tell = claim.module, claim.node, done.tell
    for ref in claim.jobs:
        job = unit.job_of(ref)
        if job is not None:
            tell_of_job(done, claim, ref, unit, plan_of(job))
        elif ref.job_id is None:
            named = f"set {ref.variable}, or give it with --env-file" if ref.variable else ""
            tell(module, node, "LDC402", named or "the job id cannot be read here", NAME)
        else:
            tell(module, node, "LDC401", f"job {ref.job_id}: its project, environment and commands", NAME)
    if "partition_key_to_vars_fn" in claim.detail.arguments:
        tell(module, node, "LDC217", "the partition's variables are passed with --vars", NAME)
    if is_bound:
        tell(module, node, "LDC211", "the assets take their workspace from Definitions", NAME)
    for code, message in (
        ("LDC206", "kinds, tags, code versions and descriptions are added; the link to the job goes"),
        ("LDC207", "models that were built before a failure are recorded"),
        ("LDC209", "the code location runs `dbt parse` in dbt Cloud when it loads, for 60 seconds at most"),
        ("LDC215", "runs are polled every second"),
    ):
        tell(module, node, code, message, NAME)
