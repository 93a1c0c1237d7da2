"""Decide what migrates together, and what stays and why. Nothing is decided by file."""

from __future__ import annotations

import ast
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ..analysis.dagster_api.run_later import is_run_later
from ..analysis.inference.values import Made
from ..analysis.syntax.source_module import Module
from ..editing.namespace import Namespace, namespace_of
from ..facts.job_commands import COMMANDS
from ..facts.jobs import Job
from ..findings import Finding
from .accounts import facts_of_another_account, several_accounts
from .borrowed_methods import block_borrowed
from .bound_out_of_sight import keep_what_may_be_bound
from .claims import Claim, Context, JobRef, about
from .deployments import Seen, half_lacking, names_of, served_in, table_of, union, where_complete
from .environments import Served
from .escaping import block_escapes
from .existing_workspaces import Existing, existing_workspaces
from .groups import components_of, grouped
from .keeping import Limits, asked_to_keep, unclaimed
from .locations import locations_of
from .names_bound_inside import keep_bound_names
from .never_bound import keep_what_may_be_asked_for
from .other_names import keep_what_other_names_may_reach
from .parts import BUILDING, PLACING, Builds, Fills, Loads
from .resources_of_tests import set_apart
from .self_documenting import keep_shown_text, keep_without_quotes
from .shared_uses import keep_what_is_shared
from .split import Portion, split
from .stand_ins import block_doubtful, block_mixed
from .units import Environment, Reuse, Table, Unit


def make_units(claims: Sequence[Claim], context: Context, limits: Limits) -> tuple[Unit, ...]:
    """Group claims into units and decide each. In the order of the code."""
    claims = [*claims, *unclaimed(claims, context)]
    claims = [asked_to_keep(claim, context, limits) for claim in claims]
    claims = [keep_bound_names(keep_without_quotes(keep_shown_text(claim))) for claim in claims]
    claims = block_borrowed(block_mixed(claims, context), context)
    components = components_of(context)
    claims = block_doubtful(claims, context, components)
    claims = set_apart(block_escapes(claims, context, components))
    claims = sorted(claims, key=lambda claim: (claim.module.place(claim.node), claim.construct.name))
    places: dict[Module, list[ast.AST]] = defaultdict(list)
    for claim in claims:
        places[claim.module].append(claim.node)
    namespaces: dict[Module, Namespace] = {
        module: namespace_of(module, context.index.tree, places[module])
        for module in context.index.tree.modules.values()
    }
    groups = keep_what_may_be_asked_for(grouped(claims, context), context)
    groups = keep_what_may_be_bound(groups, context)
    groups = keep_what_other_names_may_reach(groups, context)
    existing = existing_workspaces(context)
    locations = locations_of(
        [
            *({claim.module.path for claim in group} for group in groups),
            *(one.beside for one in existing),
        ],
        context,
    )
    reused = {
        location: {deployment.name: _Reused({}, {}) for deployment in context.deployments}
        for location in locations
    }
    for one, location in zip(existing, locations[len(groups) :], strict=True):
        for chosen in reused[location].values():
            chosen.settle(one)
    portions = [
        (portion, location)
        for group, location in zip(groups, locations, strict=False)
        for portion in split(group, context, namespaces)
    ]
    loading = Counter(location for portion, location in portions if _loads(portion))
    units = (
        _unit(portion, context, namespaces, reused[location], is_alone=loading[location] < 2)
        for portion, location in portions
    )
    return keep_what_is_shared((unit for unit in units if unit.claims_inside), context)


def _loads(portion: Portion) -> bool:
    return any(isinstance(claim.part, Loads) for claim in portion.claims)


