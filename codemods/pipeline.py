"""The run: sources, index, plan, rewrites, sources. Each step takes what the one before made.

The steps behind reading are imported when a file names something legacy: most files of most trees name nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from .deep_stack import on_deep_stack
from .findings import OLD_REQUIREMENT, Finding
from .garbage import with_few_collections
from .options import Options
from .reading import FilesRead, read_files
from .reporting.report import Report, sorted_findings


@on_deep_stack
@with_few_collections
def scan(paths: Sequence[Path], options: Options) -> Report:
    """What is legacy in these files, and what a migration would do with it. Writes nothing."""
    files = read_files(paths, options)
    if not files.names_legacy:
        return _nothing_legacy(files, options)
    from .decided import scanned

    return scanned(files, options)


@on_deep_stack
@with_few_collections
def migrate(paths: Sequence[Path], options: Options) -> Report:
    """What a migration changes, and all there is to report. ``write`` writes the changes."""
    files = read_files(paths, options)
    if not files.names_legacy:
        return _nothing_legacy(files, options)
    from .decided import migrated

    return migrated(files, options)


def _nothing_legacy(files: FilesRead, options: Options) -> Report:
    # A requirement is nobody's concern where nothing is to be migrated.
    findings = [finding for finding in files.findings if finding.code != OLD_REQUIREMENT]
    return Report(
        findings=sorted_findings(findings),
        files=len(files.found.python),
        facts_files=options.facts.files,
        outside=files.found.outside,
        interrupted=files.interrupted,
    )


def write(report: Report) -> Report:
    """Write the changes of a report, each unit whole. A unit with a file that cannot be written stays as it is."""
    from .files.transaction import write_groups

    by_path = {change.path: change for change in report.changes}
    written = write_groups([[by_path[path] for path in group.paths] for group in report.together])
    for group in report.together:
        if written.unwritten & set(group.paths):
            report = replace(
                report, sites=report.sites.without(group.sites), units=report.units.without(group.units)
            )
    told = [finding for finding in report.findings if not _is_of_unwritten(finding, written.unwritten)]
    return replace(
        report,
        findings=sorted_findings([*told, *written.problems]),
        changes=tuple(change for change in report.changes if change.path not in written.unwritten),
        together=(),
        wrote=True,
        notes=written.notes,
    )


def recover(report: Report, paths: Sequence[Path]) -> Iterator[str]:
    """Bring to an end what interrupted migrations began: a line for each. What was read before is out of date then.

    Raises UsageError where that cannot be done.
    """
    from .files import recovery

    yield from recovery.recover(report.interrupted, paths)


def _is_of_unwritten(finding: Finding, unwritten: frozenset[Path]) -> bool:
    """Whether it reports a difference in code that was not written."""
    return finding.place.path in unwritten and finding.is_difference
