"""Renderings of a report: for people, for programs, for code scanning, for pull requests, as a patch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from ..report import Report
from .annotations import render_github
from .machine import render_json
from .palette import PLAIN, Palette
from .sarif import render_sarif
from .text import render_text

_RENDERERS: dict[str, Callable[[Report, Path], str]] = {
    "json": render_json,
    "sarif": render_sarif,
    "github": render_github,
}


def render(
    report: Report, form: str, *, root: Path, advice: Sequence[str] = (), palette: Palette = PLAIN
) -> str:
    """The text of a report, with a line end behind it.

    ``root`` is the folder that paths in SARIF and GitHub annotations are relative to: the top of the
    repository. ``advice`` says what to run next; only people get it, and colours. ``form`` is one of text,
    json, sarif and github.
    """
    if form == "text":
        return render_text(report, advice=advice, palette=palette)
    return _RENDERERS[form](report, root)
