"""Compares what executing the same actions left in Dagster: materializations, observations, checks, outputs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from . import excuses
from .difference import Difference, Jobs, graph_of
from .origins import Origins

if TYPE_CHECKING:
    from legacy_shim.snapshot.schema import Snapshot


def compare_events(before: Snapshot, after: Snapshot, origins: Origins) -> Iterator[Difference]:
    """Every difference in what executing the same actions did in Dagster."""
    old, new = _by_action(before), _by_action(after)
    for action in sorted(set(old) | set(new)):
        if action in old and action in new:
            jobs = _jobs_that_ran(before, old[action])
            yield from _compare_action(action, old[action], new[action], (before, after), origins, jobs)
        else:
            yield Difference("Dagster run", action, action in old, action in new, None)


def not_shown(before: Snapshot, after: Snapshot) -> Iterator[Difference]:
    """Actions that failed before and after: what they would do otherwise is not known."""
    old, new = _by_action(before), _by_action(after)
    for action in sorted(set(old) & set(new)):
        if not old[action]["success"] and not new[action]["success"]:
            yield Difference("not shown", action, old[action]["errors"], new[action]["errors"], None)


def _by_action(snapshot: Snapshot) -> dict[str, Mapping[str, Any]]:
    rows: dict[str, Mapping[str, Any]] = {}
    for row in snapshot["actions"]:
        where = row["partition"] if not isinstance(row["partition"], list) else "...".join(row["partition"])
        rows[f"{row['number']} {row['action']}" + (f" [{where}]" if where else "")] = row
    return rows


def _jobs_that_ran(snapshot: Snapshot, action: Mapping[str, Any]) -> Jobs:
    """One of the dbt Cloud jobs that an action started."""
    found = frozenset(run["job_id"] for run in _runs_of(snapshot, action))
    return (found,) if found else ()


def _runs_of(snapshot: Snapshot, action: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The dbt Cloud runs that an action started."""
    return [run for run in snapshot["runs"] if run["phase"] == str(action["number"])]


def _compare_action(
    action: str,
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    snapshots: tuple[Snapshot, Snapshot],
    origins: Origins,
    jobs: Jobs,
) -> Iterator[Difference]:
    if old["success"] != new["success"]:
        yield Difference("success", action, _outcome(old), _outcome(new), None)
    yield from _compare_materialized(action, old, new, origins)
    yield from _compare_metadata(action, old, new, origins, jobs)
    yield from _compare_observations(action, old, new, snapshots[0])
    yield from _compare_checks(action, old, new, snapshots[1], origins)
    if old["outputs"] != new["outputs"]:
        code = excuses.of_outputs(old["outputs"], new["outputs"]) if jobs else None
        yield Difference("op outputs", action, old["outputs"], new["outputs"], code, jobs)
    was, now = (row.get("output_metadata", {}) for row in (old, new))
    if was != now:
        yield Difference("output metadata", action, was, now, None)


def _outcome(row: Mapping[str, Any]) -> list[str]:
    """How an action ended, in words: each error once, with the step that it is of."""
    if row["success"]:
        return ["succeeds"]
    steps = {_error(error): error["step"] for error in reversed(row["errors"])}
    found = (f"{text} (in {step})" if step else text for text, step in reversed(steps.items()))
    return [f"fails: {text}" for text in found] or ["fails"]


def _error(error: Mapping[str, Any]) -> str:
    name, message = error["class"], str(error["message"])
    return message if message.startswith(name) else f"{name}: {message}"


def _compare_materialized(
    action: str, old: Mapping[str, Any], new: Mapping[str, Any], origins: Origins
) -> Iterator[Difference]:
    was, now = _materialized(old), _materialized(new)
    if lost := sorted(set(was) - set(now)):
        yield Difference("materialized set lost", action, lost, None, None)
    if added := sorted(set(now) - set(was)):
        jobs = origins.jobs_of_all(now[name] for name in added)
        is_reported = not old["success"] and not new["success"] and jobs is not None
        yield Difference(
            "materialized set added", action, None, added, "LDC207" if is_reported else None, jobs or ()
        )


def _materialized(row: Mapping[str, Any]) -> dict[str, str]:
    """What was materialized, in words, with its asset key."""
    return {
        entry["asset"] + (f" [{entry['partition']}]" if entry["partition"] else ""): entry["asset"]
        for entry in row["materialized"]
    }


def _compare_metadata(
    action: str, old: Mapping[str, Any], new: Mapping[str, Any], origins: Origins, ran: Jobs
) -> Iterator[Difference]:
    was = {entry["asset"]: entry["metadata"] for entry in old["materialized"]}
    now = {entry["asset"]: entry["metadata"] for entry in new["materialized"]}
    for key in sorted(set(was) & set(now)):
        if was[key] != now[key]:
            loaded = origins.jobs(key)
            code = "LDC206" if loaded else excuses.of_op_metadata(was[key], now[key]) if ran else None
            subject, jobs = f"{key} in {action}", loaded or (ran if code else ())
            yield Difference("materialization metadata", subject, was[key], now[key], code, jobs)


def _compare_observations(
    action: str, old: Mapping[str, Any], new: Mapping[str, Any], before: Snapshot
) -> Iterator[Difference]:
    lost = [entry for entry in old["observed"] if entry not in new["observed"]]
    added = sorted({entry["asset"] for entry in new["observed"] if entry not in old["observed"]})
    if lost:
        assets = sorted({entry["asset"] for entry in lost})
        are_tests = all(map(excuses.is_of_a_test, lost))
        jobs = _jobs_that_tested(lost, _runs_of(before, old)) if are_tests else ()
        yield Difference("observations lost", action, assets, None, "LDC205" if jobs else None, jobs)
    if added:
        yield Difference("observations added", action, None, added, None)


def _jobs_that_tested(lost: Iterable[Mapping[str, Any]], runs: Sequence[Mapping[str, Any]]) -> Jobs:
    """The job that ran each test, whoever makes the asset: a test of a relationship reaches beyond the selection."""
    jobs_of: defaultdict[str, set[int]] = defaultdict(set)
    for run in runs:
        for test in (node for step in run["steps"] for node in step["nodes"] or ()):
            jobs_of[test].add(run["job_id"])
    every = {run["job_id"] for run in runs}
    found = (frozenset(jobs_of.get(excuses.test_of(entry)) or every) for entry in lost)
    return tuple(dict.fromkeys(jobs for jobs in found if jobs))


def _compare_checks(
    action: str, old: Mapping[str, Any], new: Mapping[str, Any], after: Snapshot, origins: Origins
) -> Iterator[Difference]:
    if old["checked"] == new["checked"]:
        return
    added = [row for row in new["checked"] if row not in old["checked"]]
    checks = graph_of(after)["checks"]
    are_tests = all(excuses.is_of_dbt(checks.get(f"{row['asset']}:{row['check']}")) for row in added)
    jobs = origins.jobs_of_all(row["asset"] for row in added)
    is_reported = are_tests and all(row in new["checked"] for row in old["checked"]) and jobs is not None
    code = "LDC205" if is_reported else None
    yield Difference("check results", action, old["checked"], new["checked"], code, jobs or ())
