"""Renderings of a report: for people, for programs, for code scanning, for pull requests, as a patch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .palette import PLAIN, Palette

if TYPE_CHECKING:
    from ..report import Report


def render(
    report: Report, form: str, *, root: Path, advice: Sequence[str] = (), palette: Palette = PLAIN
) -> str:
    """The text of a report, with a line end behind it.

    ``root`` is the folder that paths in SARIF and GitHub annotations are relative to: the top of the
    repository. ``advice`` says what to run next; only people get it, and colours. ``form`` is one of text,
    json, sarif and github.
    """
    if form == "text":
        from .text import render_text

        return render_text(report, advice=advice, palette=palette)
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
