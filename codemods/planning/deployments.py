"""What the deployments of one code base differ in, and what each of them makes of a unit.

Each deployment is planned as if it were the only one. What all agree on is written as it is; what they differ in goes to
a table in the code, by the id of the job that the deployment runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ..analysis.inference.values import Made, Value
from ..analysis.syntax.source_module import Module
from ..facts.job_commands import EVERYTHING, build_words, command_words, plan_if_single
from ..facts.jobs import Job
from ..findings import Finding
from .claims import Claim, Context, JobRef
from .environments import Served, environments_of, is_of_own_class
from .job_texts import text_in_place
from .parts import PLACING, Loads
from .split import beside_text
from .units import Environment, Table

PLACE = ("project_id", "environment_id", "name")
"""The columns that say where a workspace belongs, and which job it runs."""
COMMANDS = ("select", "exclude", "selector", "before", "command", "after", "checks")
"""The columns that say what a load runs."""


@dataclass(frozen=True, eq=False)
class Seen:
    """A unit as one deployment has it."""

    name: str
    served: Served
    reused: Mapping[Environment, Job]


def jobs_that_deployments_lack(claims: Iterable[Claim], context: Context) -> Iterator[Finding]:
    """A finding for each job id that some deployments say and others do not."""
    for claim in claims:
        for ref in claim.jobs:
            if ref.job_ids and ref.lacking and claim.module.path not in context.outside:
                said = f"{_to_do(ref, ref.lacking, context)} in deployment {' and '.join(ref.lacking)}"
                yield Finding(ref.module.place(ref.node), "LDC402", said, claim.name)


def _to_do(ref: JobRef, lacking: Sequence[str], context: Context) -> str:
    """What gives deployments the job that they lack."""
    if not ref.source:
        return "name the job"
    named = [one for one in context.deployments if one.name in lacking]
    if any(ref.source in one.variables for one in named):
        return (
            f"set each variable that `{ref.module.source_of(ref.node)}` may read, and not {ref.source} alone,"
        )
    return f"set {ref.source}"


def half_lacking(claims: Sequence[Claim], context: Context) -> tuple[Finding, ...]:
    """Why a unit stays that a deployment has in part: code that asks there for fewer jobs may load, and v2's would not."""
    refs = {ref: claim for claim in claims for ref in claim.jobs if ref.job_ids}
    found: list[Finding] = []
    for name in (one.name for one in context.deployments):
        lacking = [ref for ref in refs if not ref.by_deployment.get(name)]
        if len(lacking) in (0, len(refs)):
            continue
        for ref in lacking:
            does = _to_do(ref, (name,), context)
            said = f"deployment {name} has other jobs of this unit, but not this one: {does} there"
            found.append(Finding(ref.module.place(ref.node), "LDC402", said, refs[ref].name))
    return tuple(found)


def names_of(claims: Iterable[Claim], context: Context) -> list[str]:
    """The deployments that say each job id which any of them says; all, where none does."""
    refs = [ref for claim in claims for ref in claim.jobs if ref.job_ids]
    names = [one.name for one in context.deployments]
    return [name for name in names if all(ref.by_deployment.get(name) for ref in refs)] or names


def where_complete(claims: tuple[Claim, ...], context: Context) -> tuple[Claim, ...]:
    """The claims without the jobs of deployments that lack some of the others: the code refuses to load there."""
    names = names_of(claims, context)
    if len(names) == len(context.deployments):
        return claims
    return tuple(replace(claim, jobs=tuple(_limited(ref, names) for ref in claim.jobs)) for claim in claims)


def _limited(ref: JobRef, names: Sequence[str]) -> JobRef:
    by_deployment = {name: ref.by_deployment[name] for name in names}
    ids = dict.fromkeys(job_id for name in names for job_id in by_deployment[name])
    return replace(ref, job_ids=tuple(ids), by_deployment=by_deployment)


def _narrowed(ref: JobRef, name: str) -> JobRef:
    """A reference as one deployment has it."""
    return _limited(ref, [name]) if len(ref.by_deployment) > 1 else ref


