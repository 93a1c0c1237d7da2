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
from .runs import not_shown

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


def judge(before: Snapshot, after: Snapshot, findings: Sequence[Finding]) -> list[Judged]:
    """Every difference, the grave ones first, then what nobody told of, then what was told of, by code."""
    by_code: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        by_code[finding.code].append(finding)
    rows = [_judged(row, by_code) for row in [*compare(before, after), *not_shown(before, after)]]
    return sorted(rows, key=_rank)


def _judged(row: Difference, by_code: Mapping[str, Sequence[Finding]]) -> Judged:
    reasons = _that_tell(row, by_code.get(row.code or "", ()))
    if row.code and reasons:
        return Judged(row, "expected", reasons)
    return Judged(row, "grave" if row.kind in _GRAVE else "unexpected")


def _that_tell(row: Difference, findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings of the right code; where the job changes, those that name the jobs."""
    if row.kind != "dbt Cloud job":
        return tuple(findings)
    pairs = {(old, new) for old, new in zip(row.before, row.after, strict=False) if old != new}
    told = [finding for finding in findings if any(_names(finding, row.code, *pair) for pair in pairs)]
    explained = {pair for pair in pairs if any(_names(finding, row.code, *pair) for finding in told)}
    return tuple(told) if explained == pairs else ()


def _names(finding: Finding, code: str | None, old: int, new: int) -> bool:
    numbers = {int(text) for text in re.findall(r"\d+", finding.message)}
    return old in numbers and (code != "LDC204" or new in numbers)


def _rank(row: Judged) -> tuple[int, int, str, str, str]:
    difference = row.difference
    order = ("grave", "unexpected", "expected").index(row.verdict)
    gravity = _GRAVE.index(difference.kind) if row.verdict == "grave" else 0
    return order, gravity, difference.code or "", difference.kind, difference.subject
