"""Which differences the migration reported, and which come first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from legacy_shim.catalogue import BY_CODE

from ..findings import Finding
from .compare import compare
from .difference import Difference
from .events import not_shown

if TYPE_CHECKING:
    from legacy_shim.snapshot.schema import Snapshot

Verdict = Literal["critical", "unexpected", "expected"]

_CRITICAL = ("asset renamed", "asset lost", "asset added", "dbt commands reach more")
"""History is lost, something appears or goes, or dbt touches more than before. In the order in which they are shown."""


@dataclass(frozen=True)
class Judged:
    """A difference and its verdict."""

    difference: Difference
    verdict: Verdict
    reasons: tuple[Finding, ...] = ()
    """Where the migration reported it."""

    @property
    def title(self) -> str:
        """What its code means, for an expected one."""
        code = self.difference.code
        return BY_CODE[code].title if code and self.verdict == "expected" else ""


def judge(before: Snapshot, after: Snapshot, findings: Iterable[Finding]) -> list[Judged]:
    """Every difference: critical, then unexpected, then expected, by code.

    A difference is expected where the migration reported it, with its code, for each dbt Cloud job that it comes from.
    """
    by_code: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        if finding.is_difference:
            by_code[finding.code].append(finding)
    rows = [_judged(row, by_code) for row in [*compare(before, after), *not_shown(before, after)]]
    return sorted(rows, key=_rank)


def _judged(row: Difference, by_code: Mapping[str, Sequence[Finding]]) -> Judged:
    reasons = _that_report(row, by_code.get(row.code or "", ()))
    if row.code and reasons:
        return Judged(row, "expected", reasons)
    return Judged(row, "critical" if row.kind in _CRITICAL else "unexpected")


def _that_report(row: Difference, findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """What reports a difference; nothing where it does not report that of all its jobs."""
    if row.jobs:
        every = frozenset().union(*row.jobs)
        # What is said of jobs that the code does not say, it says of each that no other finding names.
        of_any = [finding for finding in findings if not finding.jobs]
        findings = [finding for finding in findings if not every.isdisjoint(finding.jobs)]
        named = frozenset(job for finding in findings for job in finding.jobs)
        if not all(jobs & named for jobs in row.jobs):
            findings = [*findings, *of_any] if of_any else []
    if row.kind == "dbt Cloud job" and not _names_all(row, findings):
        return ()
    return tuple(findings)


def _names_all(row: Difference, findings: Sequence[Finding]) -> bool:
    """Whether each job that another took the place of is named, with that other one where it was there before."""
    pairs = {(old, new) for old, new in zip(row.before, row.after, strict=False) if old != new}
    return all(any(_names(finding, row.code, *pair) for finding in findings) for pair in pairs)


def _names(finding: Finding, code: str | None, old: int, new: int) -> bool:
    return old in finding.jobs and (code != "LDC204" or new in finding.jobs)


def reasons_of(rows: Iterable[Judged]) -> list[Finding]:
    """Where the migration reported several differences, each place once, in the order of the code."""
    found = {finding for row in rows for finding in row.reasons}
    return sorted(found, key=lambda finding: (finding.place, finding.message))


def _rank(row: Judged) -> tuple[int, int, str, str, str]:
    difference = row.difference
    order = ("critical", "unexpected", "expected").index(row.verdict)
    gravity = _CRITICAL.index(difference.kind) if row.verdict == "critical" else 0
    return order, gravity, difference.code or "", difference.kind, difference.subject
