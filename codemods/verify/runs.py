"""Compares what executing did in dbt Cloud: which commands, in which job, in which run, and with which timeout."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .dbt_command import Doing, doing
from .difference import Difference, Jobs

if TYPE_CHECKING:
    from legacy_shim.snapshot.schema import Snapshot

LOAD = "load"
_PARSE = "dbt parse"
_READING = ("test.", "unit_test.", "exposure.", "saved_query.")
_CAUSES_OF_THE_LIBRARY = (
    "Materializing software-defined assets in Dagster run",
    "Triggered by Dagster",
    "Triggered by dagster",
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
    """Its timeout in seconds: infinite for none, None where the code does not wait for its end."""

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


def compare_dbt(before: Snapshot, after: Snapshot) -> Iterator[Difference]:
    """Every difference in what the same actions did in dbt Cloud."""
    created = frozenset(row["job_id"] for row in after["writes"] if row.get("job_id") is not None)
    yield from _compare_writes(before, after)
    for number in sorted({str(row["number"]) for row in [*before["actions"], *after["actions"]]}):
        yield from _compare_invocations(number, before, after, created)


def _compare_writes(before: Snapshot, after: Snapshot) -> Iterator[Difference]:
    """What was changed in dbt Cloud, beside runs that were started."""
    made = len(_jobs_created(before)), len(_jobs_created(after))
    if made[0] != made[1]:
        code = "LDC203" if made[0] < made[1] else None
        was, now = (_jobs_in_words(count) for count in made)
        yield Difference("dbt Cloud job created", "dbt Cloud", was, now, code)
    changed = _jobs_changed(before), _jobs_changed(after)
    for job in sorted(changed[0] - changed[1]):
        subject, jobs = f"job {job}", (frozenset({job}),)
        yield Difference("dbt Cloud job settings", subject, "changed", "left alone", "LDC208", jobs)
    for job in sorted(changed[1] - changed[0]):
        yield Difference("dbt Cloud job settings", f"job {job}", "left alone", "changed", None)
    others = _other_writes(before), _other_writes(after)
    if others[0] != others[1]:
        yield Difference("dbt Cloud writes", "dbt Cloud", *others, None)


def _jobs_created(snapshot: Snapshot) -> list[str]:
    return [write["path"] for write in snapshot["writes"] if _parts(write)[-1:] == ["jobs"]]


def _jobs_in_words(count: int) -> str:
    return f"{count} {'job' if count == 1 else 'jobs'}" if count else "none"


def _jobs_changed(snapshot: Snapshot) -> frozenset[int]:
    paths = map(_parts, snapshot["writes"])
    return frozenset(int(parts[-1]) for parts in paths if parts[-2:-1] == ["jobs"] and parts[-1].isdigit())


def unknown_jobs(snapshot: Snapshot) -> frozenset[int]:
    """The jobs that the code would have run, and that the local dbt Cloud does not know."""
    missing = (_parts(row) for row in snapshot["writes"] if row.get("status") == 404)
    return frozenset(
        int(parts[-2])
        for parts in missing
        if parts[-3:-2] == ["jobs"] and parts[-1] == "run" and parts[-2].isdigit()
    )


def _other_writes(snapshot: Snapshot) -> list[str]:
    """Requests that neither make nor change a job."""
    rows = (write for write in snapshot["writes"] if "jobs" not in _parts(write)[-2:])
    return sorted({f"{write['method']} {write['path']}" for write in rows})


def _parts(write: Mapping[str, Any]) -> list[str]:
    parts: list[str] = write["path"].rstrip("/").split("/")
    return parts


def compare_callers(before: Snapshot, after: Snapshot) -> Iterator[Difference]:
    """Which accounts are called on which hosts, and whether each with the same token."""
    old, new = before.get("callers", []), after.get("callers", [])
    if not (old and new):
        return
    for name in ("account", "host"):
        was, now = sorted({row[name] for row in old}), sorted({row[name] for row in new})
        if was != now:
            yield Difference(f"dbt Cloud {name}", "dbt Cloud", was, now, None)
    for account in sorted({row["account"] for row in old} & {row["account"] for row in new}):
        hosts, tokens = (_seen(account, name, old, new) for name in ("host", "token"))
        if hosts[0] != hosts[1]:
            yield Difference("dbt Cloud host", f"account {account}", *hosts, None)
        if tokens[0] != tokens[1]:
            yield Difference("dbt Cloud token", f"account {account}", "one", "another", None)


def _seen(
    account: str, name: str, old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]
) -> tuple[list[str], list[str]]:
    was, now = (sorted({row[name] for row in rows if row["account"] == account}) for rows in (old, new))
    return was, now


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
    number: str, before: Snapshot, after: Snapshot, created: frozenset[int]
) -> Iterator[Difference]:
    action = next(
        str(row["action"]) for row in [*before["actions"], *after["actions"]] if str(row["number"]) == number
    )
    subject = f"{number} {action}"
    old, new = _invocations(before, number), _invocations(after, number)
    if old and not any(row.text == _PARSE for row in old) and any(row.text == _PARSE for row in new):
        ran = (frozenset(row.job_id for row in old),)
        yield Difference("dbt parse", subject, "none", "before the commands", "LDC232", ran)
        new = [row for row in new if row.text != _PARSE]
    yield from _compare_reach(subject, old, new)
    if len(old) != len(new) or not all(a.does_the_same_as(b) for a, b in zip(old, new, strict=True)):
        yield Difference("dbt commands", subject, *_told_apart(old, new), None)
    if len(old) != len(new):  # which of them belong together is not known
        jobs = sorted({row.job_id for row in old}), sorted({row.job_id for row in new})
        if jobs[0] != jobs[1]:
            yield Difference("dbt Cloud job", subject, *jobs, None)
        return
    yield from _compare_places(subject, old, new, created)
    waits = [_shown_wait(row.wait) for row in old], [_shown_wait(row.wait) for row in new]
    if waits[0] != waits[1]:
        is_shorter = any((b.wait or 0.0) < (a.wait or 0.0) for a, b in zip(old, new, strict=True))
        yield Difference("wait shorter" if is_shorter else "wait longer", subject, *waits, None)
    yield from _compare_requests(number, subject, before, after)


def _compare_places(
    subject: str, old: list[Invocation], new: list[Invocation], created: frozenset[int]
) -> Iterator[Difference]:
    """In which jobs and in how many runs the same commands run."""
    pairs = dict.fromkeys((a.job_id, b.job_id) for a, b in zip(old, new, strict=True))
    moved = [pair for pair in pairs if pair[0] != pair[1]]
    for code in ("LDC203", "LDC204"):
        those = [pair for pair in moved if (pair[1] in created) == (code == "LDC203")]
        if those:
            was, now = [pair[0] for pair in those], [pair[1] for pair in those]
            jobs = tuple(frozenset({job}) for job in dict.fromkeys(was))
            yield Difference("dbt Cloud job", subject, was, now, code, jobs)
    runs = _grouped_in_runs(old), _grouped_in_runs(new)
    if list(map(len, runs[0])) != list(map(len, runs[1])):
        split = _jobs_split(old, new)
        is_reported = split and all(len(run) == 1 for run in runs[1])
        yield Difference("dbt Cloud runs", subject, *runs, "LDC202" if is_reported else None, split)


def _grouped_in_runs(rows: list[Invocation]) -> list[list[str]]:
    """The commands of each run."""
    runs: defaultdict[int, list[str]] = defaultdict(list)
    for row in rows:
        runs[row.run_id].append(row.text)
    return list(runs.values())


def _jobs_split(old: list[Invocation], new: list[Invocation]) -> Jobs:
    """The jobs of which one run became several."""
    parts: defaultdict[tuple[int, int], set[int]] = defaultdict(set)
    for was, now in zip(old, new, strict=True):
        parts[was.job_id, was.run_id].add(now.run_id)
    return tuple(dict.fromkeys(frozenset({job}) for (job, _), runs in parts.items() if len(runs) > 1))


def _compare_reach(subject: str, old: list[Invocation], new: list[Invocation]) -> Iterator[Difference]:
    """Nodes that only the new commands touch. Tests read; they are reported with the checks."""
    reached = _touched(new) - _touched(old)
    if reached and all(row.nodes is not None for row in old):
        yield Difference("dbt commands reach more", subject, None, sorted(reached), None)


def _touched(rows: list[Invocation]) -> frozenset[str]:
    nodes: frozenset[str] = frozenset().union(*(row.nodes or frozenset() for row in rows))
    return frozenset(node for node in nodes if not node.startswith(_READING))


def _shown_wait(seconds: float | None) -> str:
    if seconds is None:
        return "not waited for"
    return "no timeout" if seconds == math.inf else f"timeout {seconds:g} s"


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
    if causes[0] != causes[1]:
        lost = tuple(frozenset({run["job_id"]}) for run in old if _is_own_cause(run))
        told = None if causes[1] - causes[0] else "LDC212"
        was, now = (sorted(each) for each in causes)
        yield Difference("cause", subject, was, now, told, tuple(dict.fromkeys(lost)))


def _distinct(runs: Sequence[Mapping[str, Any]], name: str) -> list[Any]:
    rows: list[Any] = []
    for run in runs:
        if run[name] not in rows:
            rows.append(run[name])
    return rows


def _own_causes(runs: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    """The causes that the user wrote."""
    return frozenset(str(run["cause"]) for run in runs if _is_own_cause(run))


def _is_own_cause(run: Mapping[str, Any]) -> bool:
    return bool(run["cause"]) and not str(run["cause"]).startswith(_CAUSES_OF_THE_LIBRARY)
