"""Which legacy uses of the source a usage log has seen: how often, when last, and which code was never loaded.

A line of the log belongs to a use of the same code in the same statement of the same file. Where the log was written
elsewhere, in a container for example, the file is found by the dotted name of its module.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from legacy_shim.usage_record import Usage, UsageRecord

from ..findings import Finding
from .report import Report


@dataclass(frozen=True)
class SeenSite:
    """A legacy use of the source, and what the log says of it."""

    finding: Finding
    count: int = 0
    last: datetime | None = None
    runs: int = 0
    """Dagster runs in which it was used."""
    file_loaded: bool = False
    """Whether anything of its file is in the log."""


@dataclass(frozen=True)
class UsageReport:
    """A usage log beside the source."""

    sites: tuple[SeenSite, ...]
    elsewhere: tuple[UsageRecord, ...]
    """What was used at places where the source has no such use: other code, or the source was another then."""
    unreadable: int
    """Lines of the log that were passed over."""

    @property
    def used(self) -> tuple[SeenSite, ...]:
        return tuple(site for site in self.sites if site.count)

    @property
    def loaded(self) -> tuple[SeenSite, ...]:
        """Those of which nothing was recorded, in files that were loaded."""
        return tuple(site for site in self.sites if not site.count and site.file_loaded)

    @property
    def never_loaded(self) -> tuple[SeenSite, ...]:
        return tuple(site for site in self.sites if not site.count and not site.file_loaded)


def join(report: Report, usage: Usage) -> UsageReport:
    """Put the log beside the uses that a scan found."""
    findings = [finding for finding in report.findings if finding.code.startswith("LDC1")]
    by_file: dict[Path, list[Finding]] = defaultdict(list)
    for finding in findings:
        by_file[finding.place.path].append(finding)
    files = _Files(by_file)
    seen: dict[Finding, list[UsageRecord]] = defaultdict(list)
    loaded: set[Path] = set()
    elsewhere: list[UsageRecord] = []
    for record in usage.records:
        path = files.of(record)
        if path is not None:
            loaded.add(path)
        if record.use in ("import", "load"):
            continue  # no use that is scanned for; it shows that the file is loaded
        site = _site_at(by_file[path], files.spans(path), record) if path is not None else None
        if site is None:
            elsewhere.append(record)
        else:
            seen[site].append(record)
    sites = (_seen(finding, seen[finding], finding.place.path in loaded) for finding in findings)
    return UsageReport(tuple(sites), tuple(elsewhere), usage.unreadable)


def _seen(finding: Finding, records: Sequence[UsageRecord], file_loaded: bool) -> SeenSite:
    return SeenSite(
        finding,
        count=sum(record.count for record in records),
        last=max((record.time for record in records), default=None),
        runs=len({record.run for record in records if record.run}),
        file_loaded=file_loaded,
    )


class _Files:
    """The scanned files by what a log calls them."""

    def __init__(self, paths: Iterable[Path]) -> None:
        self._paths = list(paths)
        self._resolved = {path.resolve(): path for path in self._paths}
        self._spans: dict[Path, list[tuple[int, int]]] = {}

    def of(self, record: UsageRecord) -> Path | None:
        path = self._resolved.get(Path(record.file))
        if path is None and not record.file.startswith("<"):
            path = self._resolved.get(Path(record.file).resolve())
        return path or self._by_module(record.module)

    def _by_module(self, module: str) -> Path | None:
        if module in {"", "__main__"}:
            return None
        parts = tuple(module.split("."))
        found = [path for path in self._paths if _dotted(path)[-len(parts) :] == parts]
        return found[0] if len(found) == 1 else None

    def spans(self, path: Path) -> Sequence[tuple[int, int]]:
        """First and last line of each statement, the decorators of a definition included."""
        if path not in self._spans:
            tree = ast.parse(path.read_bytes())
            self._spans[path] = [
                (
                    min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", ()))]),
                    node.end_lineno or node.lineno,
                )
                for node in ast.walk(tree)
                if isinstance(node, ast.stmt)
            ]
        return self._spans[path]


def _dotted(path: Path) -> tuple[str, ...]:
    resolved = path.resolve()
    return resolved.parent.parts if resolved.stem == "__init__" else (*resolved.parent.parts, resolved.stem)


def _site_at(
    findings: Sequence[Finding], spans: Sequence[tuple[int, int]], record: UsageRecord
) -> Finding | None:
    """The use at a line: on the line itself, else the nearest one of the same statement."""
    alike = [finding for finding in findings if finding.code == record.code]
    inside = [span for span in spans if span[0] <= record.line <= span[1]]
    first, last = min(inside, key=lambda span: span[1] - span[0], default=(record.line, record.line))
    same = [finding for finding in alike if first <= finding.place.line <= last]
    return min(same, key=lambda finding: abs(finding.place.line - record.line), default=None)


def as_json(report: UsageReport) -> Mapping[str, object]:
    """The report as data, for ``--format json``."""
    return {
        "version": 1,
        "sites": [
            {
                "path": site.finding.place.path.as_posix(),
                "line": site.finding.place.line,
                "column": site.finding.place.column,
                "code": site.finding.code,
                "name": site.finding.name,
                "count": site.count,
                "last": site.last.isoformat(timespec="seconds") if site.last else None,
                "runs": site.runs,
                "file_loaded": site.file_loaded,
            }
            for site in report.sites
        ],
        "elsewhere": [
            {
                "file": record.file,
                "line": record.line,
                "code": record.code,
                "name": record.name,
                "count": record.count,
            }
            for record in report.elsewhere
        ],
        "unreadable_lines": report.unreadable,
    }
