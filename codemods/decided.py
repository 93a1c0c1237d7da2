"""What was decided, as a report: of a scan, and of a migration that is not yet written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from .analysis.inference.values import Made
from .deciding import plan_without
from .editing.for_others import imports_for_others, kept_for_others, site_of
from .editing.legacy_imports import LegacyAlias
from .files.sources import Change
from .findings import Finding, Place
from .isolation import Broken, isolated
from .jobs_in_code import token_variables
from .options import Options
from .planning.claims import Claim, about
from .planning.units import Unit
from .reading import FilesRead
from .reporting.report import (
    Report,
    Sites,
    Together,
    Units,
    sorted_findings,
)
from .rewriting import Collected, Planned, collect, settle
from .together import written_together


def scanned(files: FilesRead, options: Options) -> Report:
    """What is legacy in the files, and what a migration would do with it."""
    planned, collected = isolated(lambda broken: _collected(files, options, broken))
    report = _report(planned, options, (), [*collected.findings, *collected.faults.values()])
    kept = map(kept_for_others, _for_others(planned))
    return replace(report, findings=sorted_findings([*report.findings, *kept, *_sites_in(planned)]))


def _collected(files: FilesRead, options: Options, broken: Broken) -> tuple[Planned, Collected]:
    planned = plan_without(files, options, broken)
    return planned, collect(planned)


def _sites_in(planned: Planned) -> tuple[Finding, ...]:
    """The uses of legacy names, those included that nothing in sight uses any further."""
    return (*_sites_of(planned.units), *(site_of(alias) for alias in _for_others(planned)))


def _for_others(planned: Planned) -> Iterator[LegacyAlias]:
    for alias in imports_for_others(planned.context.index):
        if alias.module.path not in planned.context.outside:
            yield alias


def _sites_of(units: Iterable[Unit]) -> tuple[Finding, ...]:
    """The uses of legacy names: one for each place and name.

    Before Python 3.12, all that stands in an f-string is at one place.
    """
    claims: dict[tuple[Place, str, str], list[Claim]] = defaultdict(list)
    fates: dict[tuple[Place, str, str], list[Unit]] = defaultdict(list)
    for unit in units:
        for claim in unit.claims_inside:
            if claim.is_site:
                key = (claim.module.place(claim.node), claim.code, claim.name)
                claims[key].append(claim)
                fates[key].append(unit)
    return tuple(_site(*key, fates[key], those) for key, those in claims.items())


def _site(place: Place, code: str, name: str, units: Sequence[Unit], claims: Iterable[Claim]) -> Finding:
    migrates = all(unit.migrates for unit in units)
    waits = all(unit.migrates or unit.waits for unit in units)
    fate = "can become v2" if migrates else "waits for facts" if waits else "stays on the facade"
    refs = [ref for claim in claims for ref in claim.jobs]
    return about(refs, Finding(place, code, fate, name, migrates=migrates, waits=waits and not migrates))


def migrated(files: FilesRead, options: Options) -> Report:
    """What a migration changes, and all there is to report."""
    planned, collected, changes, problems = isolated(
        lambda broken: settle(plan_without(files, options, broken), options.jobs)
    )
    report = _report(planned, options, changes, [*collected.findings, *problems])
    return replace(report, together=_together(planned, collected, changes))


def _together(planned: Planned, collected: Collected, changes: Sequence[Change]) -> tuple[Together, ...]:
    found = []
    parted = _parted(planned.units)
    for paths, units in written_together(planned, collected, changes):
        migrating = [unit for unit in units if unit.migrates]
        counts = _units(units, parted)
        found.append(Together(paths, Sites.of(_sites_of(migrating)), replace(counts, kept=0)))
    return tuple(found)


def _report(
    planned: Planned, options: Options, changes: Sequence[Change], findings: Sequence[Finding]
) -> Report:
    return Report(
        findings=sorted_findings([*planned.findings, *findings]),
        changes=tuple(changes),
        sites=Sites.of(_sites_in(planned)),
        units=_units(planned.units, _parted(planned.units)),
        files=planned.files,
        facts_files=options.facts.files,
        outside=planned.outside,
        interrupted=planned.interrupted,
        token_variables=token_variables(planned),
        jobs=_jobs(planned),
    )


def _jobs(planned: Planned) -> dict[str, frozenset[int]]:
    refs = [ref for unit in planned.units for claim in unit.claims for ref in claim.jobs]
    return {
        one.name: frozenset(job_id for ref in refs for job_id in ref.by_deployment.get(one.name, ()))
        for one in planned.context.deployments
    }


def _parted(units: Iterable[Unit]) -> frozenset[Made]:
    """The legacy resources that have a workspace beside them."""
    return frozenset(resource for unit in units for resource in unit.beside)


def _units(units: Sequence[Unit], parted: frozenset[Made]) -> Units:
    migrated = [unit for unit in units if unit.resources and unit.migrates and not unit.beside]
    kept = [unit for unit in units if unit.resources and not unit.migrates]
    partial = [unit for unit in kept if unit.resources & parted]
    waiting = sum(unit.waits for unit in kept if unit not in partial)
    return Units(len(migrated) + len(kept), len(migrated), len(partial), len(kept) - len(partial), waiting)
