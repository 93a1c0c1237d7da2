"""The result as text that fits a pull request: what is critical first, then what was not reported, then what was reported."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from legacy_shim.visible import one_line

from ..findings import Finding
from ..reporting.classes import CLASSES, by_class, by_message, class_of
from ..reporting.formats.palette import (
    PLAIN,
    Palette,
)
from ..reporting.formats.wording import plural, wrapped
from .actions import Plan
from .attempts import Attempt, Command, attempts
from .difference import Difference, counts_of
from .judgement import Judged, reasons_of
from .run import Result

_MAX_VALUE = 160
_MAX_SUBJECTS = 4
_MOST_OF_A_KIND = 8
"""Of unexpected differences. A pull request takes 65,536 characters, and the tenth of a kind adds nothing."""
_MOST_PLACES = 25  # of one code
_MOST_ATTEMPTS = 40
_ALL = "--format html and json have them all"
_MAX_PLACES = 60  # characters of the places before a message, on one line
_MAX_LIST = 120  # characters of the subjects on one line, but for the first
_HEADS = {
    "critical": "CRITICAL: history is lost, or more is touched than before",
    "unexpected": "UNEXPECTED: the migration did not report it",
}
_SAID = {
    "asset renamed": "is {after} now; its history and its partitions stay behind under the old key",
    "asset lost": "is gone",
    "asset added": "was not there before",
    "dbt commands reach more": "now touches {after} too",
}


def render_text(result: Result, palette: Palette = PLAIN) -> str:
    """The text, with a line end behind it."""
    blocks = [
        list(_sides(result, palette)),
        *(list(_surprises(result.of(verdict), verdict, result.plan, palette)) for verdict in _HEADS),
        list(_expected(result.of("expected"), result.plan, palette)),
        list(_unseen(result.unseen, palette)),
        list(_ran(attempts(result), palette)),
        [f"Note: {one_line(note)}" for note in result.notes],
        [verdict_line(result, palette)],
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def verdict_line(result: Result, palette: Palette = PLAIN) -> str:
    """What it came to, in a sentence."""
    expected = len(result.of("expected"))
    rest = plural(expected, "expected difference") if expected else "no expected difference"
    bad = len(result.differences) - expected
    if not bad:
        if not result.needs_action:
            return palette.paint(palette.good, f"No unexpected changes: {rest}.")
        codes = f"Needs action before you deploy: {', '.join(result.needs_action)}."
        return palette.paint(palette.warn, f"No unexpected changes: {rest}. {codes}")
    critical = len(result.of("critical"))
    said = f", {critical} of them critical" if critical else ""
    return palette.paint(palette.bad, f"Unexpected changes: {plural(bad, 'difference')}{said}; {rest}.")


def _sides(result: Result, palette: Palette) -> Iterator[str]:
    for name, side in (("before", result.before), ("after", result.after)):
        number = counts_of(side.snapshot)
        counts = [
            plural(number[f"{kind}s".replace(" ", "_")], kind)
            for kind in ("asset", "external asset", "check", "job", "schedule", "sensor")
        ]
        yield f"{palette.paint(palette.strong, f'{name:7}')} {side.what}: {', '.join(counts)}"


def _surprises(rows: Sequence[Judged], verdict: str, plan: Plan, palette: Palette) -> Iterator[str]:
    """By kind, those with the same values as one: one fault often shows in each asset there is."""
    if rows:
        yield palette.paint(palette.bad, _HEADS[verdict])
    kinds: dict[str, list[Difference]] = {}
    for row in rows:
        kinds.setdefault(row.difference.kind, []).append(row.difference)
    for kind, members in kinds.items():
        alike: dict[tuple[str, str, str], list[Difference]] = {}
        for each in members:
            own = each.subject if kind in _SAID else ""
            alike.setdefault((value_text(each.before), value_text(each.after), own), []).append(each)
        shown = dict(list(alike.items())[:_MOST_OF_A_KIND])
        for (before, after, _), same in shown.items():
            words = _listed([plan.in_words(each.subject) for each in same])
            head = f"  {palette.paint(palette.strong, kind)}: {words}"
            if kind in _SAID:
                yield f"{head} {_SAID[kind].format(after=after)}"
            else:
                yield from (head, f"    - {before}", f"    + {after}")
        more = len(members) - sum(map(len, shown.values()))
        if more:
            yield f"  {palette.paint(palette.strong, kind)}: and {more:,} more; {_ALL}"


def _expected(rows: Sequence[Judged], plan: Plan, palette: Palette) -> Iterator[str]:
    """What the migration reported, by what it asks of you; what needs action comes first."""
    if rows:
        yield palette.paint(palette.strong, "EXPECTED: reported by the migration")
    for title, members in _by_class(rows):
        yield f"  {palette.paint(palette.strong, title)}"
        for code, group in groupby(members, key=lambda row: row.difference.code):
            yield from (f"  {line}" for line in _of_code(code, list(group), plan, palette))


def _by_class(rows: Sequence[Judged]) -> Iterator[tuple[str, list[Judged]]]:
    for each in CLASSES:
        members = [row for row in rows if class_of(row.reasons[0]) is each]
        if members:
            yield each.title, members


def _of_code(code: str | None, rows: Sequence[Judged], plan: Plan, palette: Palette) -> Iterator[str]:
    yield f"  {palette.paint(palette.warn, f'{code} {rows[0].title}')}"
    yield from (f"    {line}" for line in _places(reasons_of(rows)))
    for kind, subjects in groupby(rows, key=lambda row: row.difference.kind):
        words = [plan.in_words(row.difference.subject) for row in subjects]
        yield f"    {kind}: {_listed(words)}"


def _unseen(findings: Sequence[Finding], palette: Palette) -> Iterator[str]:
    """What a comparison of this kind cannot show is still part of the answer."""
    if findings:
        yield palette.paint(palette.strong, "ALSO REPORTED; not visible in this comparison")
    for each, codes in by_class(findings):
        yield f"  {palette.paint(palette.strong, each.title)}"
        for code, members in codes.items():
            yield f"    {palette.paint(palette.warn, f'{code} {members[0].title}')}"
            yield from (f"      {line}" for line in _places(members))


def _places(reasons: Iterable[Finding]) -> list[str]:
    """Each message with its places; those of one message stand together."""
    found = list(reasons)
    lines: list[str] = []
    for message, group in by_message(found[:_MOST_PLACES]).items():
        where, *rest = wrapped(_together(group), _MAX_PLACES, "  ", first="").splitlines()
        lines += [one_line(message), f"  {where}", *rest] if rest else [f"{where}  {one_line(message)}"]
    more = len(found) - _MOST_PLACES
    return [*lines, *([f"and {more:,} more places; {_ALL}"] if more > 0 else [])]


def _together(findings: Sequence[Finding]) -> str:
    """Their places, each file named once: ``jobs.py:4, :9, ops.py:12``."""
    return ", ".join(
        f"{one_line(path) if not number else ''}:{finding.place.line}"
        for path, group in groupby(findings, key=lambda finding: finding.place.path)
        for number, finding in enumerate(group)
    )


def _listed(subjects: Sequence[str]) -> str:
    shown = [one_line(subject) for subject in subjects[:_MAX_SUBJECTS]]
    while len(shown) > 1 and len(", ".join(shown)) > _MAX_LIST:
        shown.pop()
    more = len(subjects) - len(shown)
    return f"{', '.join(shown)} and {more:,} more" if more else ", ".join(shown)


def _ran(rows: Sequence[Attempt], palette: Palette) -> Iterator[str]:
    yield palette.paint(palette.strong, "WHAT DBT CLOUD RUNS")
    differ = [row for row in rows if not row.is_as_reported]
    shown = [*differ, *(row for row in rows if row.is_as_reported)][:_MOST_ATTEMPTS]
    for row in (each for each in rows if each in shown):
        yield f"  {one_line(row.title)}{_failed(row)}"
        before, after = _lines(row.before), _lines(row.after)
        if before == after:
            yield from (f"      {line}" for line in before or ["nothing"])
            continue
        yield from (f"    - {line}" for line in before or ["nothing"])
        yield from (f"    + {line}" for line in after or ["nothing"])
    if len(rows) > len(shown):
        yield f"  and {len(rows) - len(shown):,} more; {_ALL}"


def _failed(row: Attempt) -> str:
    """On which sides it failed, behind the title."""
    sides = [name for name, ended in zip(("before", "after"), row.succeeded, strict=True) if not ended]
    return f"  (it failed {' and '.join(sides)})" if sides else ""


def _lines(commands: Sequence[Command]) -> list[str]:
    runs = Counter(command.run for command in commands)
    return [_line(command, len(runs) > 1) for command in commands]


def _line(command: Command, numbered: bool) -> str:
    nodes = "" if command.nodes is None else f", {plural(len(command.nodes), 'node')}"
    wait = f", {command.wait}" if command.wait else ""
    run = f"run {command.run} of " if numbered else ""
    job = f"{'new ' if command.is_new_job else ''}job {command.job_id}"
    return f"{_shortened(command.text)}  ({run}{job}{nodes}{wait})"


def value_text(value: Any) -> str:
    """A value on one line, cut where it is long."""
    if value is None:
        return "nothing"
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return _shortened(", ".join(value)) or "nothing"
    return _shortened(
        value if isinstance(value, str) else json.dumps(value, sort_keys=True, ensure_ascii=False)
    )


def _shortened(text: str) -> str:
    flat = one_line(" ".join(text.split()))
    return flat if len(flat) <= _MAX_VALUE else f"{flat[: _MAX_VALUE - 1]}…"
