"""``scan`` beside something else: a baseline of accepted uses, or a log of what is used while the code runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from legacy_shim.visible import json_text, one_line

from ..errors import UsageError
from ..findings import OUTSIDE_PYTHON
from ..reporting.formats.palette import (
    PLAIN,
    Palette,
)
from ..reporting.formats.wording import plural
from .console import Console

if TYPE_CHECKING:
    from ..reporting.report import Report
    from ..reporting.usage_report import (
        SeenSite,
        UsageReport,
    )


def require_one_mode(write_baseline: Path | None, baseline: Path | None, usage: Path | None) -> None:
    """Raises UsageError where more than one is asked for."""
    if sum(mode is not None for mode in (write_baseline, baseline, usage)) > 1:
        raise UsageError("--write-baseline, --baseline and --usage exclude each other")


def write_baseline(report: Report, path: Path, console: Console) -> None:
    """Accept the uses of a scan."""
    from ..reporting.baseline import baseline_text

    console.save(path, baseline_text(report, path.parent))
    outside = sum(finding.code in OUTSIDE_PYTHON for finding in report.findings)
    more = f", and {plural(outside, 'place')} in files that are not Python" if outside else ""
    console.note(f"{plural(report.sites.total, 'legacy use')}{more} accepted in {path}.")


def beside_baseline(report: Report, path: Path, console: Console) -> Report:
    """What the baseline does not know. Tells the counts; raises UsageError where it cannot be read."""
    from ..reporting.baseline import (
        compare,
        read_baseline,
    )

    compared = compare(report, read_baseline(path), path.parent)
    line = f"{path}: {plural(compared.known, 'legacy use')} known, {compared.new} new"
    if compared.gone:
        line += f", {compared.gone} gone (--write-baseline {path} forgets them)"
    console.note(f"{line}.")
    return compared.report


def print_usage(report: Report, log: Path, console: Console, form: str, output: Path | None) -> None:
    """Show what the log says of the uses. Raises UsageError for a format that this has not."""
    if form not in ("text", "json"):
        raise UsageError("--usage is shown as text or json")
    usage = beside_usage(report, log)
    if output is not None:
        console.save(output, usage_json(usage) if form == "json" else usage_text(usage))
    else:
        console.print(usage_json(usage) if form == "json" else usage_text(usage, console.palette))


def beside_usage(report: Report, path: Path) -> UsageReport:
    """What a usage log says of the uses. Raises UsageError where it cannot be read."""
    from legacy_shim.usage_record import read_usage

    from ..reporting.usage_report import join

    try:
        return join(report, read_usage(path))
    except OSError as error:
        raise UsageError(f"{path}: it cannot be read: {error.strerror}") from None


_LOADED = "File loaded, this use not recorded (methods of a client and annotations never are)"
_NEVER_LOADED = "File never loaded: may be code to delete"


def usage_json(usage: UsageReport) -> str:
    """The report as JSON."""
    from ..reporting.usage_report import as_json

    return json_text(as_json(usage)) + "\n"


def usage_text(usage: UsageReport, palette: Palette = PLAIN) -> str:
    """The report for people: the most used first, then what was never seen."""
    return "\n".join(_usage_lines(usage, palette)) + "\n"


def _usage_lines(usage: UsageReport, palette: Palette) -> Iterator[str]:
    used = sorted(usage.used, key=lambda site: (-site.count, site.finding.place))
    if used:
        yield palette.paint(palette.strong, "Used")
    for site in used:
        last = site.last.strftime("%Y-%m-%d %H:%M UTC") if site.last else ""
        runs = f", in {plural(site.runs, 'run')}" if site.runs else ""
        yield f"  {_place(site, palette)}  {plural(site.count, 'time')}{runs}, last {last}"
    for title, sites in ((_LOADED, usage.loaded), (_NEVER_LOADED, usage.never_loaded)):
        if sites:
            yield palette.paint(palette.strong, title)
        for site in sites:
            yield f"  {_place(site, palette)}"
    if usage.elsewhere:
        yield palette.paint(palette.strong, "Logged where this source has no legacy use")
    for record in usage.elsewhere:
        where = one_line(f"{record.file}:{record.line}  {record.code} {record.name}")
        yield f"  {where}  {plural(record.count, 'time')}"
    if usage.sites or usage.elsewhere:
        yield ""
    uses = plural(len(usage.sites), "legacy use")
    loaded, never = len(usage.loaded), len(usage.never_loaded)
    yield f"{uses}: {len(usage.used)} used, {loaded} in loaded files, {never} never loaded."
    if usage.unreadable:
        yield f"{plural(usage.unreadable, 'line')} of the log could not be read."


def _place(site: SeenSite, palette: Palette) -> str:
    place = palette.paint(palette.strong, str(site.finding.place))
    return f"{place}  {site.finding.code} {site.finding.name}".rstrip()
