"""A report for people: a summary, then the findings, the most serious first, then what changed and the next step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from legacy_shim.catalogue import BY_CODE
from legacy_shim.visible import one_line

from ...findings import Finding, Place
from ..classes import COSMETIC_CHANGE, DIFFERS, USES, Class, by_class, by_message
from ..report import Report
from .palette import PLAIN, Palette
from .summary import changed_lines, statistics_lines, summary_lines
from .wording import plural, wrapped

_SHARED = 3
"""So many codes with the same locations are shown together: each load of assets brings a dozen."""


class Detail(Enum):
    """How much of a report is shown."""

    QUIET = "the summary alone"
    STATISTICS = "a count for each code"
    NORMAL = "each finding; changes that always come together, in one paragraph"
    VERBOSE = "each code with its explanation"


@dataclass(frozen=True)
class Look:
    """How a report is shown."""

    palette: Palette = PLAIN
    detail: Detail = Detail.NORMAL
    width: int | None = None
    """Columns of the terminal; None: lines are not wrapped."""


PLAIN_LOOK = Look()


def render_text(report: Report, *, advice: Sequence[str] = (), look: Look = PLAIN_LOOK) -> str:
    """The report as text, with a line end behind it."""
    return findings_text(report, look) + outcome_text(report, advice, look)


def findings_text(report: Report, look: Look = PLAIN_LOOK) -> str:
    """The summary, and each class of findings, with an empty line behind each. For what has findings."""
    if not report.findings:
        return ""
    parts = [_lines(summary_lines(report, look.palette, look.width))]
    if look.detail is Detail.STATISTICS:
        parts.append(_lines(statistics_lines(report, look.palette)))
    elif look.detail is not Detail.QUIET:
        for each, codes in by_class(report.findings):
            parts += _class_parts(each, codes, look)
    return "".join(f"{part}\n\n" for part in parts)


def outcome_text(report: Report, advice: Sequence[str] = (), look: Look = PLAIN_LOOK) -> str:
    """What changed, what failed, and the next step, with a line end behind it."""
    lines = [] if report.findings and not report.wrote else _counts(report, look)
    lines += changed_lines(report, look.palette)
    lines += _next_steps(advice, look.palette, below=bool(lines))
    return _lines(lines) + "\n" if lines else ""


def _counts(report: Report, look: Look) -> list[str]:
    """The summary without the classes of findings, which were shown before."""
    return list(summary_lines(replace(report, findings=()), look.palette, look.width))


def _lines(lines: Iterable[str]) -> str:
    return "\n".join(lines)


def _class_parts(each: Class, codes: Mapping[str, list[Finding]], look: Look) -> Iterator[str]:
    yield look.palette.paint(look.palette.strong, each.title.upper())
    alone = dict(codes)
    if look.detail is Detail.NORMAL and each in (DIFFERS, COSMETIC_CHANGE):
        for places, together in _shared(codes).items():
            alone = {code: found for code, found in alone.items() if code not in together}
            yield _lines(_paragraph(places, together, each, look))
    for code, findings in alone.items():
        yield _lines(_code_section(code, findings, each, look))


def _shared(codes: Mapping[str, list[Finding]]) -> dict[tuple[Place, ...], list[str]]:
    """The codes that say one thing of the same places as others do, by these places."""
    groups: dict[tuple[Place, ...], list[str]] = {}
    for code, findings in codes.items():
        if len({finding.message for finding in findings}) == 1 and not any(each.related for each in findings):
            groups.setdefault(tuple(sorted(finding.place for finding in findings)), []).append(code)
    return {places: together for places, together in groups.items() if len(together) >= _SHARED}


def _paragraph(
    places: Sequence[Place],
    together: Sequence[str],
    each: Class,
    look: Look,
) -> Iterator[str]:
    for code in together:
        head = look.palette.paint(getattr(look.palette, each.colour), code)
        yield wrapped(BY_CODE[code].title, look.width, "       ", first="\0 ").replace("\0", head, 1)
    where = f"these {len(together)} come together, at {plural(len(places), 'location')}:"
    yield f"  {look.palette.paint(look.palette.quiet, where)}"
    for place in places:
        yield f"    {look.palette.paint(look.palette.strong, str(place))}"


def _code_section(code: str, findings: list[Finding], each: Class, look: Look) -> Iterator[str]:
    entry = BY_CODE[code]
    palette = look.palette
    yield from _head(f"{code} {entry.title}", plural(len(findings), "location"), each, look)
    if look.detail is Detail.VERBOSE or each not in (DIFFERS, COSMETIC_CHANGE, USES):
        yield wrapped(entry.means, look.width, "  ")
    if look.detail is Detail.VERBOSE or (each is not USES and entry.do != "Nothing."):
        do = palette.paint(palette.good, "Do:")
        yield wrapped(entry.do, look.width, "      ", first="  \0\0\0 ").replace("\0\0\0", do, 1)
    for message, group in by_message(findings).items():
        if len(group) == 1:
            place = palette.paint(palette.strong, str(group[0].place))
            yield (
                f"    {place}  {one_line(message)}".rstrip()
                if look.width is None
                else _place_line(group[0], place, look.width)
            )
            yield from _related(group[0], "      ")
            continue
        yield wrapped(one_line(message) or "At:", look.width, "    ")
        for finding in group:
            yield f"      {palette.paint(palette.strong, str(finding.place))}"
            yield from _related(finding, "        ")


def _head(title: str, count: str, each: Class, look: Look) -> Iterator[str]:
    """A title with its count behind it where that fits on the line, else below it."""
    *lines, last = wrapped(title, look.width, "       ", first="").splitlines()
    colour = getattr(look.palette, each.colour)
    yield from (look.palette.paint(colour, line) for line in lines)
    fits = look.width is None or len(last) + 2 + len(count) <= look.width
    shown = look.palette.paint(look.palette.quiet, count)
    yield look.palette.paint(colour, last) + (f"  {shown}" if fits else f"\n       {shown}")


def _place_line(finding: Finding, painted: str, width: int) -> str:
    """A place with its message behind it where that fits on the line, else below it."""
    message = one_line(finding.message)
    if len(str(finding.place)) + len(message) + 6 <= width:
        return f"    {painted}  {message}".rstrip()
    return f"    {painted}\n{wrapped(message, width, '      ')}"


def _related(finding: Finding, indent: str) -> Iterator[str]:
    for place in finding.related:
        if str(place) not in finding.message:
            yield f"{indent}see {place}"


def _next_steps(advice: Sequence[str], palette: Palette, *, below: bool) -> Iterator[str]:
    if advice and below:
        yield ""
    if advice:
        yield palette.paint(palette.strong, "Next:")
    for step in advice:
        yield f"  {step}"
