"""A report as JSON.

Version 1 of the format. A later version may add keys; it raises ``version`` when one changes its meaning::

    {"version": 1,
     "tool": {"name": "legacy-shim", "version": "0.1.0"},
     "wrote": false,                      whether files were changed
     "files": 12,                         Python files looked at
     "facts_files": ["dbt_cloud_jobs.json"],
     "sites": {"total": 9, "migrated": 7, "kept": 2, "waiting": 0},
     "units": {"total": 2, "migrated": 1, "partial": 1, "kept": 0, "waiting": 0},
     "changed": ["src/defs.py"],          files that changed, or would
     "commits": ["5f2c8a..."],            with --commit: the git commits that hold the changes, oldest first
     "findings": [
       {"code": "LDC302", "title": "...", "safety": "equal" | "differs" | "manual",
        "message": "...", "name": "DbtCloudOutput" | "",
        "path": "src/defs.py", "line": 3, "column": 5,      1-based, columns in characters
        "related": [{"path": "src/jobs.py", "line": 8, "column": 1}],
        "jobs": [67890],                  the dbt Cloud jobs that it is about
        "for_a_person": true,             needs manual work (exit code 1)
        "file_problem": false}]}          a file could not be read, parsed or written (exit code 2)

Paths are as they were given, with ``/`` between their parts.
"""

from __future__ import annotations

from importlib import metadata
from pathlib import Path
from typing import Any

from legacy_shim.visible import json_text

from ...findings import (
    Finding,
    Place,
)
from ..report import Report

VERSION = 1


def render_json(report: Report, _root: Path) -> str:
    """The report as JSON, indented, with a line end behind it."""
    sites, units = report.sites, report.units
    document = {
        "version": VERSION,
        "tool": {"name": "legacy-shim", "version": tool_version()},
        "wrote": report.wrote,
        "files": report.files,
        "facts_files": [path.as_posix() for path in report.facts_files],
        "sites": {
            "total": sites.total,
            "migrated": sites.migrated,
            "kept": sites.kept,
            "waiting": sites.waiting,
        },
        "units": {
            "total": units.total,
            "migrated": units.migrated,
            "partial": units.partial,
            "kept": units.kept,
            "waiting": units.waiting,
        },
        "changed": [change.path.as_posix() for change in report.changes],
        "commits": [commit.hash for commit in report.commits],
        "findings": [_finding(finding) for finding in report.findings],
    }
    return json_text(document) + "\n"


def tool_version() -> str:
    """The installed version of this project, or ``0`` where it runs from a checkout."""
    try:
        return metadata.version("legacy-shim")
    except metadata.PackageNotFoundError:
        return "0"


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code,
        "title": finding.title,
        "safety": finding.safety,
        "message": finding.message,
        "name": finding.name,
        **_place(finding.place),
        "related": [_place(place) for place in finding.related],
        "jobs": list(finding.jobs),
        "for_a_person": finding.is_left_for_a_person,
        "file_problem": finding.is_file_problem,
    }


def _place(place: Place) -> dict[str, Any]:
    return {"path": place.path.as_posix(), "line": place.line, "column": place.column}
