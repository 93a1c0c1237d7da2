"""The message of a git commit that holds one unit, or units that share a file."""

from __future__ import annotations

from dataclasses import replace

from legacy_shim.visible import one_line, text

from ..report import Report, Together
from .text import Look, findings_text
from .wording import plural

_WIDTH = 72
"""Columns, as git's own commands show a message."""


def commit_message(report: Report, group: Together) -> str:
    """A subject, and the findings in the files of the commit."""
    first, *others = group.paths
    more = f" and {plural(len(others), 'other file')}" if others else ""
    subject = f"Migrate {one_line(first.name)}{more} to dagster_dbt.cloud_v2"
    findings = tuple(finding for finding in report.findings if finding.place.path in group.paths)
    part = replace(report, findings=findings, sites=group.sites, units=group.units, files=len(group.paths))
    return f"{subject}\n\n{text(findings_text(part, Look(width=_WIDTH)))}".rstrip() + "\n"
