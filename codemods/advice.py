"""What to run next, given what a command came to."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

from .report import Report

COMMAND = "python -m legacy_shim.codemods"


def next_steps(report: Report, command: str, paths: Sequence[Path]) -> tuple[str, ...]:
    """The steps that make sense now, the first one first. Empty where nothing is left to do."""
    return tuple(_steps(report, command, shlex.join(str(path) for path in paths)))


def _steps(report: Report, command: str, where: str) -> Iterator[str]:
    codes = {finding.code for finding in report.findings}
    if "LDC402" in codes:
        yield "name the environment variables of the job ids: add --env-file FILE to the command"
    if codes & {"LDC401", "LDC403"}:
        yield f"{COMMAND} lookup {where}"
    if command == "scan" and report.sites.total:
        yield f"{COMMAND} migrate --diff {where}"
    elif report.changes and not report.wrote:
        yield f"{COMMAND} migrate {where}"
    elif report.wrote and report.changes:
        yield "review the change (git diff), then load the code location in a test environment"
        if "LDC401" in codes:
            yield f"{COMMAND} migrate {where}   (again, with the facts)"
    told = [code for code in sorted(codes) if code[3] in "2345"]
    if told:
        yield f"{COMMAND} explain {told[0]}   (and the other codes above)"
