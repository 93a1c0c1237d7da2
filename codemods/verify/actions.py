"""What is tried on both sides: a full materialization, a subset, partitions, and jobs that the library itself runs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import UsageError
from .difference import MADE_ELSEWHERE, graph_of
from .excuses import LEGACY_OUTPUT
from .origins import cloud_assets
from .request import Request

if TYPE_CHECKING:
    from legacy_shim.snapshot.schema import Snapshot

_SYNTAX = frozenset(",@:")


@dataclass(frozen=True)
class Plan:
    """The actions, as ``legacy_shim.snapshot`` reads them, each with its name for people."""

    actions: Mapping[str, str]
    left_out: tuple[str, ...]
    """Jobs that are not executed, because their ops are the user's own code."""

    def in_words(self, subject: str) -> str:
        """The subject of a difference, with the title of an action in place of its number and text."""
        for number, (action, title) in enumerate(self.actions.items()):
            subject = subject.replace(f"{number} {action}", title)
        return subject


def make_plan(before: Snapshot, after: Snapshot, request: Request) -> Plan:
    """Choose by the graph before, among what both sides have. Raises UsageError for keys and jobs that are not there."""
    ops = _cloud_ops(before, after)
    actions: dict[str, str] = {}
    if ops:
        actions["materialize:dbt-cloud"] = "Everything that dbt Cloud makes"
    for name, keys in ops.items():
        partitions = graph_of(before)["assets"][keys[0]].get("first_partitions")
        if partitions:
            actions |= _partitioned(name, len(ops) > 1, request.partition, partitions)
    for subset in _subsets(before, after, ops, request.subset):
        actions[f"materialize:{','.join(subset)}"] = f"Only {', '.join(subset)}"
    jobs, left_out = _jobs(before, request.jobs)
    actions |= {f"job:{name}": f"The job {name}" for name in jobs}
    for name in left_out:
        actions |= {f"op:{name}.{op}": f"The op {op} of the job {name}" for op in _library_ops(before, name)}
    return Plan(actions, tuple(left_out))


def _cloud_ops(before: Snapshot, after: Snapshot) -> dict[str, list[str]]:
    """The assets of dbt Cloud that can be executed, by the op that makes them; not those that are observed afterwards."""
    assets, later = graph_of(before)["assets"], graph_of(after)["assets"]
    ops: defaultdict[str, list[str]] = defaultdict(list)
    for key in sorted(cloud_assets(before)):
        op = assets[key]["op"]
        if key in later and later[key]["execution"] == MADE_ELSEWHERE:
            continue
        if assets[key]["execution"] != MADE_ELSEWHERE and op:
            ops[op].append(key)
    return dict(ops)


def _partitioned(op: str, named: bool, wanted: str | None, known: Sequence[str]) -> dict[str, str]:
    """One partition and a range of two, or the one that was asked for."""
    of = f" of {op}" if named else ""
    if wanted is not None:
        return {f"materialize:dbt-cloud/{op}@{wanted}": f"Partition {wanted}{of}"}
    found = {f"materialize:dbt-cloud/{op}@{known[0]}": f"Partition {known[0]}{of}"}
    if len(known) > 1:
        text = f"{known[0]}...{known[1]}"
        found[f"materialize:dbt-cloud/{op}@{text}"] = (
            f"Partitions {known[0]} and {known[1]}{of}, as a backfill"
        )
    return found


def _subsets(
    before: Snapshot, after: Snapshot, ops: Mapping[str, Sequence[str]], wanted: Sequence[str]
) -> list[tuple[str, ...]]:
    """What was asked for; else one asset of each op, one with something before and behind it where there is one."""
    assets = graph_of(before)["assets"]
    if wanted:
        asked = tuple(key.strip() for text in wanted for key in text.split(","))
        unknown = [key for key in asked if key not in assets]
        if unknown:
            raise UsageError(f"--subset {unknown[0]}: there is no such asset before the migration")
        return [asked]
    upstream = {dep for key in cloud_assets(before) for dep in assets[key]["deps"]}
    chosen: list[tuple[str, ...]] = []
    for keys in ops.values():
        can = [key for key in keys if key in graph_of(after)["assets"] and _SYNTAX.isdisjoint(key)]
        if len(keys) > 1 and can and assets[keys[0]]["can_subset"]:
            chosen.append((max(can, key=lambda key: (key in upstream, bool(assets[key]["deps"]))),))
    return chosen


def _jobs(before: Snapshot, wanted: Sequence[str]) -> tuple[list[str], list[str]]:
    """Jobs of ops to execute, and those that are left alone."""
    jobs: Mapping[str, Mapping[str, Any]] = graph_of(before)["jobs"]
    unknown = [name for name in wanted if name not in jobs]
    if unknown:
        raise UsageError(
            f"--job {unknown[0]}: there is no such job; there are: {', '.join(sorted(jobs)) or 'none'}"
        )
    of_library = [
        name for name, job in jobs.items() if job["ops"] and _library_ops(before, name) == [*job["ops"]]
    ]
    chosen = list(dict.fromkeys([*of_library, *wanted]))
    return chosen, [name for name, job in jobs.items() if job["ops"] and name not in chosen]


def _library_ops(before: Snapshot, job: str) -> list[str]:
    """The ops of a job that are the legacy integration's own: to run one runs none of the user's code."""
    ops: Mapping[str, Mapping[str, Any]] = graph_of(before)["jobs"][job]["ops"]
    return [name for name, op in ops.items() if LEGACY_OUTPUT in op["outputs"].values() and "." not in name]
