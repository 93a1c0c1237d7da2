"""Which loads can be asset specs: those that nothing materializes, and whose runs one sensor can record.

A tick of the sensor fails for a model that no asset of the code location stands for, and so does every later one; it has
one translator, for the keys of all assets; and it passes over the runs of the job that a workspace of its environment runs.
Source: ``dagster_dbt.cloud_v2.sensor_builder``.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

from ....analysis.inference.values import External
from ....analysis.syntax.functions import is_none
from ....analysis.syntax.source_module import Module
from ....analysis.uses.uses import Argument, Element, Flow, Use
from ....facts.job_commands import NoSingleBuild, plan_of
from ....facts.jobs import Job
from ....planning.claims import Claim, Context
from ....planning.existing_workspaces import existing_workspaces
from ....planning.units import Environment
from ..polling_sensor import takes_sensor
from ..read import Load
from ..workspace_binding import imports_from

_WITHOUT_RUNS = {
    "partitions_def": "an observed asset has no partitions: the sensor does not know which partition a run was for",
    "partition_key_to_vars_fn": "nothing passes the variables of a partition to runs that dbt Cloud starts",
    "node_info_to_auto_materialize_policy_fn": "its policy has Dagster materialize the assets",
}


def against_observing(context: Context, claim: Claim[Load], claims: Sequence[Claim[Load]]) -> str:
    """Why a load does not become asset specs; empty where it does."""
    load, (ref,) = claim.detail, claim.jobs
    for name, said in _WITHOUT_RUNS.items():
        if name in load.arguments and not is_none(load.arguments[name]):
            return said
    if load.makes_several:
        return "the call loads several jobs, or one of several, and a sensor covers the assets of one"
    if ref.varies:
        return f"deployments run different jobs here: {ref.in_words}"
    job = context.facts.job(ref.job_id) if ref.job_id is not None else None
    if job is None:
        return "its job id is not known"
    return (
        _against_start(context)
        or _against_job(job)
        or _against_others(context, claim, job, claims)
        or _against_place(context, claim)
    )


def _against_start(context: Context) -> str:
    if context.starts_assets is None:
        return ""
    place = context.starts_assets
    return f"{place.path.name}:{place.line} may have Dagster materialize assets, and Dagster cannot run observed ones"


def _against_job(job: Job) -> str:
    try:
        plan = plan_of(job)
    except NoSingleBuild as error:
        return str(error)
    if (
        plan.select
        or plan.exclude
        or plan.selector
        or plan.build.resource_types
        or plan.build.which != "build"
    ):
        return (
            f"`{plan.build.text}` of job {job.id} builds a part of its project, and the sensor would fail at every "
            "tick once another job of the environment builds a model outside of it"
        )
    return ""


def _against_others(context: Context, claim: Claim[Load], job: Job, claims: Sequence[Claim[Load]]) -> str:
    where = Environment.of(job)
    for other in claims:
        jobs = (context.facts.job(job_id) for ref in other.jobs for job_id in ref.job_ids)
        shares = any(one is not None and Environment.of(one) == where for one in jobs)
        if other is not claim and (shares or other.resources & claim.resources):
            place = other.module.place(other.node)
            return f"the load at {place.path.name}:{place.line} shares its environment, and a sensor covers the assets of one load"
    for one in existing_workspaces(context):
        if one.environment == where:
            return f"the workspace at {one.place} is in its environment, and the sensor ignores the runs of its job"
    return ""


def _against_place(context: Context, claim: Claim[Load]) -> str:
    module = claim.module
    assert claim.value is not None
    if module.scope_of(claim.node) is not module.tree:
        return "it is loaded in a function, and the sensor has to be given to Definitions"
    if module.parent(module.statement_of(claim.node)) is not module.tree:
        return "it is loaded in a branch, and the sensor has to be given to Definitions"
    sequence = claim.detail.sequence
    if sequence.wrapped or sequence.unstarred or sequence.taken or sequence.is_taken_apart:
        return "the code uses what it loads as a sequence of definitions"
    given: list[ast.Call] = []
    for use in context.index.sinks(claim.value):
        said = _against_use(context, use, given)
        if said:
            return f"{said} at {use.module.path.name}:{use.node.lineno}"
    if not given:
        return "no Definitions was found that lists its assets"
    for place in claim.detail.placements:
        at = place.role.module
        if at is not module and not imports_from(context, at, place.role.node, module):
            return f"{at.path.name} gives its assets to Definitions, and does not import them by their name"
    return ""


def _against_use(context: Context, use: Use, given: list[ast.Call]) -> str:
    """What speaks against one use of the assets; the calls of ``Definitions`` go to `given`."""
    match use:
        case Flow():
            return ""
        case Element(container=ast.List(), spread=None) if not use.through and _is_written_here(use, context):
            return ""
        case Argument(name="assets") if use.through and _is_definitions(context, use.module, use.call):
            given.append(use.call)
            is_outside = use.module.path in context.outside
            return (
                "" if takes_sensor(use.call) and not is_outside else "no sensor can be given to Definitions"
            )
    return "the assets are used otherwise than as assets of Definitions"


def _is_written_here(use: Use, context: Context) -> bool:
    above = use.module.parent(use.node)
    is_whole = above is not None and above in (use.starred, getattr(use, "container", None))
    return is_whole and use.operand is None and use.module.path not in context.outside


def _is_definitions(context: Context, module: Module, call: ast.Call) -> bool:
    return context.index.values(module, call.func) == {External("dagster.Definitions")}
