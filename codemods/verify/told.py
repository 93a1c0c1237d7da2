"""What the migration told of, and of which dbt Cloud jobs."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..findings import Finding, Place
from ..planning.units import Unit


@dataclass(frozen=True)
class Told:
    """A finding, and whose differences it tells of."""

    finding: Finding
    jobs: frozenset[int]
    """The dbt Cloud jobs that it speaks of; empty where that is not known, so that it excuses nothing of theirs."""


def told_of(findings: Iterable[Finding], units: Iterable[Unit]) -> tuple[Told, ...]:
    """The findings of behaviour that differs (LDC2xx), each with its jobs: those named at its place in the code."""
    named = _jobs_by_place(units)
    return tuple(
        Told(finding, _meant(finding, named.get(finding.place, frozenset())))
        for finding in findings
        if finding.code.startswith("LDC2")
    )


def _jobs_by_place(units: Iterable[Unit]) -> Mapping[Place, frozenset[int]]:
    """The jobs that each claim names; of a claim that names none, as a resource, those of its unit."""
    found: defaultdict[Place, set[int]] = defaultdict(set)
    for unit in units:
        for claim in unit.claims:
            for ref in claim.jobs or unit.job_refs:
                found[claim.module.place(claim.node)].update(ref.job_ids)
    return {place: frozenset(jobs) for place, jobs in found.items()}


def _meant(finding: Finding, jobs: frozenset[int]) -> frozenset[int]:
    """Of the jobs that are named at one place, as in a loop, those that the message names, where it names any."""
    numbers = {int(text) for text in re.findall(r"\d+", finding.message)}
    return jobs & numbers or jobs