def _unit(
    portion: Portion,
    context: Context,
    namespaces: Mapping[Module, Namespace],
    reused: Mapping[str, _Reused],
    *,
    is_alone: bool,
) -> Unit:
    """Decide a unit. ``is_alone``: no other loads in its code location, with which it would share a job."""
    claims = where_complete(portion.claims, context)
    each = {name: served_in(claims, context, name) for name in names_of(claims, context)}
    served = union(list(each.values()))
    kept = tuple(about(claim.jobs, finding) for claim in claims for finding in claim.blocked)
    kept = kept or served.problems or several_accounts(claims, context)
    kept = kept or facts_of_another_account(claims, context) or _without_resource(claims)
    kept = kept or _without_facts_to_ask_for(claims, served) or _in_what_runs_later(claims, served, context)
    table = Table()
    kept = kept or tuple(
        finding for name, one in each.items() for finding in reused[name].unknown_beside(claims, one)
    )
    kept = kept or _waiting_for_facts(claims, served) or half_lacking(portion.claims, context)
    if not kept:
        chosen = {name: reused[name].copy() for name in each}
        for name, one in each.items():
            chosen[name].choose(claims, one)
        seen = [Seen(name, one, chosen[name].jobs) for name, one in each.items()]
        table, kept = table_of(claims, seen, context, may_wait=is_alone)
        served = union([one for name, one in each.items() if not _lacks(claims, name, table)])
    if not kept:
        for name, one in each.items():
            reused[name].choose(claims, one)
    first = reused[next(iter(each))]
    return Unit(
        tuple(claims),
        frozenset(resource for claim in claims for resource in claim.resources),
        _refs(claims),
        served.jobs,
        served.by_resource,
        first.jobs,
        first.reasons,
        kept,
        _inline_names(claims, namespaces),
        portion.names,
        namespaces,
        table,
        {name: Reuse(reused[name].jobs, reused[name].reasons) for name in each},
        context.outside,
    )


def _refs(claims: Sequence[Claim]) -> tuple[JobRef, ...]:
    """The jobs of the loads; of the client's calls where nothing is loaded."""
    loaded = [ref for claim in claims if isinstance(claim.part, PLACING) for ref in claim.jobs]
    return tuple(loaded or [ref for claim in claims for ref in claim.jobs])


def _without_resource(claims: Sequence[Claim]) -> tuple[Finding, ...]:
    """Why a unit stays whose resource is built, or bound, out of sight."""
    if any(isinstance(claim.part, (*BUILDING, Fills)) for claim in claims):
        return ()
    if any(claim.resources for claim in claims):
        return tuple(
            Finding(
                claim.module.place(claim.node),
                "LDC303",
                "its resource is not built here: migrate the file that builds it in the same run",
                claim.name,
            )
            for claim in claims
        )
    if not any(claim.keys for claim in claims):
        return ()
    return tuple(
        Finding(
            claim.module.place(claim.node),
            "LDC303",
            f"no resource is bound to {_keys(claim)} in these files",
            claim.name,
        )
        for claim in claims
    )


def _without_facts_to_ask_for(claims: Sequence[Claim], served: Served) -> tuple[Finding, ...]:
    """A workspace for which no look-up could ever find a project and environment: the code works better as it is."""
    named = [ref for claim in claims for ref in claim.jobs if ref.job_ids or ref.variable]
    if named:
        return ()
    return tuple(
        Finding(
            claim.module.place(claim.node),
            "LDC403",
            "no job that this resource runs is named in the code",
            claim.name,
        )
        for claim in claims
        if isinstance(claim.part, BUILDING) and not claim.resources & served.by_resource.keys()
    )


def _waiting_for_facts(claims: Sequence[Claim], served: Served) -> tuple[Finding, ...]:
    """The facts of one job decide which workspaces all loads of its resource need: they wait for each other."""
    found: list[Finding] = []
    for resource in dict.fromkeys(resource for claim in claims for resource in claim.resources):
        loads = [claim for claim in claims if isinstance(claim.part, Loads) and resource in claim.resources]
        named = {job_id for claim in loads for ref in claim.jobs for job_id in ref.job_ids}
        known = {job.id for claim in loads for ref in claim.jobs for job in served.jobs[ref]}
        # What one load loads in each deployment is said with the deployments.
        varies = len(loads) == 1 and any(ref.varies for ref in loads[0].jobs)
        waits = len(named) > 1 and not varies and not _is_whole_somewhere(loads, served)
        for claim in loads if waits else ():
            for job_id in (one for ref in claim.jobs for one in ref.job_ids if one not in known):
                said = f"job {job_id}: its project, environment and commands; other loads of its resource wait for them"
                place = claim.module.place(claim.node)
                found.append(Finding(place, "LDC401", said, claim.name, jobs=(job_id,)))
    return tuple(found)


def _lacks(claims: Sequence[Claim], name: str, table: Table) -> bool:
    """Whether a deployment runs jobs whose rows wait for facts."""
    refs = (ref for claim in claims for ref in claim.jobs)
    return any(job_id in table.missing for ref in refs for job_id in ref.by_deployment.get(name, ()))


