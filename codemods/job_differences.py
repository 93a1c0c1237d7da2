"""What differs once a load has become ``@dbt_cloud_assets``, as far as the job's facts tell."""

from __future__ import annotations

from .claims import Claim, JobRef, Rewrite
from .job_commands import Plan
from .units import Unit


def tell_of_job(done: Rewrite, claim: Claim, ref: JobRef, unit: Unit, plan: Plan) -> None:
    """Tell how the runs of a job differ, at the place of the claim that names the job."""

    def tell(code: str, message: str) -> None:
        done.tell(claim.module, claim.node, code, message, claim.name)

    if ref.source:
        tell("LDC214", f"the job id comes from {ref.source}; what was written is true of job {ref.job_id}")
    if plan.before or plan.after:
        others = ", ".join(f"`{command.text}`" for command in (*plan.before, *plan.after))
        tell("LDC202", f"{others} and `{plan.build.text}` each become a run")
    if unit.reused is None and unit.not_reused:
        tell("LDC203", f"job {ref.job_id} is not used any more: {unit.not_reused}")
    elif unit.reused is not None and unit.reused.id != ref.job_id:
        tell("LDC204", f"the commands of job {ref.job_id} run in job {unit.reused.id} ({unit.reused.name})")
    if plan.runs_tests:
        tell("LDC205", f"the tests of job {ref.job_id} show as asset checks")
    if plan.select or plan.exclude or plan.selector:
        tell("LDC210", "the selection of the job is evaluated when the code loads")


def tell_of_schedules(done: Rewrite, claim: Claim, unit: Unit) -> None:
    """Tell of each job whose schedule legacy would have switched off."""
    state = {True: "is on now", False: "is off now", None: "may be on: the facts do not say"}
    for job in unit.jobs:
        message = f"the dbt Cloud schedule of job {job.id} ({job.name}) {state[job.schedule_is_on]}"
        done.tell(claim.module, claim.node, "LDC208", message, claim.name)
