"""Which differences the migration told of, and which come first."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from legacy_shim.catalogue import BY_CODE

from ..findings import Finding
from .compare import compare
from .difference import Difference, Snapshot
from .events import not_shown
from .told import Told

Verdict = Literal["grave", "unexpected", "expected"]

_GRAVE = ("asset renamed", "asset lost", "asset added", "dbt commands reach more")
"""History is lost, something appears or goes, or dbt touches more than before. In the order in which they are told."""


@dataclass(frozen=True)
class Judged:
    """A difference, and what is to be thought of it."""

    difference: Difference
    verdict: Verdict
    reasons: tuple[Finding, ...] = ()
    """Where the migration told of it."""

    @property
    def title(self) -> str:
        """What its code means, for an expected one."""
        code = self.difference.code
        return BY_CODE[code].title if code and self.verdict == "expected" else ""


def judge(before: Snapshot, after: Snapshot, told: Iterable[Told]) -> list[Judged]:
    """Every difference, the grave ones first, then what nobody told of, then what was told of, by code.

    A difference is expected where the migration told of it, with its code, for each dbt Cloud job that it comes from.
    """
    by_code: defaultdict[str, list[Told]] = defaultdict(list)
    for each in told:
        by_code[each.finding.code].append(each)
    rows = [_judged(row, by_code) for row in [*compare(before, after), *not_shown(before, after)]]
    return sorted(rows, key=_rank)


def _judged(row: Difference, by_code: Mapping[str, Sequence[Told]]) -> Judged:
    reasons = _that_tell(row, by_code.get(row.code or "", ()))
    if row.code and reasons:
        return Judged(row, "expected", reasons)
    return Judged(row, "grave" if row.kind in _GRAVE else "unexpected")


def _that_tell(row: Difference, told: Sequence[Told]) -> tuple[Finding, ...]:
    """What tells of a difference; nothing where it does not tell of all its jobs."""
    if row.jobs:
        every = frozenset().union(*row.jobs)
        told = [each for each in told if each.jobs & every]
        spoken_of = frozenset().union(*(each.jobs for each in told))
        if not all(jobs & spoken_of for jobs in row.jobs):
            return ()
    if row.kind == "dbt Cloud job" and not _names_all(row, told):
        return ()
    return tuple(each.finding for each in told)


def _names_all(row: Difference, told: Sequence[Told]) -> bool:
    """Whether each job that another took the place of is named, with that other one where it was there before."""
    pairs = {(old, new) for old, new in zip(row.before, row.after, strict=False) if old != new}
    return all(any(_names(each.finding, row.code, *pair) for each in told) for pair in pairs)


def _names(finding: Finding, code: str | None, old: int, new: int) -> bool:
    numbers = {int(text) for text in re.findall(r"\d+", finding.message)}
    return old in numbers and (code != "LDC204" or new in numbers)


def reasons_of(rows: Iterable[Judged]) -> list[Finding]:
    """Where the migration told of several differences, each place once, in the order of the code."""
    found = {finding for row in rows for finding in row.reasons}
    return sorted(found, key=lambda finding: (finding.place, finding.message))


def _rank(row: Judged) -> tuple[int, int, str, str, str]:
    difference = row.difference
    order = ("grave", "unexpected", "expected").index(row.verdict)
    gravity = _GRAVE.index(difference.kind) if row.verdict == "grave" else 0
    return order, gravity, difference.code or "", difference.kind, difference.subject
