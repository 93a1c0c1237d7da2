"""The exit codes of the commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..reporting.report import Report

EXIT_CODES = """\b
Exit codes:
  0  nothing is left to do
  1  something needs you: a use stays on the facade, or a fact is missing
     (with --check: anything to migrate; scan: any legacy use)
  2  wrong usage, or a file could not be read, parsed or written (the others are still done)
"""
"""What `scan` and `migrate` say of them at the end of their help."""

EXIT_DONE = 0
EXIT_LEFT = 1
EXIT_FAILED = 2
EXIT_INTERRUPTED = 130


def of_scan(report: Report) -> int:
    """The exit code of `scan`."""
    if report.file_problems:
        return EXIT_FAILED
    return EXIT_LEFT if report.sites.total or report.units.total or report.left_for_a_person else EXIT_DONE


def of_migrate(report: Report) -> int:
    """The exit code of `migrate`."""
    if report.file_problems:
        return EXIT_FAILED
    return EXIT_LEFT if report.left_for_a_person else EXIT_DONE


def of_check(report: Report) -> int:
    """The exit code of `migrate --check`, which is 1 too where there is anything to migrate."""
    return max(of_migrate(report), EXIT_LEFT if report.changes else EXIT_DONE)
