"""A report as Markdown: the body of a pull request, or the summary of a GitHub job."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from legacy_shim.catalogue import BY_CODE
from legacy_shim.visible import one_line

from ...findings import Finding
from ..classes import by_class
from ..report import Report
from .summary import changed_lines, summary_lines

_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~!])")


def render_markdown(report: Report, advice: Sequence[str] = ()) -> str:
    """The summary, then each class of findings with the most serious first; a list of places folds away."""
    lines = ["## legacy-shim", ""]
    first, *rest = summary_lines(report)
    lines += [f"**{_plain(first)}**", ""]
    lines += [f"- {_plain(line.strip())}" for line in rest]
    for each, codes in by_class(report.findings):
        lines += ["", f"### {each.title}", ""]
        for code, findings in codes.items():
            lines += _code_lines(code, findings)
    changed = list(changed_lines(report))
    if changed:
        lines += ["", "### Files", "", *(f"- {_plain(line.strip())}" for line in changed)]
    if advice:
        lines += ["", "### Next", "", *(f"    {one_line(step)}" for step in advice)]
    return "\n".join(lines) + "\n"


def _code_lines(code: str, findings: Sequence[Finding]) -> Iterator[str]:
    entry = BY_CODE[code]
    yield f"- **{code} {_plain(entry.title)}** ({len(findings)}). {_plain(entry.means)} **Do:** {_plain(entry.do)}"
    yield "  <details><summary>Locations</summary>"
    yield ""
    for finding in findings:
        yield f"  - {_code(str(finding.place))} {_plain(finding.message)}".rstrip()
    yield ""
    yield "  </details>"


def _plain(text: str) -> str:
    """The text without meaning to Markdown or HTML."""
    return _MARKUP.sub(r"\\\1", one_line(text))


def _code(text: str) -> str:
    """Text in a code span, whatever backticks it has."""
    shown = one_line(text)
    longest = max((len(run) for run in re.findall("`+", shown)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if "`" in shown else ""
    return f"{fence}{pad}{shown}{pad}{fence}"
