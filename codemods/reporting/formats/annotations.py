"""A report as annotations that GitHub shows in a pull request.

The format: https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

from pathlib import Path

from legacy_shim.catalogue import BY_CODE
from legacy_shim.visible import one_line

from ...findings import Finding
from ..classes import by_class
from ..report import Report
from .locations import relative_to_root
from .sarif import level_of

_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def render_github(report: Report, root: Path) -> str:
    """One workflow command a finding, the most serious first: GitHub shows the first few. Empty where there are none."""
    ordered = (found for _, codes in by_class(report.findings) for group in codes.values() for found in group)
    return "".join(f"{_annotation(finding, root)}\n" for finding in ordered)


def _annotation(finding: Finding, root: Path) -> str:
    place = finding.place
    properties = {
        "file": one_line(relative_to_root(place.path, root) or place.path.as_posix()),
        "line": str(place.line),
        "col": str(place.column),
        "title": f"{finding.code} {finding.title}",
    }
    listed = ",".join(f"{key}={_escape_property(value)}" for key, value in properties.items())
    message = "\n".join(part for part in (one_line(finding.message), BY_CODE[finding.code].do) if part)
    return f"::{_COMMANDS[level_of(finding)]} {listed}::{_escape(message)}"


def _escape(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_property(text: str) -> str:
    return _escape(text).replace(":", "%3A").replace(",", "%2C")
