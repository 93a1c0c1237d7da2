"""``load_assets_from_dbt_cloud_job(...)`` becomes a function decorated with ``@dbt_cloud_assets``.

The job's one ``dbt run`` or ``dbt build`` becomes its selection and its command; the job's other commands run
before and behind it, each as a dbt Cloud run of its own. Where one call loads several jobs, a function makes the
assets of each, from a table. Source: ``dagster_dbt.cloud_v2.asset_decorator``.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from legacy_shim.catalogue import BY_NAME

from ...analysis.inference.legacy_names import thing_kind
from ...analysis.inference.values import Made
from ...analysis.syntax.functions import is_none
from ...analysis.syntax.rebinding import is_bound_again
from ...analysis.syntax.source_module import Module
from ...editing import render
from ...editing.edits import (
    InsertAfter,
    InsertBefore,
    ReplaceExpression,
    ReplaceStatement,
    Unstar,
)
from ...facts.job_commands import plan_of
from ...findings import OTHER_TARGET
from ...planning.claims import (
    Claim,
    Context,
    JobRef,
    Kind,
    Rewrite,
    covered,
)
from ...planning.deployments import commands_of
from ...planning.parts import Loads
from ...planning.units import Unit
from ..deployment_table import of_load
from ..job_differences import (
    tell_of_job,
    unknown_job,
)
from .asset_factory import (
    Factory,
    Row,
    factory_text,
)
from .asset_text import (
    AssetText,
    Written,
    asset_text,
    guard,
    may_be_time_windows,
    workspace_of,
)
from .bound_once import NAMES, is_plain
from .brought_resource import tell_of_unread_config
from .evaluated_earlier import asks_dbt_cloud
from .loaded_twice import tell_of_other_loads
from .own_workspace import tell_of_own
from .polling_sensor import (
    against_sensor,
    is_first_on_its_workspace,
    place_sensor,
    sensor_text,
)
from .read import (
    NAME,
    Load,
    read_load,
)
from .selections import tell_of_selections
from .targets.aiming import aimed
from .targets.component_text import write_component
from .targets.specs import write_specs
from .telling import tell_of_functions, tell_of_runs
from .workspace_binding import (
    HowBound,
    bind,
    binding_of,
)
from .wrapped import remove_wrapper

CONSTRUCT = Kind[Load]("assets")

_NOT_HANDED_IN = frozenset({"dbt_cloud", "job_id"})


def claims(context: Context) -> Iterator[Claim[Load]]:
    """One claim for each call of the loader."""
    index = context.index
    found: dict[Made, None] = {}
    for reference in index.references:
        for link in reference.chain:
            values = index.values(reference.module, link)
            found |= {one: None for one in values if isinstance(one, Made) and thing_kind(one) == "load"}
    yield from aimed(context, [_claim(context, value) for value in found])


def _claim(context: Context, value: Made) -> Claim[Load]:
    read = read_load(context, value)
    assert isinstance(value.call, ast.Call)
    for placement in read.load.placements:
        if placement.call is not None:
            context.placed[placement.call].update(read.resources)
    return Claim(
        construct=CONSTRUCT,
        part=Loads(read.load.arguments.get("dbt_cloud"), read.load.makes_several),
        module=value.module,
        node=value.call,
        name=NAME,
        code=BY_NAME[NAME].code,
        value=value,
        resources=read.resources,
        jobs=read.jobs,
        blocked=read.blocked,
        covers=covered([value.call.func]),
        detail=read.load,
    )


def rewrite(claim: Claim[Load], unit: Unit, context: Context) -> Rewrite:
    """Put what it becomes where the loader is called."""
    load = claim.detail
    if load.aim.target == "specs":
        return write_specs(claim, *_function_name(claim, unit), unit, context)
    if load.aim.place is not None:
        return write_component(claim, load.aim.place, unit, context)
    done = Rewrite()
    if load.aim.against:
        done.report(claim.module, claim.node, OTHER_TARGET, load.aim.against, NAME)
    if load.makes_several:
        _rewrite_as_call(claim, load, unit, context, done)
        binding = HowBound("")
    else:
        followed = () if load.sequence.is_taken_apart else load.placements
        binding = binding_of(claim, followed, unit, context)
        _rewrite_as_function(claim, load, binding, unit, context, done)
        bind(binding, context, done)
    remove_wrapper(claim, CONSTRUCT.among(unit.claims), done)
    _replace_uses(claim, context, done)
    _report(claim, unit, context, bool(binding.parameter), done)
    tell_of_selections(context, done)
    return done


def _rewrite_as_function(
    claim: Claim[Load], load: Load, binding: HowBound, unit: Unit, context: Context, done: Rewrite
) -> None:
    module = claim.module
    assert isinstance(claim.node, ast.Call)
    statement = module.span(module.statement_of(claim.node))
    ref = claim.jobs[0]
    name, is_assigned = _function_name(claim, unit)
    jobs = unit.jobs_of(ref)
    job = jobs[0] if ref.varies and jobs else unit.job_of(ref)
    plan = plan_of(job) if job is not None else None
    lookup = of_load(claim, unit, context, done)
    own = claim if unit.is_apart(claim) else None
    wanted = AssetText(
        module, name, load.arguments, load.parts, ref, job, plan, binding.parameter, lookup, own
    )
    written = asset_text(wanted, claim.node, unit, context, done)
    text = written.text + _sensor(claim, written, unit, context, done)
    refusal = [] if lookup.job else guard(module, ref, job, context.style(module))
    refused = "\n".join(refusal) + "\n" if refusal else ""
    if load.below is not None:
        at, text = module.span(load.below.statement), f"{refused}{text}"
        moved = InsertAfter(at, text) if load.below.is_behind else InsertBefore(at, text, blank=True)
        done.edit(module, ReplaceStatement(statement, ""))
        done.edit(module, moved)
        return
    if load.above is not None:
        done.edit(module, InsertBefore(module.span(load.above), f"{refused}{text}", blank=True))
        done.edit(module, _in_place_of(claim, load, name))
        return
    if refusal:
        done.edit(module, InsertBefore(statement, refused, rank=0))
    if is_assigned:
        done.edit(module, ReplaceStatement(statement, text))
        return
    done.edit(module, InsertBefore(statement, text))
    done.edit(module, _in_place_of(claim, load, name))


def _sensor(claim: Claim[Load], written: Written, unit: Unit, context: Context, done: Rewrite) -> str:
    """The polling sensor of the workspace, where it is asked for."""
    module = claim.module
    if not context.polling_sensor or not is_first_on_its_workspace(claim, unit):
        return ""
    if module.scope_of(claim.node) is not module.tree:
        done.report(
            module, claim.node, "LDC302", "no sensor is written: the assets are made in a function", NAME
        )
        return ""
    against = against_sensor(claim, unit)
    if against:
        done.report(module, claim.node, "LDC302", f"no sensor is written: {against}", NAME)
        return ""
    name = unit.namespace(module).reserve("dbt_cloud_polling_sensor")
    place_sensor(claim, name, unit, context, done)
    use = unit.using(done, module)
    return "\n\n" + sensor_text(name, written.workspace, written.translator, use, context.style(module))


def _function_name(claim: Claim[Load], unit: Unit) -> tuple[str, bool]:
    """The name of the function, and whether the call is all that a plain assignment assigns."""
    statement = claim.module.statement_of(claim.node)
    target: ast.expr | None = None
    if isinstance(statement, ast.Assign) and statement.value is claim.node and len(statement.targets) == 1:
        target = statement.targets[0]
    elif isinstance(statement, ast.AnnAssign) and statement.value is claim.node:
        target = statement.target
    if isinstance(target, ast.Name) and claim.detail.above is None:
        return target.id, True
    ref = claim.jobs[0]
    wanted = f"dbt_cloud_job_{ref.job_id}" if ref.job_id is not None else "dbt_cloud_job"
    return unit.namespace(claim.module).reserve(wanted), False


def _rewrite_as_call(claim: Claim[Load], load: Load, unit: Unit, context: Context, done: Rewrite) -> None:
    """Call a function of the module that makes the assets of any of the jobs."""
    module, call, (ref,) = claim.module, claim.node, claim.jobs
    assert isinstance(call, ast.Call)
    namespace = unit.namespace(module)
    handed_in = _handed_in(context, module, load)
    alike = [other for other in CONSTRUCT.among(unit.claims) if _is_alike(context, other, claim)]
    first = alike[0]
    name = namespace.shared("dbt_cloud_job", first)
    if context.polling_sensor and is_first_on_its_workspace(claim, unit):
        done.report(
            module, call, "LDC302", "no sensor is written: one call makes the assets of several jobs", NAME
        )
    if first is claim:
        _, comments = render.with_comments(module, context.style(module), call, [])
        table = namespace.shared("DBT_CLOUD_JOBS", first)
        rows = _rows(alike, unit)
        wanted = Factory(module, name, table, rows, load.arguments, handed_in, comments, alike)
        top = min((module.top_statement_of(other.node) for other in alike), key=lambda one: one.lineno)
        text = factory_text(wanted, unit, context, done)
        done.edit(module, InsertBefore(module.span(top), text, blank=True))
    workspace = workspace_of(module, load.resource, unit, context, done)
    extra = "".join(f", {name}={render.own_text(module, load.arguments[name])}" for name in handed_in)
    new = f"{name}({workspace}, {_job_argument(context, ref)}{extra})"
    done.edit(module, _in_place_of(claim, load, new))


def _in_place_of(claim: Claim[Load], load: Load, text: str) -> ReplaceExpression:
    """Put what is loaded where the call stands: in a list where it is used as a sequence, or for its only element."""
    assert isinstance(claim.node, ast.Call)
    place = load.sequence.taken.get(claim.node, claim.node)
    new = f"[{text}]" if claim.node in load.sequence.wrapped else text
    return ReplaceExpression(claim.module.span(place), new)


def _rows(alike: Iterable[Claim], unit: Unit) -> dict[int, Row | None]:
    """The commands of each job that the calls may load; None where its facts are missing."""
    found: dict[int, Row | None] = {}
    for claim in alike:
        for ref in claim.jobs:
            known = {job.id: commands_of(job) for job in unit.jobs_of(ref)}
            found |= {job_id: known.get(job_id) for job_id in ref.job_ids}
    return found


def _is_alike(context: Context, one: Claim[Load], other: Claim[Load]) -> bool:
    """Whether two calls can share a function: they differ in resource and job alone."""
    if one is other:
        return True
    if one.module is not other.module or not one.detail.makes_several:
        return False
    return _signature(context, one) == _signature(context, other)


def _signature(context: Context, claim: Claim[Load]) -> list[tuple[str, str]]:
    handed_in = _handed_in(context, claim.module, claim.detail)
    return sorted(
        (name, "" if name in handed_in else ast.dump(node))
        for name, node in claim.detail.arguments.items()
        if name not in _NOT_HANDED_IN
    )


def _handed_in(context: Context, module: Module, load: Load) -> list[str]:
    """The arguments that depend on a function or loop around the call."""
    return [
        name
        for name, node in load.arguments.items()
        if name not in _NOT_HANDED_IN
        and not (
            _is_readable_anywhere(context, module, node) and _is_same_anywhere(context, module, name, node)
        )
    ]


def _is_same_anywhere(context: Context, module: Module, name: str, node: ast.expr) -> bool:
    """Whether an argument can be written out in a function, and need not be evaluated where the load stands."""
    return name not in NAMES or name == "partitions_def" or is_plain(context, module, name, node)


def _is_readable_anywhere(context: Context, module: Module, node: ast.expr) -> bool:
    """Whether the names in an expression are those of the module, and not of a function or loop around it."""
    names = context.index.tree.names(module)
    inside = set(ast.walk(node))
    read = [one for one in inside if isinstance(one, ast.Name)]
    scopes = {names.scope_that_binds(module, one.id, one) for one in read}
    return scopes <= {module.tree, None, *inside} and not any(
        is_bound_again(names, module, one.id, one) for one in read
    )


def _job_argument(context: Context, ref: JobRef) -> str:
    """The job id as an int: the table has numbers for keys."""
    text = render.own_text(ref.module, ref.node)
    found = context.constants.possible(ref.module, ref.node) or ()
    is_number = all(isinstance(constant.value, int) for constant in found)
    return text if is_number and found else f"int({text})"


def _replace_uses(claim: Claim[Load], context: Context, done: Rewrite) -> None:
    """A load stood for a sequence too; the function is one definition: take stars away, add brackets."""
    assert isinstance(claim.value, Made)
    wrapped, taken = claim.detail.sequence.wrapped, claim.detail.sequence.taken
    for use in context.index.sinks(claim.value):
        if use.starred is not None and not use.through and use.node not in wrapped:
            done.edit(use.module, Unstar(use.module.span(use.starred)))
    for node, module in wrapped.items():
        if node is not claim.node:
            done.edit(module, ReplaceExpression(module.span(node), f"[{module.source_of(node)}]"))
    for module, node in context.index.places_of(claim.value):
        if node in taken and node is not claim.node:
            done.edit(module, ReplaceExpression(module.span(taken[node]), module.source_of(node)))


def _report(claim: Claim[Load], unit: Unit, context: Context, is_bound: bool, done: Rewrite) -> None:
    module, node, report = claim.module, claim.node, done.report
    assert claim.value is not None
    for ref in claim.jobs:
        known = {job.id: job for job in unit.jobs_of(ref)}
        source = ref.source if not claim.detail.makes_several else ""
        for job in known.values():
            tell_of_job(done, claim, job, "" if ref.varies else source, unit.where(ref, job), plan_of(job))
        for job_id in ref.job_ids:
            if job_id not in known:
                said = f"{ref.job_in_words(job_id)}: its project, environment and commands"
                report(module, node, "LDC401", said, NAME, jobs=(job_id,))
        if not ref.job_ids:
            report(module, node, "LDC402", unknown_job(ref), NAME)
        if ref.varies and not claim.detail.makes_several:
            said = f"{ref.in_words}; the code refuses to load for another job"
            report(module, node, "LDC214", said, NAME, jobs=ref.job_ids)
    if unit.is_apart(claim):
        tell_of_own(claim, unit, done)
    loads = CONSTRUCT.among(unit.claims)
    tell_of_other_loads(claim, loads[: loads.index(claim)], done)
    if claim is CONSTRUCT.among(unit.claims)[0]:
        tell_of_unread_config(claim, context, done)
    partitions = claim.detail.arguments.get("partitions_def")
    if (
        partitions is not None
        and not is_none(partitions)
        and may_be_time_windows(context, module, partitions)
    ):
        report(module, node, "LDC229", "the assets have the backfill policy `multi_run`", NAME)
    if "partition_key_to_vars_fn" in claim.detail.arguments:
        said = "the partition's variables are passed with --vars, and their function is not called when the code loads"
        report(module, node, "LDC217", said, NAME)
    told = "take their workspace from Definitions" if is_bound else "use the workspace of their module"
    report(module, node, "LDC211", f"the assets {told}", NAME)
    asks = asks_dbt_cloud(context, module, node, claim.detail.arguments, context.index.places_of(claim.value))
    report(module, node, "LDC209", asks, NAME)
    tell_of_runs(claim, context, done)
    built = [job for ref in claim.jobs for job in unit.jobs_of(ref)]
    tell_of_functions(claim, context, built, done)