def served_in(claims: Sequence[Claim], context: Context, name: str) -> Served:
    """The environments of a unit in one deployment, by the references that all deployments share."""
    if len(context.deployments) == 1:
        return environments_of(claims, context)
    there = [replace(claim, jobs=tuple(_narrowed(ref, name) for ref in claim.jobs)) for claim in claims]
    served = environments_of(there, context)
    jobs = {ref: served.jobs[_narrowed(ref, name)] for claim in claims for ref in claim.jobs}
    return Served(served.by_resource, jobs, served.problems, served.apart)


def union(served: Sequence[Served]) -> Served:
    """What is known of a unit, whatever the deployment; of an environment, that of the first."""
    first = served[0]
    if len(served) == 1:
        return first
    resources = set.intersection(*({*one.by_resource} for one in served))
    jobs = {
        ref: tuple(dict.fromkeys(job for one in served for job in one.jobs.get(ref, ())))
        for ref in first.jobs
    }
    problems = tuple(dict.fromkeys(problem for one in served for problem in one.problems))
    places = {made: place for made, place in first.by_resource.items() if made in resources}
    return Served(places, jobs, problems, frozenset(load for one in served for load in one.apart))


@dataclass(eq=False)
class _Columns:
    """The table as it is filled."""

    rows: dict[int, dict[str, object]] = field(default_factory=dict)
    missing: frozenset[int] = frozenset()
    """The jobs whose rows are not known yet: any column may differ there."""
    differing: dict[Made | JobRef, set[str]] = field(default_factory=dict)
    """The columns that a resource, or a load, reads from the table."""
    problems: list[Finding] = field(default_factory=list)

    def add(
        self,
        what: Made | JobRef,
        claim: Claim,
        ref: JobRef | None,
        values: Mapping[str, Mapping[str, object]],
    ) -> None:
        """What deployments differ in, by the job of ``ref``. ``values`` are those of each deployment, by its name."""
        for column in next(iter(values.values())):
            found = {name: row[column] for name, row in values.items()}
            if len({repr(value) for value in found.values()}) == 1 and not self.missing:
                continue
            if ref is None or not self._is_told_by(ref, column, found):
                self.problems.append(_differs(claim, column, found))
                continue
            self.differing.setdefault(what, set()).add(column)
            for name, value in found.items():
                self.rows.setdefault(ref.by_deployment[name][0], {})[column] = value

    def _is_told_by(self, ref: JobRef, column: str, found: Mapping[str, object]) -> bool:
        """Whether the job says the value: one job, one value."""
        rows: dict[int, object] = {}
        for name, value in found.items():
            if len(ref.by_deployment[name]) != 1:
                return False
            job_id = ref.by_deployment[name][0]
            known = self.rows.get(job_id, {}).get(column, value)
            if rows.setdefault(job_id, known) != value:
                return False
        return True


def _differs(claim: Claim, column: str, found: Mapping[str, object]) -> Finding:
    told = ", ".join(f"{value} in {name}" for name, value in found.items())
    return _kept(claim, f"{column} is {told}, and no single job id decides which")


def _kept(claim: Claim, said: str) -> Finding:
    return Finding(claim.module.place(claim.node), "LDC307", said, claim.name)


def _is_in_reach(context: Context, resource: Made, ref: JobRef) -> bool:
    """Whether the id can be written where the resource is built."""
    return text_in_place(context, ref, resource) is not None


