"""How a command prints its report: the format, the place, and how much of it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .cli_parameters import ReportFormat
from .console import Console

if TYPE_CHECKING:
    from ..reporting.formats.text import Look
    from ..reporting.report import Report


@dataclass(frozen=True)
class Printing:
    """What the options of a report say."""

    form: ReportFormat
    output: Path | None
    quiet: bool = False
    verbose: bool = False
    statistics: bool = False

    @property
    def is_text_on_screen(self) -> bool:
        """Whether someone reads along, so that the report may come in two parts."""
        return self.form is ReportFormat.text and self.output is None

    def check(self) -> None:
        """Raises UsageError for options that exclude each other."""
        from ..errors import UsageError

        if self.quiet + self.verbose + self.statistics > 1:
            raise UsageError("--quiet, --verbose and --statistics exclude each other")

    def look(self, console: Console) -> Look:
        """How text is shown on this console; in a file it has neither colours nor a width."""
        from ..reporting.formats.text import Detail, Look

        detail = Detail.NORMAL
        if self.quiet:
            detail = Detail.QUIET
        elif self.verbose:
            detail = Detail.VERBOSE
        elif self.statistics:
            detail = Detail.STATISTICS
        return Look(detail=detail) if self.output else Look(console.palette, detail, console.width)

    def print_findings(self, console: Console, report: Report) -> None:
        """The first part of a report on the screen: all that is to be known before a byte is written."""
        from ..reporting.formats.text import findings_text

        console.print(findings_text(report, self.look(console)))

    def print_rest(self, console: Console, report: Report, advice: Sequence[str]) -> None:
        """The second part: what was done; all of the report where there was no first part."""
        if not self.is_text_on_screen:
            self.print_report(console, report, advice)
            return
        from ..reporting.formats.text import outcome_text

        console.print(outcome_text(report, advice, self.look(console)))

    def print_report(self, console: Console, report: Report, advice: Sequence[str]) -> None:
        """All of it, on the screen or in a file."""
        from ..reporting.formats import render

        root = Path(os.environ.get("GITHUB_WORKSPACE") or Path.cwd())
        text = render(report, self.form.value, root=root, advice=advice, look=self.look(console))
        if self.output is None:
            console.print(text)
        else:
            console.save(self.output, text)
