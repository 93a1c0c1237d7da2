"""What the reader should know of how a result was found out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..reporting.report import Report
from .actions import Plan
from .runs import unknown_jobs

if TYPE_CHECKING:
    from legacy_shim.snapshot.schema import Snapshot


def notes(before: Snapshot, after: Snapshot, plan: Plan, report: Report) -> list[str]:
    """One sentence or two each: what was refused, started, left out, or could not be seen."""
    found = []
    hosts = sorted({row["host"] for side in (before, after) for row in side["refused"]})
    if hosts:
        found.append(f"The network was closed to the code under observation: {', '.join(hosts)} was refused.")
    unknown = sorted(unknown_jobs(before) | unknown_jobs(after))
    if unknown:
        listed = ", ".join(map(str, unknown))
        found.append(
            f"The code ran dbt Cloud jobs that the facts do not have, so that the local dbt Cloud refused: {listed}. "
            "`lookup --job-id ID` adds one."
        )
    if _fails_at_first(before, after):
        found.append(
            "Before the migration, something fails that succeeds after it. Where the legacy package of dagster-dbt is at "
            "fault, the facade may do better: `python -m legacy_shim enable`, then verify again."
        )
    programs = sorted({name for side in (before, after) for name in side["programs"]})
    if programs:
        found.append(
            f"The code started other programs, whose network access was not watched: {', '.join(programs)}."
        )
    if plan.left_out:
        jobs = ", ".join(plan.left_out)
        found.append(
            f"Not executed, because ops of them are your own code: {jobs}. --job NAME executes one all the same."
        )
    if not plan.actions:
        found.append(
            "There is no asset and no op here that Dagster runs in dbt Cloud before and after: nothing was executed."
        )
    if report.file_problems:
        listed = ", ".join(str(row.place.path) for row in report.file_problems)
        found.append(f"These files could not be read or parsed, and were not migrated: {listed}.")
    return found


def uses_kept(report: Report) -> list[str]:
    """What the reader of a tree that was migrated just now should know of what it still holds."""
    kept = report.sites.kept
    said = "1 use stays" if kept == 1 else f"{kept} uses stay"
    return [f"{said} on the facade (LDC3xx); `migrate --check` lists the reasons."] if kept else []


def _fails_at_first(before: Snapshot, after: Snapshot) -> bool:
    """Whether something fails before, and succeeds after."""
    failed, succeeded = (
        {(row["number"], str(row["partition"])) for row in side["actions"] if row["success"] is wanted}
        for side, wanted in ((before, False), (after, True))
    )
    return not failed.isdisjoint(succeeded)