def table_of(
    claims: Sequence[Claim], seen: Sequence[Seen], context: Context, *, may_wait: bool
) -> tuple[Table, tuple[Finding, ...]]:
    """What the deployments differ in, and what of it nothing in the code could choose.

    ``may_wait``: a deployment whose facts are missing may get a placeholder, as others settle nothing that it needs.
    """
    apart = {load for one in seen for load in one.served.apart}
    if len(seen) < 2:
        return Table(apart=apart), ()
    missing = list(_missing(claims, seen))
    waiting = _waiting(claims, seen) if missing and may_wait else {}
    if missing and not waiting:
        return Table(), tuple(missing)
    first = seen[0].name
    seen = [one for one in seen if one.name not in waiting]
    columns = _Columns(missing=frozenset(job_id for ids in waiting.values() for job_id in ids))
    loads = [claim for claim in claims if isinstance(claim.part, Loads)]
    keys = _keys(claims, loads, seen, context, columns, apart)
    for claim in loads:
        (ref,) = claim.jobs
        if claim.makes_several:
            columns.problems += _of_two_places(claim, seen) if claim.value in apart else ()
            continue
        if ref.varies:
            columns.add(ref, claim, ref, {one.name: commands_of(one.served.jobs[ref][0]) for one in seen})
            if len(claim.resources) != 1:
                columns.problems.append(_kept(claim, f"it loads {ref.in_words}, on several resources"))
        if claim.value in apart and not all(one.served.jobs[ref] for one in seen):
            columns.problems.append(_kept(claim, "which job it loads is not known in each deployment"))
        elif claim.value in apart:
            columns.add(ref, claim, ref, {one.name: _place_of(one, one.served.jobs[ref][0]) for one in seen})
    homes = _homes(context, loads, keys, columns)
    if waiting and (columns.problems or not (apart or keys) or (apart and first in waiting)):
        return Table(), tuple(missing)  # Where a resource belongs whose loads go apart, the first says.
    return Table(columns.rows, columns.differing, keys, homes, columns.missing, apart), tuple(
        columns.problems
    )


def _keys(
    claims: Sequence[Claim],
    loads: Sequence[Claim],
    seen: Sequence[Seen],
    context: Context,
    columns: _Columns,
    apart: set[Value],
) -> dict[Made, JobRef]:
    """The job that says where each resource belongs whose place differs.

    Where none says it there, the resource belongs where the first deployment has it, and its loads go ``apart``.
    """
    keys: dict[Made, JobRef] = {}
    for resource in dict.fromkeys(made for claim in loads for made in claim.resources):
        mine = [claim for claim in loads if resource in claim.resources]
        values = {one.name: _place_in(one, resource) for one in seen}
        if len({repr(place) for place in values.values()}) == 1 and not columns.missing:
            continue
        builder = _builder(claims, resource)
        ref = _key([claim for claim in mine if claim.value not in apart], context, resource)
        if resource.module.path in context.outside:
            columns.problems += [_built_outside(claim) for claim in mine]
        elif ref is not None:
            columns.add(resource, builder or mine[0], ref, values)
            keys[resource] = ref
        elif builder is None or is_of_own_class(builder, context):
            columns.add(resource, builder or mine[0], None, values)
        else:
            place = seen[0].served.by_resource.get(resource)
            apart.update(
                claim.value for claim in mine if claim.value and not _is_always_in(place, claim, seen)
            )
    return keys


def _built_outside(claim: Claim) -> Finding:
    (ref,) = claim.jobs
    return _kept(claim, f"it loads {ref.in_words}, and its resource is built outside of these paths")


def _is_always_in(place: Environment | None, claim: Claim, seen: Sequence[Seen]) -> bool:
    return not any(ref.varies for ref in claim.jobs) and all(
        Environment.of(job) == place for one in seen for ref in claim.jobs for job in one.served.jobs[ref]
    )


def _of_two_places(claim: Claim, seen: Sequence[Seen]) -> Iterator[Finding]:
    """Why a load of several jobs stays: each job has a row in its table, whatever the deployment."""
    found: dict[int, dict[str, object]] = {}
    for one in seen:
        for ref in claim.jobs:
            for job in one.served.jobs[ref]:
                place = _place_of(one, job)
                if found.setdefault(job.id, place) != place:
                    said = f"job {job.id} runs in job {place['name']} in {one.name}, and elsewhere in {found[job.id]['name']}"
                    yield _kept(claim, said)


def _missing(claims: Sequence[Claim], seen: Sequence[Seen]) -> Iterator[Finding]:
    """Jobs of some deployments whose facts are not there: what differs cannot be written yet."""
    for claim in claims:
        for ref in claim.jobs:
            if not isinstance(claim.part, PLACING) or not ref.varies:
                continue
            for one in seen:
                known = {job.id for job in one.served.jobs[ref]}
                for job_id in ref.by_deployment[one.name]:
                    if job_id not in known:
                        said = f"job {job_id} in deployment {one.name}: its project, environment and commands"
                        yield Finding(claim.module.place(claim.node), "LDC401", said, claim.name)


