"""Compares what executing did: in Dagster, and in dbt Cloud."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .dbt_command import Doing, doing
from .difference import Difference, Snapshot
from .graph import cloud_assets

LOAD = "load"
_READING = ("test.", "unit_test.", "exposure.", "saved_query.")
_LEGACY_METADATA = "Execution Time (seconds)"
"""What every materialization carried that the legacy integration made of a dbt result."""
_CAUSES_OF_THE_LIBRARY = (
    "Materializing software-defined assets in Dagster run",
    "Triggered by Dagster",
    "Triggered via Dagster",
)


@dataclass(frozen=True)
class Invocation:
    """One dbt command in one dbt Cloud run, and the nodes that it executed (None where that is not known)."""

    job_id: int
    run_id: int
    text: str
    doing: Doing
    nodes: frozenset[str] | None
    wait: float | None
    """Seconds for which its end is awaited: infinite for ever, None where nothing waits."""

    def does_the_same_as(self, other: Invocation) -> bool:
        """Whether both did the same to the same nodes, however the selection was written."""
        if self.doing == other.doing:
            return self.nodes is None or other.nodes is None or self.nodes == other.nodes
        same_verb = self.doing.to_its_nodes == other.doing.to_its_nodes
        return same_verb and self.nodes is not None and self.nodes == other.nodes

    def beside(self, other: Invocation) -> str:
        """What it does, with the nodes that the other does not touch."""
        own = sorted((self.nodes or frozenset()) - (other.nodes or frozenset()))
        only = f"; alone in this: {', '.join(own)}" if own else ""
        return f"{self.text}  (job {self.job_id}{only})"


def load_commands(snapshot: Snapshot) -> list[str]:
    """The dbt commands that loading the code cost, in dbt Cloud."""
    return [row.text for row in _invocations(snapshot, LOAD)]


def compare_actions(before: Snapshot, after: Snapshot) -> Iterator[Difference]:
    """Every difference in what executing the same actions did in Dagster."""
    cloud = cloud_assets(before)
    old, new = _by_action(before), _by_action(after)
    for action in sorted(set(old) | set(new)):
        if action in old and action in new:
            yield from _compare_action(action, old[action], new[action], cloud)
        else:
            yield Difference("Dagster run", action, action in old, action in new, None)


def compare_dbt(before: Snapshot, after: Snapshot) -> Iterator[Difference]:
    """Every difference in what the same actions did in dbt Cloud."""
    created = any(_creates_a_job(write) for write in after["writes"])
    if created and not any(_creates_a_job(write) for write in before["writes"]):
        yield Difference("dbt Cloud job created", "dbt Cloud", None, "a job", "LDC203")
    if any(_updates_a_job(write) for write in before["writes"]) and not any(
        _updates_a_job(write) for write in after["writes"]
    ):
        yield Difference("dbt Cloud job settings", "dbt Cloud", "changed by the run", "left alone", "LDC208")
    for number in sorted({str(row["number"]) for row in [*before["actions"], *after["actions"]]}):
        yield from _compare_invocations(number, before, after, created)


def not_shown(before: Snapshot, after: Snapshot) -> Iterator[Difference]:
    """Actions that failed before and after: what they would do in earnest, nobody has seen."""
    old, new = _by_action(before), _by_action(after)
    for action in sorted(set(old) & set(new)):
        if not old[action]["success"] and not new[action]["success"]:
            yield Difference("not shown", action, old[action]["errors"], new[action]["errors"], None)


def compare_callers(before: Snapshot, after: Snapshot) -> Iterator[Difference]:
    """Which account is called on which host, and whether with the same token."""
    old, new = before.get("callers", []), after.get("callers", [])
    if not (old and new):
        return
    for name, kind in (
        ("account", "dbt Cloud account"),
        ("host", "dbt Cloud host"),
        ("token", "dbt Cloud token"),
    ):
        was, now = sorted({row[name] for row in old}), sorted({row[name] for row in new})
        if was != now and name == "token":
            yield Difference(kind, "dbt Cloud", "one", "another", None)
        elif was != now:
            yield Difference(kind, "dbt Cloud", was, now, None)


def _by_action(snapshot: Snapshot) -> dict[str, Mapping[str, Any]]:
    rows = {}
    for row in snapshot["actions"]:
        where = row["partition"] if not isinstance(row["partition"], list) else "...".join(row["partition"])
        rows[f"{row['number']} {row['action']}" + (f" [{where}]" if where else "")] = row
    return rows


def _compare_action(
    action: str, old: Mapping[str, Any], new: Mapping[str, Any], cloud: frozenset[str]
) -> Iterator[Difference]:
    if old["success"] != new["success"]:
        yield Difference(
            "success", action, old["errors"] or old["success"], new["errors"] or new["success"], None
        )
    was, now = _materialized(old), _materialized(new)
    if was - now:
        yield Difference("materialized set lost", action, sorted(was - now), None, None)
    if now - was:
        code = None if old["success"] else "LDC207"
        yield Difference("materialized set added", action, None, sorted(now - was), code)
    yield from _compare_materialization_metadata(action, old, new, cloud)
    yield from _compare_observations(action, old, new)
    if old["checked"] != new["checked"]:
        is_told = all(row in new["checked"] for row in old["checked"])
        yield Difference(
            "check results", action, old["checked"], new["checked"], "LDC205" if is_told else None
        )
    if old["outputs"] != new["outputs"]:
        yield Difference("op outputs", action, old["outputs"], new["outputs"], _output_code(old, new))


def _materialized(row: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(
        entry["asset"] + (f" [{entry['partition']}]" if entry["partition"] else "")
        for entry in row["materialized"]
    )


def _compare_materialization_metadata(
    action: str, old: Mapping[str, Any], new: Mapping[str, Any], cloud: frozenset[str]
) -> Iterator[Difference]:
    was = {entry["asset"]: entry["metadata"] for entry in old["materialized"]}
    now = {entry["asset"]: entry["metadata"] for entry in new["materialized"]}
    for key in sorted(set(was) & set(now)):
        if was[key] != now[key]:
            is_told = key in cloud or _LEGACY_METADATA in was[key]
            yield Difference(
                "materialization metadata",
                f"{key} in {action}",
                was[key],
                now[key],
                "LDC206" if is_told else None,
            )


def _compare_observations(
    action: str, old: Mapping[str, Any], new: Mapping[str, Any]
) -> Iterator[Difference]:
    was = [entry for entry in old["observed"] if entry not in new["observed"]]
    now = [entry for entry in new["observed"] if entry not in old["observed"]]
    if was:
        are_tests = all("Test ID" in entry["metadata"] for entry in was)
        assets = sorted({entry["asset"] for entry in was})
        yield Difference("observations lost", action, assets, None, "LDC205" if are_tests else None)
    if now:
        yield Difference("observations added", action, None, sorted({entry["asset"] for entry in now}), None)


def _output_code(old: Mapping[str, Any], new: Mapping[str, Any]) -> str | None:
    """LDC213 where each output that differs was the legacy result object, and is a mapping now."""
    names = set(old["outputs"]) | set(new["outputs"])
    changed = {(old["outputs"].get(n), new["outputs"].get(n)) for n in names} - {(None, None)}
    changed = {pair for pair in changed if pair[0] != pair[1]}
    return "LDC213" if changed == {("DbtCloudOutput", "dict")} else None


def _invocations(snapshot: Snapshot, phase: str) -> list[Invocation]:
    rows = []
    for run in snapshot["runs"]:
        if run["phase"] != phase:
            continue
        nodes = {step["command"]: step["nodes"] for step in run["steps"]}
        for text in run["commands"]:
            found = nodes.get(text)
            executed = None if found is None else frozenset(found)
            rows.append(Invocation(run["job_id"], run["run_id"], text, doing(text), executed, _wait(run)))
    return rows


def _wait(run: Mapping[str, Any]) -> float | None:
    if not run.get("awaited", True):
        return None
    seconds = run.get("wait")
    return math.inf if seconds is None else float(seconds)


def _compare_invocations(
    number: str, before: Snapshot, after: Snapshot, created: bool
) -> Iterator[Difference]:
    action = next(
        str(row["action"]) for row in [*before["actions"], *after["actions"]] if str(row["number"]) == number
    )
    subject = f"{number} {action}"
    old, new = _invocations(before, number), _invocations(after, number)
    yield from _compare_reach(subject, old, new)
    if len(old) != len(new) or not all(a.does_the_same_as(b) for a, b in zip(old, new, strict=True)):
        yield Difference("dbt commands", subject, *_told_apart(old, new), None)
    if len(old) != len(new):
        return  # which of them belong together is not known
    jobs = [row.job_id for row in old], [row.job_id for row in new]
    if jobs[0] != jobs[1]:
        yield Difference("dbt Cloud job", subject, *jobs, "LDC203" if created else "LDC204")
    runs = len({row.run_id for row in old}), len({row.run_id for row in new})
    if runs[0] != runs[1]:
        yield Difference("dbt Cloud runs", subject, *runs, "LDC202" if runs[0] < runs[1] else None)
    waits = [_shown_wait(row.wait) for row in old], [_shown_wait(row.wait) for row in new]
    if waits[0] != waits[1]:
        is_shorter = any((b.wait or 0.0) < (a.wait or 0.0) for a, b in zip(old, new, strict=True))
        yield Difference("wait shorter" if is_shorter else "wait longer", subject, *waits, None)
    yield from _compare_requests(number, subject, before, after)


def _compare_reach(subject: str, old: list[Invocation], new: list[Invocation]) -> Iterator[Difference]:
    """Nodes that only the new commands touch. Tests read; they are told of with the checks."""
    reached = _touched(new) - _touched(old)
    if reached and all(row.nodes is not None for row in old):
        yield Difference("dbt commands reach more", subject, None, sorted(reached), None)


def _touched(rows: list[Invocation]) -> frozenset[str]:
    nodes: frozenset[str] = frozenset().union(*(row.nodes or frozenset() for row in rows))
    return frozenset(node for node in nodes if not node.startswith(_READING))


def _shown_wait(seconds: float | None) -> str:
    if seconds is None:
        return "not awaited"
    return "for ever" if seconds == math.inf else f"{seconds:g} s"


def _told_apart(old: list[Invocation], new: list[Invocation]) -> tuple[Any, Any]:
    """Commands alone where they are not as many; else those that differ, with the nodes that set them apart."""
    if len(old) != len(new):
        return [row.text for row in old], [row.text for row in new]
    pairs = [(a, b) for a, b in zip(old, new, strict=True) if not a.does_the_same_as(b)]
    return [a.beside(b) for a, b in pairs], [b.beside(a) for a, b in pairs]


def _compare_requests(number: str, subject: str, before: Snapshot, after: Snapshot) -> Iterator[Difference]:
    old = [run for run in before["runs"] if run["phase"] == number]
    new = [run for run in after["runs"] if run["phase"] == number]
    overrides = _distinct(old, "overrides"), _distinct(new, "overrides")
    if overrides[0] != overrides[1]:
        yield Difference("run settings", subject, *overrides, None)
    causes = _own_causes(old), _own_causes(new)
    if causes[0] - causes[1]:
        yield Difference("cause", subject, sorted(causes[0]), sorted(causes[1]), "LDC212")


def _distinct(runs: list[Mapping[str, Any]], name: str) -> list[Any]:
    rows: list[Any] = []
    for run in runs:
        if run[name] not in rows:
            rows.append(run[name])
    return rows


def _own_causes(runs: list[Mapping[str, Any]]) -> frozenset[str]:
    """The causes that the user wrote."""
    causes = {str(run["cause"]) for run in runs if run["cause"]}
    return frozenset(cause for cause in causes if not cause.startswith(_CAUSES_OF_THE_LIBRARY))


def _creates_a_job(write: Mapping[str, Any]) -> bool:
    return bool(write["method"] == "POST" and write["path"].rstrip("/").endswith("/jobs"))


def _updates_a_job(write: Mapping[str, Any]) -> bool:
    parts = write["path"].rstrip("/").split("/")
    return bool(write["method"] == "POST" and parts[-2:-1] == ["jobs"])
