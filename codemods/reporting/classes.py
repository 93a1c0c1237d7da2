"""Findings by what they ask of you, the most serious first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from legacy_shim.catalogue import ACT_FIRST, COSMETIC

from ..findings import OLD_REQUIREMENT, OTHER_TARGET, OUTSIDE_PYTHON, Finding


class Class(NamedTuple):
    """One class of findings."""

    key: str
    title: str
    colour: str
    """The name of a colour of the palette."""


FILES: Final = Class("files", "Files that could not be processed", "bad")
MISSING: Final = Class("missing", "Facts are missing", "bad")
KEPT: Final = Class("kept", "Stays on the facade", "warn")
TARGET: Final = Class("target", "Not what --to asks for", "warn")
ACT: Final = Class("act", "Needs action before you deploy", "warn")
DIFFERS: Final = Class("differs", "Behaves differently", "warn")
COSMETIC_CHANGE: Final = Class("cosmetic", "Cosmetic", "strong")
OUTSIDE: Final = Class("outside", "Outside Python code: change by hand", "warn")
USES: Final = Class("uses", "Legacy uses", "strong")

CLASSES: Final = (FILES, MISSING, KEPT, TARGET, ACT, OUTSIDE, DIFFERS, COSMETIC_CHANGE, USES)
"""In the order in which a report shows them."""


def class_of(finding: Finding) -> Class:
    """The class that a finding belongs to."""
    if finding.is_file_problem:
        return FILES
    if finding.code[3] == "4":
        return MISSING
    if finding.code[3] == "3":
        return TARGET if finding.code == OTHER_TARGET else KEPT
    if finding.code[3] == "1":
        return USES
    if finding.code in OUTSIDE_PYTHON:
        return OUTSIDE
    if finding.code in {*ACT_FIRST, OLD_REQUIREMENT}:
        return ACT
    return COSMETIC_CHANGE if finding.code in COSMETIC else DIFFERS


def by_class(findings: Iterable[Finding]) -> Iterator[tuple[Class, dict[str, list[Finding]]]]:
    """Each class that has findings, and these by their code, codes in order."""
    found: dict[Class, dict[str, list[Finding]]] = {}
    for finding in sorted(findings, key=lambda finding: finding.code):
        found.setdefault(class_of(finding), {}).setdefault(finding.code, []).append(finding)
    for each in CLASSES:
        if each in found:
            yield each, found[each]


def by_message(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    """Findings that say the same thing, together, in the order in which each is said first."""
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(finding.message, []).append(finding)
    return groups
