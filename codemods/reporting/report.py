"""What a scan or a migration came to: the record that the renderings are made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..files.sources import Change
from ..findings import Finding

if TYPE_CHECKING:
    from ..files.commits import Commit


@dataclass(frozen=True)
class Sites:
    """How many uses of legacy names there are, and what becomes of them."""

    total: int = 0
    migrated: int = 0
    """Become v2. In a scan or a dry run: would."""
    kept: int = 0
    """Stay, on the facade or as they are, for a reason that a finding gives."""
    waiting: int = 0
    """Of those that stay, how many become v2 once the facts of their jobs are looked up."""

    @staticmethod
    def of(sites: Sequence[Finding]) -> Sites:
        """The counts of the findings that name a use each (LDC1xx)."""
        migrated = sum(bool(site.migrates) for site in sites)
        return Sites(len(sites), migrated, len(sites) - migrated, sum(site.waits for site in sites))

    def without(self, unwritten: Sites) -> Sites:
        """The counts where the uses in ``unwritten`` stay, because their files could not be written."""
        return replace(self, migrated=self.migrated - unwritten.migrated, kept=self.kept + unwritten.migrated)


@dataclass(frozen=True)
class Units:
    """How many legacy resources there are with all that reaches them, and what becomes of them."""

    total: int = 0
    migrated: int = 0
    """Left without any legacy use."""
    partial: int = 0
    """Migrated, but for some uses that stay on the facade."""
    kept: int = 0
    waiting: int = 0
    """Of those kept, how many become v2 once the facts of their jobs are looked up."""

    def without(self, unwritten: Units) -> Units:
        """The counts where the units in ``unwritten`` stay, because their files could not be written."""
        kept = self.kept + unwritten.migrated + unwritten.partial
        return replace(
            self,
            migrated=self.migrated - unwritten.migrated,
            partial=self.partial - unwritten.partial,
            kept=kept,
        )


@dataclass(frozen=True)
class Together:
    """Changed files of which either all are written or none, and what is in them."""

    paths: tuple[Path, ...]
    sites: Sites = Sites()
    units: Units = Units()


@dataclass(frozen=True)
class Report:
    """The outcome of ``scan`` or ``migrate`` over all files."""

    findings: tuple[Finding, ...] = ()
    """In the order of path, line, column and code."""
    changes: tuple[Change, ...] = ()
    together: tuple[Together, ...] = ()
    """The files of ``changes``, in the groups in which they are written."""
    sites: Sites = Sites()
    units: Units = Units()
    files: int = 0
    """Python files looked at."""
    facts_files: tuple[Path, ...] = ()
    """Facts files that were read."""
    outside: tuple[Path, ...] = ()
    """Symbolic links that lead out of the given paths and were not followed."""
    wrote: bool = False
    """Whether the changes were written. False for a scan, ``--diff`` and ``--check``."""
    notes: tuple[str, ...] = ()
    """What files could not keep when they were written."""
    interrupted: tuple[Path, ...] = ()
    """Journals that migrations which did not end have left."""
    commits: tuple[Commit, ...] = ()
    """The git commits that hold the changes, where these were asked for."""
    token_variables: tuple[str, ...] = ()
    """The environment variables that the code takes its tokens from."""
    jobs: Mapping[str, frozenset[int]] = field(default_factory=dict)
    """The dbt Cloud jobs that the code names, by deployment."""

    def concerns(self, finding: Finding, deployment: str) -> bool:
        """Whether a finding is about a deployment, and not only about jobs that others run."""
        others = frozenset().union(*self.jobs.values()) - self.jobs.get(deployment, frozenset())
        return deployment not in self.jobs or not finding.jobs or not others.issuperset(finding.jobs)

    @property
    def file_problems(self) -> tuple[Finding, ...]:
        """Files that could not be read, parsed or written."""
        return tuple(finding for finding in self.findings if finding.is_file_problem)

    @property
    def left_for_a_person(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.is_left_for_a_person)


def sorted_findings(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings in the order in which reports show them, each once."""
    unique: dict[Finding, Finding] = {}
    for finding in findings:
        known = unique.get(finding, finding)
        jobs = tuple(dict.fromkeys((*known.jobs, *finding.jobs)))
        unique[finding] = known if jobs == known.jobs else replace(known, jobs=jobs)
    return tuple(sorted(unique.values(), key=lambda finding: (finding.place, finding.code, finding.message)))
