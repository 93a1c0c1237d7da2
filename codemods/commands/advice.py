"""What to run next, given what a command came to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from legacy_shim.visible import shell_words

from ..reporting.classes import USES, by_class
from ..reporting.report import Report

COMMAND = "python -m legacy_shim.codemods"


_OF_LOOKUP = frozenset({"--facts", "--env-file", "--deployment", "--exclude"})
"""What `lookup` takes as `scan` and `migrate` do."""
_DEPLOYING = frozenset({"--env-file", "--deployment"})


def next_steps(
    report: Report, command: str, paths: Sequence[Path], given: Sequence[tuple[str, str]] = ()
) -> tuple[str, ...]:
    """The steps that make sense now, the first one first. Empty where nothing is left to do.

    The commands carry the options that decide what is migrated, and into what: `given`, each with its value.
    """
    return tuple(_steps(report, command, [str(path) for path in paths], given))


def _steps(
    report: Report, command: str, paths: Sequence[str], given: Sequence[tuple[str, str]]
) -> Iterator[str]:
    codes = {finding.code for finding in report.findings}
    if "LDC402" in codes:
        yield "name the variables that hold the job ids, in one --env-file for each deployment"
        if not any(option in _DEPLOYING for option, _ in given):
            here = [str(path) for path in _unread(paths)]
            yield from (f"{path} is there and was not read" for path in here)
            given = [*given, *(("--env-file", path) for path in here or ["FILE"])]
    where = shell_words([*_words(given), *paths])
    asked = shell_words([*_words(row for row in given if row[0] in _OF_LOOKUP), *paths])
    if codes & {"LDC401", "LDC402"}:
        yield f"{COMMAND} lookup {asked}"
    elif "LDC403" in codes:
        yield f"{COMMAND} lookup --job-id ID {asked}   (a job of the environment)"
    if command == "scan" and report.sites.total:
        yield f"{COMMAND} migrate --diff {where}"
    elif report.changes and not report.wrote:
        yield f"{COMMAND} migrate {where}"
    elif report.wrote and report.changes:
        review = f"git log -p -{len(report.commits)}" if report.commits else "git diff"
        yield f"review the change ({review}), then load the code location in a test environment"
        if codes & {"LDC401", "LDC402"}:
            yield f"{COMMAND} migrate {where}   (again, with the facts)"
    explained = [code for each, found in by_class(report.findings) if each is not USES for code in found]
    if explained:
        yield f"{COMMAND} explain {explained[0]}   (and the other codes above)"


def _unread(paths: Iterable[str]) -> Iterator[Path]:
    """The ``.env`` of the project, which Dagster reads where it starts."""
    folders = [Path(), *(path if path.is_dir() else path.parent for path in map(Path, paths))]
    found = {(folder / ".env").resolve(): folder / ".env" for folder in reversed(folders)}
    yield from (path for path in found.values() if path.is_file())


def _words(given: Iterable[tuple[str, str]]) -> Iterator[str]:
    for option, value in given:
        yield option
        if value:
            yield value
