"""Renderings of a report: for people, for programs, for code scanning, for pull requests, as a patch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..report import Report
    from .text import Look


def render(
    report: Report, form: str, *, root: Path, advice: Sequence[str] = (), look: Look | None = None
) -> str:
    """The text of a report, with a line end behind it.

    ``root`` is the folder that paths in SARIF and GitHub annotations are relative to: the top of the
    repository. ``advice`` says what to run next; it and ``look`` are for people. ``form`` is one of text,
    markdown, json, sarif and github.
    """
    if form == "text":
        from .text import Look as Default
        from .text import render_text

        return render_text(report, advice=advice, look=look or Default())
    if form == "markdown":
        from .markdown import render_markdown

        return render_markdown(report, advice)
    return _renderer(form)(report, root)


def _renderer(form: str) -> Callable[[Report, Path], str]:
    # Each is imported when it is used: most runs print text, and `--help` prints none.
    if form == "json":
        from .machine import render_json

        return render_json
    if form == "sarif":
        from .sarif import render_sarif

        return render_sarif
    from .annotations import render_github

    return render_github
