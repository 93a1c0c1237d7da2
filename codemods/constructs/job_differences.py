"""What differs once a load has become ``@dbt_cloud_assets``, as far as the job's facts say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import shorten

from ..analysis.inference.known_if_set import lacking
from ..analysis.inference.legacy_names import GETTER, RUN_OP, STARTING
from ..analysis.inference.trail import end_of_trail
from ..analysis.inference.values import Member, Result
from ..analysis.project.test_files import is_test
from ..facts.job_commands import Plan
from ..facts.jobs import Job
from ..planning.claims import Claim, Context, JobRef, Rewrite
from ..planning.parts import Loads
from ..planning.units import Environment, Unit
from .ids_by_hand import PLAIN, ids_by_hand

RUN_OP_NAME = RUN_OP.rpartition(".")[2]


def tell_of_job(done: Rewrite, claim: Claim, job: Job, source: str, unit: Unit, plan: Plan) -> None:
    """Report how the runs of a job differ, at the place of the claim that names the job.

    ``source`` is what its id comes from, where the code does not name it.
    """

    def report(code: str, message: str, *others: int) -> None:
        done.report(claim.module, claim.node, code, message, claim.name, jobs=(job.id, *others))

    if source:
        report("LDC214", f"the job id comes from {source}; the generated code is only valid for job {job.id}")
    if plan.before or plan.after:
        others = ", ".join(f"`{command.text}`" for command in (*plan.before, *plan.after))
        report("LDC202", f"{others} and `{plan.build.text}` of job {job.id} are dbt Cloud runs of their own")
    environment = Environment.of(job)
    reused = unit.reused.get(environment)
    if reused is None:
        why = unit.not_reused.get(environment, "no job of its environment can be reused")
        report("LDC203", f"job {job.id} no longer runs: {why}")
    elif reused.id != job.id:
        said = f"the commands of job {job.id} run in job {reused.id} ({reused.name}): {_apart(job, reused)}"
        report("LDC204", said, reused.id)
    if reused is not None and reused.id == job.id:
        said = f"job {job.id} is found by its name, {job.name!r}: if it is renamed, v2 creates a new job, with other threads and target"
        report("LDC226", said)
    report("LDC227", f"the project, environment and commands of job {job.id} stand in the code")
    if plan.has_checks:
        report("LDC205", f"the tests of job {job.id} show as asset checks")
    if plan.select or plan.exclude or plan.selector:
        report("LDC210", f"the selection of job {job.id} is evaluated when the code loads")


_QUEUE = (
    "a dbt Cloud job has one run at a time, so runs of the two wait for each other; adhoc_job_pool_size is not set, "
    "because dagster-dbt creates the other jobs of a pool with default threads and target"
)


def _apart(job: Job, reused: Job) -> str:
    """How runs in another job differ from runs in the own one, as far as the facts say."""
    rows = [
        ("threads", job.settings.get("threads"), reused.settings.get("threads")),
        ("target", job.settings.get("target_name"), reused.settings.get("target_name")),
        ("dbt version", job.dbt_version, reused.dbt_version),
        ("deferral", job.deferring, reused.deferring),
    ]
    found = [f"{what} {_shown(new)} instead of {_shown(old)}" for what, old, new in rows if old != new]
    if not job.settings or not reused.settings:
        found.append("the facts do not have the threads and target of both jobs")
    elif not found:
        found.append("threads, target, dbt version and deferral are the same")
    if reused.schedule_is_on:
        found.append(f"the schedule of job {reused.id} also starts runs in it")
    return "; ".join([*found, _QUEUE])


def _shown(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {one}" for key, one in value.items()) or "none"
    return str(value) if value else "none"


def tell_of_schedules(done: Rewrite, claim: Claim, unit: Unit, context: Context) -> None:
    """Report each job whose schedule legacy would have switched off, where it is used first; one that is off needs nothing."""
    uses = [other for other in unit.claims if not is_test(other.module.path) and _may_run(other)]
    refs = [ref for other in uses for ref in other.jobs]
    inside = [use for use in reversed(uses) if use in unit.claims_inside]
    first = {job_id: use for use in inside for ref in use.jobs for job_id in ref.job_ids}
    known = {job.id: job for ref in refs for job in unit.jobs_of(ref)}
    tests_alone = _named_by_tests_alone(context, refs)
    named = dict.fromkeys([*known, *(job_id for ref in refs for job_id in ref.job_ids)])
    observed = {
        job_id for other in unit.claims if _is_observed(other) for ref in other.jobs for job_id in ref.job_ids
    }
    for job_id in named:
        if job_id in observed:
            continue  # Its schedule is what runs it.
        job = known.get(job_id) or context.facts.job(job_id)
        if job is None:
            said = "" if job_id in tests_alone else f"{job_id} may be on: the facts do not have the job"
        elif job.schedule_is_on is None:
            said = f"{job_id} ({job.name}) may be on: the facts do not say"
        else:
            said = f"{job_id} ({job.name}) is on now" if job.schedule_is_on else ""
        if said and not (job_id in tests_alone and job_id not in known):
            at = first.get(job_id, claim)
            message = f"the dbt Cloud schedule of job {said}"
            done.report(at.module, at.node, "LDC208", message, at.name, jobs=(job_id,))
    unknown = next((ref for ref in refs if not ref.job_ids), None)
    if unknown is not None or not (refs or _only_asks(unit)):
        shown = unknown.module.source_of(unknown.node).split("\n", 1)[0] if unknown is not None else ""
        where = f"from `{shown}` " if shown else ""
        message = f"the dbt Cloud schedules of the jobs that it runs may be on: the codemod cannot tell {where}which jobs these are"
        spelled = [job for job in _spelled(context) if job.id not in named]
        if spelled:
            jobs = " and ".join(f"{job.id} ({job.name})" for job in spelled)
            message += f"; of those that the files name, that may be {jobs}"
        spelled_ids = tuple(job.id for job in spelled)
        done.report(claim.module, claim.node, "LDC208", message, claim.name, jobs=spelled_ids)


def _may_run(claim: Claim) -> bool:
    """Whether what is done there may run its jobs: not where they are asked for alone."""
    member = _member(claim)
    return not member or member in STARTING


def _spelled(context: Context) -> list[Job]:
    """The jobs whose ids stand in the files, tests apart, and whose schedules may be on."""
    texts = [data for path, data in context.index.tree.data.items() if not is_test(path)]
    return [
        job
        for job in context.facts.jobs
        if job.schedule_is_on is not False and any(str(job.id).encode() in text for text in texts)
    ]


def _only_asks(unit: Unit) -> bool:
    """Whether the methods of the client that the code calls are all that is done with it, and none of them runs a job."""
    if any(isinstance(claim.part, Loads) or claim.name == RUN_OP_NAME for claim in unit.claims):
        return False
    called = {_member(claim) for claim in unit.claims} - {"", GETTER}
    return bool(called) and not called & STARTING


def _member(claim: Claim) -> str:
    """The attribute of a client that a claim is about; empty where it is about something else."""
    member = claim.value.member if isinstance(claim.value, Result) else claim.value
    return member.attribute if isinstance(member, Member) else ""


def _is_observed(claim: Claim) -> bool:
    return isinstance(claim.part, Loads) and claim.part.is_observed


def _named_by_tests_alone(context: Context, refs: Sequence[JobRef]) -> set[int]:
    """The job ids that only tests give, to functions of the code: no run of theirs reaches dbt Cloud."""
    found: dict[bool, set[int]] = {True: set(), False: set()}
    for ref in refs:
        for home, place in context.constants.origins(ref.module, ref.node).places:
            numbers = context.constants.integers(home, place) or ()
            found[is_test(home.path)] |= {int(str(number.value)) for number in numbers}
    return found[True] - found[False]


def unread_job(context: Context, ref: JobRef) -> str:
    """What is said of a job id that the code does not say, with the place where its trail ends."""
    said = f"its job id `{ref.module.source_of(ref.node)}` cannot be determined"
    end = end_of_trail(context.constants, ref.module, ref.node)
    asked = [(ref.module, ref.node), *([end] if end is not None else [])]
    found = (ids_by_hand(context.constants, home, node) for home, node in asked)
    by_hand = next((one for one in found if one != PLAIN), PLAIN)
    if unset := lacking(context.constants, ref.module, ref.node):
        its = "its value" if len(unset) == 1 else "their values"
        by_hand = f"set {' and '.join(unset)}, or pass --env-file with {its}; or {by_hand}"
    if end is None:
        return f"{said}: {by_hand}"
    module, node = end
    line = module.place(node).line
    text = shorten(module.lines[line - 1], 100) if line <= len(module.lines) else ""
    return f"{said}: it depends on `{text}` ({module.path.name}:{line}). {by_hand[0].upper()}{by_hand[1:]}"


def unknown_job(ref: JobRef) -> str:
    """What is said of a job id that is not known."""
    if ref.variable and ref.is_computed:
        text = ref.module.source_of(ref.node).replace("\n", " ")
        return f"`{text}` cannot be computed from {ref.variable} here: write the job id, or use a variable that holds only the job id"
    if ref.variable and ref.lacking:
        return f"set {ref.variable} in deployment {' and '.join(ref.lacking)}"
    if ref.variable:
        return f"set {ref.variable}, or pass --env-file with its value"
    return f"the job id `{ref.module.source_of(ref.node)}` cannot be determined: write the number, or read it from an environment variable"


REUSE_NOTE = "# runs the job itself, with its settings"
"""The comment behind the name of the job that a workspace runs, where that is another in each deployment."""


def reuse_note(job: Job) -> str:
    """The comment behind the name of the job that a workspace runs."""
    return f"# runs job {job.id} itself, with its settings"
