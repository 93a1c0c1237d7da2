"""A report as SARIF 2.1.0, for code scanning.

The format: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path
from typing import Any

from legacy_shim.catalogue import BY_CODE, Code
from legacy_shim.visible import json_text

from ...findings import (
    OUTSIDE_PYTHON,
    Finding,
    Place,
)
from ..report import Report
from .locations import as_uri
from .machine import tool_version

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def render_sarif(report: Report, root: Path) -> str:
    """The report as a SARIF log with one run, with a line end behind it."""
    codes = sorted({finding.code for finding in report.findings})
    driver = {
        "name": "legacy-shim",
        "version": tool_version(),
        "rules": [_rule(BY_CODE[code]) for code in codes],
    }
    seen: Counter[str] = Counter()
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "The top of the repository."}}},
        "results": [_result(finding, codes, root, seen) for finding in report.findings],
    }
    return json_text({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}) + "\n"


def level_of(finding_or_code: Finding | Code) -> str:
    """``error`` for what could not be done or will not load, ``warning`` for what a person must do, else ``note``."""
    family = finding_or_code.code[3]
    if family == "5":
        return "warning" if finding_or_code.code in OUTSIDE_PYTHON else "error"
    return {"1": "warning", "2": "note", "3": "warning", "4": "error"}[family]


def _rule(code: Code) -> dict[str, Any]:
    return {
        "id": code.code,
        "name": code.title,
        "shortDescription": {"text": code.title},
        "fullDescription": {"text": code.means},
        "help": {"text": code.do},
        "defaultConfiguration": {"level": level_of(code)},
        "properties": {"safety": code.safety},
    }


def _result(finding: Finding, codes: list[str], root: Path, seen: Counter[str]) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": codes.index(finding.code),
        "level": level_of(finding),
        "message": {"text": finding.message or finding.title},
        "locations": [{"physicalLocation": _location(finding.place, root)}],
        "partialFingerprints": {"legacyShim/v1": _fingerprint(finding, root, seen)},
    }
    if finding.related:
        result["relatedLocations"] = [
            {"id": number, "physicalLocation": _location(place, root)}
            for number, place in enumerate(finding.related, start=1)
        ]
    return result


def _location(place: Place, root: Path) -> dict[str, Any]:
    uri = as_uri(place.path, root)
    artifact = {"uri": uri} if uri.startswith("file:") else {"uri": uri, "uriBaseId": "%SRCROOT%"}
    return {"artifactLocation": artifact, "region": {"startLine": place.line, "startColumn": place.column}}


def _fingerprint(finding: Finding, root: Path, seen: Counter[str]) -> str:
    """Stays the same while lines above the place come and go, so that a service knows the result again."""
    base = "\0".join((finding.code, as_uri(finding.place.path, root), finding.name, finding.message))
    seen[base] += 1
    return hashlib.blake2b(f"{base}\0{seen[base]}".encode(errors="replace"), digest_size=16).hexdigest()
