"""What differs in the runs of a load that is v2, whatever it was made of there."""

from __future__ import annotations

from collections.abc import Iterable

from ...analysis.syntax.functions import is_none
from ...facts.job_commands import plan_of
from ...facts.jobs import Job
from ...planning.claims import Claim, Context, Rewrite
from ..clients.run_and_poll import FIXED_CAUSE
from ..given_up import CODE as GIVEN_UP
from ..given_up import left_going
from .asked_of_others import can_be_asked
from .read import Load
from .translator import FUNCTION_PARAMETERS


def tell_of_runs(claim: Claim[Load], context: Context, done: Rewrite) -> None:
    """Report what holds for the runs of every load."""
    reads = (
        "; your code handles failures: check that it handles this one" if context.index.reads_failures else ""
    )
    rows = [
        (
            "LDC225",
            f"a failed run raises `Failure` with another text, without run_page_url and run_details{reads}",
        ),
        (
            "LDC206",
            "kinds, tags, owners, code versions and descriptions are added; the link to the job is dropped",
        ),
        ("LDC207", "models that were built before a failure are recorded"),
        ("LDC215", "runs are polled every second"),
        ("LDC218", "a lost answer can start a second run, and failed polls leave the run going"),
        ("LDC222", "a model that is gone from the project no longer fails the run"),
    ]
    if context.index.reads_causes:
        rows.append(("LDC212", FIXED_CAUSE))
    rows += [(GIVEN_UP, message) for message in left_going(context.release, when_late=False)]
    for code, message in rows:
        done.report(claim.module, claim.node, code, message, claim.name)


def tell_of_functions(claim: Claim[Load], context: Context, jobs: Iterable[Job], done: Rewrite) -> None:
    """Report the functions that may fail for a model which a job does not build, and one that it builds depends on."""
    plans = {job.id: plan_of(job) for job in jobs}
    of_parts = tuple(one for one, plan in plans.items() if plan.select or plan.exclude or plan.selector)
    if not of_parts:
        return
    for parameter in FUNCTION_PARAMETERS:
        function = claim.detail.arguments.get(parameter)
        if function is None or is_none(function):
            continue
        if not can_be_asked(context.index.evaluator, claim.module, function, "models"):
            said = (
                f"`{parameter}` is also called for the models upstream that are not built here: if it fails for one of them, "
                "the code location does not load"
            )
            done.report(claim.module, claim.node, "LDC233", said, claim.name, jobs=of_parts)
