"""The result as JSON.

Version 1 of the format. A later version may add keys; it raises ``version`` when one changes its meaning::

    {"version": 1,
     "tool": {"name": "legacy-shim", "version": "0.1.0"},
     "as_reported": true,                  every difference is one that the migration reported (exit code 0)
     "needs_action": ["LDC204"],           what to do before you deploy, by code
     "counts": {"critical": 0, "unexpected": 0, "expected": 45},
     "before": {"what": "the tree as it is", "dagster": "1.13.27", "assets": 10,
                "external_assets": 3, "checks": 0, "jobs": 2, "schedules": 1, "sensors": 0, "resources": 0},
     "after": {...},
     "differences": [                      the critical ones first, then the unexpected, then by code
       {"verdict": "critical" | "unexpected" | "expected",
        "code": "LDC206" | null,           the code that reports such a difference
        "title": "...",                    what the code means, where it is expected
        "kind": "group", "subject": "marts/orders", "before": ..., "after": ...,
        "reasons": [{"path": "src/defs.py", "line": 3, "column": 1, "message": "..."}]}],
     "attempts": [                         what was done on both sides
       {"action": "load" | "materialize:dbt-cloud" | "job:nightly" | "op:nightly.dbt", "title": "...",
        "as_reported": true, "succeeded": {"before": true, "after": true},
         "before": [{"job": 67890, "job_name": "Nightly", "new_job": false, "run": 1,
                    "command": "dbt build", "nodes": ["model.shop.orders"] | null,
                    "wait": "no timeout" | "timeout 60 s" | "not waited for" | ""}],
        "after": [...]}],
     "reported_unseen": [                  reported by the migration, and not visible in this comparison
       {"code": "LDC207", "title": "...", "path": "src/defs.py", "line": 3, "column": 1, "message": "..."}],
     "notes": ["..."]}                     what to know of how this was found out

``kind`` and ``title`` are words for people and may change; ``verdict`` and ``code`` are for programs.
"""

from __future__ import annotations

from typing import Any

from legacy_shim.visible import json_text

from ..findings import Finding
from ..reporting.formats.machine import tool_version
from .attempts import Attempt, Command, attempts
from .difference import counts_of
from .judgement import Judged
from .run import Result, Side

VERSION = 1


def render_json(result: Result) -> str:
    """The document as text, with a line end behind it."""
    return json_text(document_of(result)) + "\n"


def document_of(result: Result) -> dict[str, Any]:
    """The document."""
    return {
        "version": VERSION,
        "tool": {"name": "legacy-shim", "version": tool_version()},
        "as_reported": result.is_as_reported,
        "needs_action": list(result.needs_action),
        "counts": {verdict: len(result.of(verdict)) for verdict in ("critical", "unexpected", "expected")},
        "before": _side(result.before),
        "after": _side(result.after),
        "differences": [_difference(row) for row in result.differences],
        "attempts": [_attempt(row) for row in attempts(result)],
        "reported_unseen": [
            {"code": finding.code, "title": finding.title, **_reason(finding)} for finding in result.unseen
        ],
        "notes": list(result.notes),
    }


def _side(side: Side) -> dict[str, Any]:
    return {"what": side.what, "dagster": side.snapshot["dagster"], **counts_of(side.snapshot)}


def _difference(row: Judged) -> dict[str, Any]:
    difference = row.difference
    return {
        "verdict": row.verdict,
        "code": difference.code,
        "title": row.title,
        "kind": difference.kind,
        "subject": difference.subject,
        "before": difference.before,
        "after": difference.after,
        "reasons": [_reason(finding) for finding in row.reasons],
    }


def _reason(finding: Finding) -> dict[str, Any]:
    place = finding.place
    return {
        "path": place.path.as_posix(),
        "line": place.line,
        "column": place.column,
        "message": finding.message,
    }


def _attempt(row: Attempt) -> dict[str, Any]:
    return {
        "action": row.action,
        "title": row.title,
        "as_reported": row.is_as_reported,
        "succeeded": {"before": row.succeeded[0], "after": row.succeeded[1]},
        "before": [_command(command) for command in row.before],
        "after": [_command(command) for command in row.after],
    }


def _command(command: Command) -> dict[str, Any]:
    return {
        "job": command.job_id,
        "job_name": command.job_name,
        "new_job": command.is_new_job,
        "run": command.run,
        "command": command.text,
        "nodes": None if command.nodes is None else list(command.nodes),
        "wait": command.wait,
    }