def _waiting(claims: Sequence[Claim], seen: Sequence[Seen]) -> dict[str, tuple[int, ...]]:
    """The deployments whose jobs' facts are missing, and those jobs; empty where a row for each cannot wait for them."""
    placing = [(claim, ref) for claim in claims if isinstance(claim.part, PLACING) for ref in claim.jobs]
    if len(placing) > 1:
        return {}  # What a row holds depends on which load reads it: no placeholder says that.
    found: dict[str, tuple[int, ...]] = {}
    known: set[int] = set()
    for one in seen:
        jobs = {ref: {job.id for job in one.served.jobs[ref]} for _, ref in placing}
        lacking = [ref for _, ref in placing if jobs[ref] != {*ref.by_deployment[one.name]}]
        if lacking:
            found[one.name] = tuple(job_id for _, ref in placing for job_id in ref.by_deployment[one.name])
        else:
            known |= {job_id for ids in jobs.values() for job_id in ids}
    waiting = {job_id for ids in found.values() for job_id in ids}
    can_wait = all(
        ref.varies and len(ids) == 1 and not claim.makes_several
        for claim, ref in placing
        for ids in ref.by_deployment.values()
    )
    return found if can_wait and known and not known & waiting else {}


def _key(loads: Sequence[Claim], context: Context, resource: Made) -> JobRef | None:
    """The job id that says where a resource belongs: that of the first load that takes one job in every deployment."""
    refs = (
        ref
        for claim in loads
        if not claim.makes_several
        for ref in claim.jobs
        if ref.varies and not ref.may_be_left_out
    )
    return next(
        (
            ref
            for ref in refs
            if all(len(ids) == 1 for ids in ref.by_deployment.values())
            and _is_in_reach(context, resource, ref)
        ),
        None,
    )


def _builder(claims: Sequence[Claim], resource: Made) -> Claim | None:
    return next((claim for claim in claims if claim.value == resource), None)


def _place_in(one: Seen, resource: Made) -> dict[str, object]:
    where = one.served.by_resource.get(resource)
    return dict.fromkeys(PLACE) if where is None else _place(one, where)


def _place_of(one: Seen, job: Job) -> dict[str, object]:
    return _place(one, Environment.of(job))


def _place(one: Seen, where: Environment) -> dict[str, object]:
    reused = one.reused.get(where)
    return {
        "project_id": where.project_id,
        "environment_id": where.environment_id,
        "name": reused.name if reused is not None else None,
    }


def commands_of(job: Job) -> dict[str, object]:
    """What the commands of a job are in v2, column by column."""
    plan = plan_if_single(job)
    if plan is None:
        return dict.fromkeys(COMMANDS)  # Such a load stays anyway.
    return {
        "select": plan.select or EVERYTHING,
        "exclude": plan.exclude,
        "selector": plan.selector,
        "before": [list(command_words(command)) for command in plan.before],
        "command": list(build_words(plan)),
        "after": [list(command_words(command)) for command in plan.after],
        "checks": plan.has_checks,
    }


def _homes(
    context: Context, loads: Sequence[Claim], keys: Mapping[Made, JobRef], columns: _Columns
) -> dict[Made | JobRef, Module]:
    """The file whose table a resource, or a load, reads: that of its resource where the load's file reaches it."""
    homes: dict[Made | JobRef, Module] = {made: made.module for made in keys}
    for claim in loads:
        for ref in claim.jobs:
            if columns.differing.get(ref) and len(claim.resources) == 1:
                (resource,) = claim.resources
                is_there = resource in keys and _reaches(context, claim, resource)
                homes[ref] = resource.module if is_there else claim.module
    return homes


def _reaches(context: Context, claim: Claim, resource: Made) -> bool:
    if claim.module is resource.module:
        return True
    argument = claim.part.resource if isinstance(claim.part, Loads) else None
    return (
        argument is not None
        and beside_text(context, claim.module, argument, resource, "dbt_cloud_facts") is not None
    )