def _is_whole_somewhere(loads: Sequence[Claim], served: Served) -> bool:
    """Whether the facts of all loads are there in some deployment, and what lacks is of others."""
    refs = [ref for claim in loads for ref in claim.jobs]
    known = {ref: {job.id for job in served.jobs[ref]} for ref in refs}
    return all(ref.varies for ref in refs) and any(
        all(known[ref] >= {*ref.by_deployment[name]} for ref in refs) for name in refs[0].by_deployment
    )


def _in_what_runs_later(claims: Sequence[Claim], served: Served, context: Context) -> tuple[Finding, ...]:
    """A missing fact fails when the code loads; in the body of an op it would fail in production."""
    return tuple(
        Finding(
            claim.module.place(claim.node),
            "LDC401",
            "a placeholder would fail in a run, and not when the code loads",
            claim.name,
        )
        for claim in claims
        if isinstance(claim.part, BUILDING)
        and not claim.resources & served.by_resource.keys()
        and is_run_later(context.index.evaluator.calls, claim.module, claim.node)
    )


def _inline_names(claims: Iterable[Claim], namespaces: Mapping[Module, Namespace]) -> dict[Made, str]:
    """A name for each resource that is built where the loader is called."""
    found: dict[Made, str] = {}
    inside = {id(node) for claim in claims if isinstance(claim.part, Loads) for node in ast.walk(claim.node)}
    for claim in claims:
        if isinstance(claim.part, Builds) and id(claim.node) in inside and isinstance(claim.value, Made):
            number = sum(value.module is claim.module for value in found) + 1
            wanted = "dbt_cloud" if number == 1 else f"dbt_cloud_{number}"
            found[claim.value] = namespaces[claim.module].kept_apart(wanted)
    return found


def _keys(claim: Claim) -> str:
    return " or ".join(f'"{key}"' for key in sorted(claim.keys)) or "it"


class _Reused:
    """The user's job that the workspaces of each environment run by its name, or why there is none.

    v2 keeps one state for each project and environment in a code location, so all workspaces of one there share one job.
    """

    def __init__(
        self,
        jobs: dict[Environment, Job],
        reasons: dict[Environment, str],
        settled: Mapping[Environment, Existing] | None = None,
    ) -> None:
        self.jobs = jobs
        self.reasons = reasons
        self._settled = dict(settled or {})

    def copy(self) -> _Reused:
        return _Reused(dict(self.jobs), dict(self.reasons), self._settled)

    def settle(self, one: Existing) -> None:
        """Run in the job that a workspace of the tree names already, or in the one that Dagster names for it."""
        if one.environment in self._settled:
            return
        self._settled[one.environment] = one
        if one.job is not None:
            self.jobs[one.environment] = one.job
        else:
            self.reasons[one.environment] = (
                f"the workspace of its environment at {one.place} runs in a job that Dagster creates"
            )

    def unknown_beside(self, claims: Sequence[Claim], served: Served) -> Iterator[Finding]:
        """Loads beside a workspace whose job the facts do not have: the new one would have to name the same."""
        for claim in claims:
            jobs = (
                [job for ref in claim.jobs for job in served.jobs[ref]]
                if isinstance(claim.part, Loads)
                else []
            )
            for one in dict.fromkeys(self._settled.get(Environment.of(job)) for job in jobs):
                if one is not None and one.name is not None and one.job is None:
                    said = (
                        f"the workspace at {one.place} runs in the job {one.name!r} of the same environment, and "
                        "must share it; its facts are missing: look it up with --job-id"
                    )
                    yield Finding(claim.module.place(claim.node), "LDC401", said, claim.name)

    def choose(self, claims: Sequence[Claim], served: Served) -> None:
        """Choose for the environments of the loads of a unit."""
        for claim in claims:
            is_placed = not claim.resources or claim.resources & served.by_resource.keys()
            if not isinstance(claim.part, PLACING) or not is_placed:
                continue
            if isinstance(claim.part, Fills) and claim.part.fact not in COMMANDS:
                continue
            if isinstance(claim.part, Loads) and claim.part.is_observed:
                continue  # What records runs passes over those of the job that a workspace runs.
            for ref in claim.jobs:
                for job in served.jobs[ref]:
                    self._consider(job)

    def _consider(self, job: Job) -> None:
        environment = Environment.of(job)
        if environment in self.jobs or environment in self._settled:
            return
        if job.name_is_unique is False:
            self.reasons[environment] = (
                f"another job of its environment is also called {job.name!r}, and v2 finds jobs by name"
            )
        elif job.generate_docs:
            self.reasons[environment] = (
                "it generates docs, and v2 would take their results for those of the run"
            )
        else:
            self.jobs[environment] = job
