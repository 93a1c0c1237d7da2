"""The counts of a report: what it comes to, in a few lines."""

from __future__ import annotations

from collections.abc import Iterator

from legacy_shim.visible import one_line

from ..classes import USES, by_class
from ..report import Report, Sites
from .palette import PLAIN, Palette
from .wording import plural, wrapped


def summary_lines(report: Report, palette: Palette = PLAIN, width: int | None = None) -> Iterator[str]:
    """How many uses there are, what becomes of them, and how many findings of each class there are."""
    looked_at = plural(report.files, "Python file")
    if not report.sites.total:
        colour = "" if report.findings else palette.good
        yield palette.paint(colour, _nothing_legacy(report, looked_at))
    else:
        sites = report.sites
        parts = list(_fates(sites, report.wrote))
        uses = plural(sites.total, "legacy use")
        for line in wrapped(f"{uses} in {looked_at}: {', '.join(parts)}.", width, "").splitlines():
            yield palette.paint(palette.strong, line)
        yield from _unit_counts(report, width)
    yield from _classes(report, palette, width)


def _fates(sites: Sites, wrote: bool) -> Iterator[str]:
    """What becomes of the uses; those that only a look-up holds back are counted for themselves."""
    kept = sites.kept - sites.waiting
    if sites.migrated or not sites.waiting:
        yield f"{sites.migrated} {'migrated' if wrote else 'can be migrated'}"
    if sites.waiting:
        yield f"{sites.waiting} can be migrated once `lookup` has fetched the facts of their dbt Cloud jobs"
    if kept:
        yield f"{kept} {'kept' if wrote else 'would be kept'} on the facade"


def _nothing_legacy(report: Report, looked_at: str) -> str:
    if not report.files:
        return "No Python files found: the paths are empty, or everything in them is excluded."
    return f"No use of the legacy dbt Cloud API in {looked_at}."


def _unit_counts(report: Report, width: int | None) -> Iterator[str]:
    units = report.units
    if units.total:
        waits = "waits for facts" if units.waiting == 1 else "wait for facts"
        counts = [
            f"{number} {done if report.wrote else expected}"
            for number, expected, done in (
                (units.migrated, "would become v2", "became v2"),
                (units.partial, "would become v2 in part", "became v2 in part"),
                (units.waiting, waits, waits),
                (units.kept - units.waiting, "would stay on the facade", "stayed on the facade"),
            )
            if number
        ]
        resources = plural(units.total, "resource")
        them = "it" if units.total == 1 else "them"
        yield wrapped(f"{resources}, with everything that uses {them}: {', '.join(counts)}.", width, "")


def _classes(report: Report, palette: Palette, width: int | None) -> Iterator[str]:
    rows = [
        (each, sum(map(len, codes.values())), " ".join(codes))
        for each, codes in by_class(report.findings)
        if each is not USES
    ]
    widest = max((len(each.title) for each, _, _ in rows), default=0)
    for each, count, codes in rows:
        title = palette.paint(getattr(palette, each.colour), f"{each.title:{widest}}")
        indent = " " * (widest + 9)
        for number, line in enumerate(wrapped(codes, width, indent).splitlines()):
            shown = palette.paint(palette.quiet, line.strip())
            yield f"  {title}  {count:3}  {shown}" if number == 0 else indent + shown


def changed_lines(report: Report, palette: Palette = PLAIN) -> Iterator[str]:
    """The files that change, links that were not followed, and files that failed."""
    if report.changes:
        changed = plural(len(report.changes), "file")
        yield f"{changed} changed:" if report.wrote else f"{changed} would change; nothing was written:"
    for change in report.changes:
        yield f"  {palette.paint(palette.strong, one_line(change.path))}"
    if report.commits:
        yield f"{plural(len(report.commits), 'commit')}:"
        yield from (f"  {commit.hash[:12]}  {one_line(commit.subject)}" for commit in report.commits)
        ignore = f"git log -{len(report.commits)} --format=%H >> .git-blame-ignore-revs"
        yield f"To leave them out of git blame: {ignore}"
    for link in report.outside:
        yield f"Not followed: {one_line(link)} is a symbolic link that leads out of the given paths."
    problems = {finding.place.path for finding in report.file_problems}
    if problems:
        yield palette.paint(palette.bad, f"{plural(len(problems), 'file')} could not be processed:")
        for problem in report.file_problems:
            yield f"  {problem.place}  {problem.code} {one_line(problem.message)}"


def statistics_lines(report: Report, palette: Palette = PLAIN) -> Iterator[str]:
    """A line for each code: how many findings it has, and its title. The most serious class first."""
    for each, codes in by_class(report.findings):
        for code, findings in codes.items():
            head = palette.paint(getattr(palette, each.colour), code)
            yield f"{len(findings):5}  {head}  {findings[0].title}"
