"""What was tried on both sides, and the dbt commands that it ran in dbt Cloud, to read side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .run import Result
from .runs import LOAD

if TYPE_CHECKING:
    from legacy_shim.snapshot.schema import Snapshot


@dataclass(frozen=True)
class Command:
    """One dbt command that ran in dbt Cloud."""

    job_id: int
    job_name: str
    is_new_job: bool
    """Whether the job was not there before: v2 made it."""
    run: int
    """Counted from 1 within the attempt: commands of one run have the same number."""
    text: str
    nodes: tuple[str, ...] | None
    """The dbt nodes that it touched; None where that is not known."""
    wait: str
    """Its timeout, in words."""


@dataclass(frozen=True)
class Attempt:
    """One thing that was done on both sides."""

    action: str
    title: str
    before: tuple[Command, ...]
    after: tuple[Command, ...]
    succeeded: tuple[bool, bool]
    is_as_reported: bool
    """Whether it differs in nothing but what the migration reported."""


def attempts(result: Result) -> list[Attempt]:
    """Loading first, then each action in its order."""
    before, after = result.before.snapshot, result.after.snapshot
    surprising = {row.difference.subject for row in result.differences if row.verdict != "expected"}
    found = [
        Attempt(
            LOAD,
            "Loading the code location",
            _commands(before, LOAD),
            _commands(after, LOAD),
            (True, True),
            True,
        )
    ]
    for number, (action, title) in enumerate(result.plan.actions.items()):
        phase = str(number)
        is_surprising = any(subject.startswith(f"{phase} {action}") for subject in surprising)
        succeeded = (_succeeded(before, number), _succeeded(after, number))
        found.append(
            Attempt(
                action, title, _commands(before, phase), _commands(after, phase), succeeded, not is_surprising
            )
        )
    return found


def _commands(snapshot: Snapshot, phase: str) -> tuple[Command, ...]:
    rows: list[Command] = []
    made = {row["job_id"] for row in snapshot["writes"] if row.get("job_id") is not None}
    runs: Sequence[Mapping[str, Any]] = [run for run in snapshot["runs"] if run["phase"] == phase]
    for number, run in enumerate(runs, start=1):
        nodes = {step["command"]: step["nodes"] for step in run["steps"]}
        for text in run["commands"]:
            touched = nodes.get(text)
            rows.append(
                Command(
                    run["job_id"],
                    run.get("job_name") or "",
                    run["job_id"] in made,
                    number,
                    text,
                    None if touched is None else tuple(touched),
                    "" if phase == LOAD else shown_wait(run),
                )
            )
    return tuple(rows)


def shown_wait(run: Mapping[str, Any]) -> str:
    """The timeout of a run, in words."""
    if not run["awaited"]:
        return "not waited for"
    return "no timeout" if run["wait"] is None else f"timeout {run['wait']:g} s"


def _succeeded(snapshot: Snapshot, number: int) -> bool:
    return all(row["success"] for row in snapshot["actions"] if row["number"] == number)
