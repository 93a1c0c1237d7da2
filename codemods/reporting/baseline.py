"""Legacy uses that are accepted for now: written once, then only new ones fail.

A baseline is a JSON file that belongs in version control::

    {"version": 1,
     "uses": [{"path": "src/defs.py", "code": "LDC104", "name": "load_assets_from_dbt_cloud_job",
               "lines": ["5f2c8a01b7de"]}]}

Paths are relative to the file's folder. ``lines`` has one entry for each use: a digest of its source line without
the space around it. So a use stays known when lines above it come and go, when its own line is edited (there are no
more uses in the file than before), and when it moves to another file as it is.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from legacy_shim.json_text import parse_json
from legacy_shim.regular_file import read_given

from ..errors import UsageError
from ..findings import (
    OUTSIDE_PYTHON,
    Finding,
)
from .report import Report, Sites, Units

VERSION: Final = 1

Kind = tuple[str, str, str]
"""Path as in the baseline, code and legacy name."""


@dataclass(frozen=True)
class Compared:
    """A scan beside a baseline."""

    report: Report
    """What is new, and the files that could not be read."""
    known: int
    new: int
    gone: int
    """Uses that the baseline has and the code has no more."""


def is_site(finding: Finding) -> bool:
    """Whether a finding of a scan is a use of a legacy name in Python."""
    return finding.code.startswith("LDC1")


def is_use(finding: Finding) -> bool:
    """Whether a finding of a scan is a use of a legacy name: in Python, in a notebook or in another file."""
    return is_site(finding) or finding.code in OUTSIDE_PYTHON


def baseline_text(report: Report, folder: Path) -> str:
    """The uses of a scan as a baseline that stands in ``folder``."""
    lines: dict[Kind, list[str]] = defaultdict(list)
    for finding, digest in _digests(filter(is_use, report.findings)):
        lines[_kind(finding, folder)].append(digest)
    uses = [
        {"path": path, "code": code, "name": name, "lines": found}
        for (path, code, name), found in sorted(lines.items())
    ]
    return json.dumps({"version": VERSION, "uses": uses}, indent=2) + "\n"


def read_baseline(path: Path) -> Mapping[Kind, Sequence[str]]:
    """Read a baseline. Raises UsageError where it is none."""
    try:
        found = parse_json(read_given(path))
        if found["version"] != VERSION:
            raise UsageError(f"{path}: version {found['version']!r} of a baseline is not known here")
        return {
            (use["path"], use["code"], use["name"]): [str(line) for line in use["lines"]]
            for use in found["uses"]
        }
    except OSError as error:
        raise UsageError(f"{path}: it cannot be read: {error.strerror}") from None
    except (ValueError, KeyError, TypeError):
        raise UsageError(f"{path}: it is no baseline; scan --write-baseline {path} writes one") from None


def compare(report: Report, baseline: Mapping[Kind, Sequence[str]], folder: Path) -> Compared:
    """Leave in a report what the baseline in ``folder`` does not know."""
    groups: dict[Kind, list[tuple[Finding, str]]] = defaultdict(list)
    for finding, digest in _digests(filter(is_use, report.findings)):
        groups[_kind(finding, folder)].append((finding, digest))
    unknown: list[tuple[Finding, str]] = []
    left: Counter[tuple[str, str, str]] = Counter()  # known uses that are not where they were
    for kind, lines in baseline.items():
        surplus = Counter(lines) - Counter(digest for _, digest in groups.get(kind, ()))
        missing = max(0, len(lines) - len(groups.get(kind, ())))
        left.update((kind[1], kind[2], digest) for digest in list(surplus.elements())[:missing])
    for kind, uses in groups.items():
        unknown += _beyond(uses, baseline.get(kind, ()))
    new: list[Finding] = []
    for finding, digest in unknown:
        moved = (finding.code, finding.name, digest)
        if left[moved] > 0:
            left[moved] -= 1
        else:
            new.append(finding)
    total = sum(len(uses) for uses in groups.values())
    kept = {id(finding) for finding in new}
    findings = tuple(each for each in report.findings if id(each) in kept or each.is_file_problem)
    sites = Sites.of([each for each in new if is_site(each)])
    shown = replace(report, findings=findings, sites=sites, units=Units())
    return Compared(shown, total - len(new), len(new), sum(left.values()))


def _beyond(uses: Sequence[tuple[Finding, str]], known: Sequence[str]) -> list[tuple[Finding, str]]:
    """The uses that are more than the known ones: those of lines that are not known, the last ones first."""
    excess = len(uses) - len(known)
    if excess <= 0:
        return []
    lines = Counter(known)
    strangers: list[tuple[Finding, str]] = []
    for use in uses:
        if lines[use[1]] > 0:
            lines[use[1]] -= 1
        else:
            strangers.append(use)
    return strangers[-excess:]


def _kind(finding: Finding, folder: Path) -> Kind:
    path = finding.place.path.absolute()
    return Path(os.path.relpath(path, folder.absolute())).as_posix(), finding.code, finding.name


def _digests(findings: Iterable[Finding]) -> list[tuple[Finding, str]]:
    texts: dict[Path, list[bytes]] = {}
    found = []
    for finding in findings:
        path = finding.place.path
        if path not in texts:
            texts[path] = path.read_bytes().splitlines()
        lines = texts[path]
        line = lines[finding.place.line - 1] if finding.place.line <= len(lines) else b""
        found.append((finding, hashlib.sha256(line.strip()).hexdigest()[:12]))
    return found
