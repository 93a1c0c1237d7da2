"""A report for people: each code explained once, its places beneath it, counts and the next step at the end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from legacy_shim.catalogue import BY_CODE

from ...findings import Finding
from ...visible import one_line
from ..report import Report
from .palette import PLAIN, Palette

_SAFETY = {"equal": "same behaviour", "differs": "differs as told", "manual": "for a person"}
_FAMILY_COLOUR = {"1": "strong", "2": "warn", "3": "warn", "4": "bad", "5": "bad"}


def render_text(report: Report, *, advice: Sequence[str] = (), palette: Palette = PLAIN) -> str:
    """The report as text, with a line end behind it."""
    return findings_text(report, palette) + outcome_text(report, advice, palette)


def findings_text(report: Report, palette: Palette = PLAIN) -> str:
    """Each code with its places, and an empty line behind it; empty where there is nothing to tell."""
    by_code = sorted(report.findings, key=lambda finding: finding.code)
    sections = (
        "\n".join(_code_section(code, list(group), palette))
        for code, group in groupby(by_code, key=lambda finding: finding.code)
    )
    return "".join(f"{section}\n\n" for section in sections)


def outcome_text(report: Report, advice: Sequence[str] = (), palette: Palette = PLAIN) -> str:
    """What it came to, with a line end behind it: counts, changed files, files that failed, the next step."""
    return "\n".join([*_counts(report, palette), *_next_steps(advice, palette)]) + "\n"


def _code_section(code: str, findings: list[Finding], palette: Palette) -> Iterator[str]:
    entry = BY_CODE[code]
    colour = getattr(palette, _FAMILY_COLOUR[code[3]])
    count = f"{len(findings)} places" if len(findings) > 1 else "1 place"
    head = palette.paint(colour, f"{code} {entry.title}")
    yield f"{head}  {palette.paint(palette.quiet, f'{_SAFETY[entry.safety]}, {count}')}"
    yield f"  {entry.means}"
    yield f"  {palette.paint(palette.good, 'Do:')} {entry.do}"
    for message, group in _by_message(findings).items():
        if len(group) == 1:
            place = palette.paint(palette.strong, str(group[0].place))
            yield f"    {place}  {one_line(message)}".rstrip()
            yield from _related(group[0], "      ")
            continue
        yield f"    {one_line(message) or 'At:'}"
        for finding in group:
            yield f"      {palette.paint(palette.strong, str(finding.place))}"
            yield from _related(finding, "        ")


def _by_message(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    """Findings that say the same thing, together, in the order in which each is said first."""
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(finding.message, []).append(finding)
    return groups


def _related(finding: Finding, indent: str) -> Iterator[str]:
    for place in finding.related:
        if str(place) not in finding.message:
            yield f"{indent}see {place}"


def _counts(report: Report, palette: Palette) -> Iterator[str]:
    looked_at = plural(report.files, "Python file")
    if not report.sites.total:
        clean = not report.findings
        colour = palette.good if clean else ""
        yield palette.paint(colour, f"No use of the legacy dbt Cloud API in {looked_at}.")
    else:
        sites = report.sites
        verb = "migrated" if report.wrote else "can migrate"
        parts = [f"{sites.migrated} {verb}"]
        if sites.kept:
            parts.append(f"{sites.kept} {'kept' if report.wrote else 'to be kept'}")
        uses = plural(sites.total, "legacy use")
        yield palette.paint(palette.strong, f"{uses} in {looked_at}: {', '.join(parts)}.")
        yield from _unit_counts(report)
    yield from _changes(report, palette)
    for link in report.outside:
        yield f"Not followed: {one_line(link)} leads out of the given paths."
    problems = {finding.place.path for finding in report.file_problems}
    if problems:
        yield palette.paint(palette.bad, f"{plural(len(problems), 'file')} could not be done:")
        for problem in report.file_problems:
            yield f"  {problem.place}  {problem.code} {one_line(problem.message)}"


def _changes(report: Report, palette: Palette) -> Iterator[str]:
    if report.changes:
        changed = plural(len(report.changes), "file")
        yield f"{changed} changed:" if report.wrote else f"{changed} would change; nothing was written:"
    for change in report.changes:
        yield f"  {palette.paint(palette.strong, one_line(change.path))}"


def _unit_counts(report: Report) -> Iterator[str]:
    units = report.units
    if units.total:
        tense = "" if report.wrote else " would"
        counts = [
            f"{number}{tense} {what}"
            for number, what in (
                (units.migrated, "become v2" if tense else "became v2"),
                (units.partial, "become v2 in part" if tense else "became v2 in part"),
                (units.kept, "stay on the facade" if tense else "stayed on the facade"),
            )
            if number
        ]
        resources = plural(units.total, "resource")
        yield f"{resources} with all that uses {'it' if units.total == 1 else 'them'}: {', '.join(counts)}."


def _next_steps(advice: Sequence[str], palette: Palette) -> Iterator[str]:
    if advice:
        yield ""
        yield palette.paint(palette.strong, "Next:")
    for step in advice:
        yield f"  {step}"


def plural(number: int, noun: str) -> str:
    """``1 file``, ``2 files``, ``1,200 files``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
