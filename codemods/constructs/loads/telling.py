"""What differs in the runs of a load that is v2, whatever it was made of there."""

from __future__ import annotations

from ...planning.claims import Claim, Context, Rewrite
from ..clients.run_and_poll import FIXED_CAUSE
from ..given_up import CODE as GIVEN_UP
from ..given_up import left_going
from .read import Load


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
        ("LDC206", "kinds, tags, code versions and descriptions are added; the link to the job is dropped"),
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
