"""The results of several deployments side by side: what each came to, and what differs in some of them alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from legacy_shim.visible import one_line

from ..reporting.formats.palette import Palette
from .run import Result
from .text import verdict_line

_MOST = 20


def only_in_some(results: Mapping[str, Result]) -> dict[str, list[str]]:
    """The differences that some deployments have and others have not, with the names of those that have them."""
    found: dict[str, list[str]] = {}
    for name, result in results.items():
        for text in dict.fromkeys(str(row.difference) for row in result.differences):
            found.setdefault(text, []).append(name)
    return {text: names for text, names in found.items() if len(names) < len(results)}


def summary(results: Mapping[str, Result], palette: Palette) -> Iterator[str]:
    """Lines that come before the results themselves."""
    for name, result in results.items():
        yield f"{palette.paint(palette.strong, one_line(name))}: {verdict_line(result, palette)}"
    apart = only_in_some(results)
    yield "Not the same in all deployments:" if apart else "The same in all deployments."
    for text, names in [*apart.items()][:_MOST]:
        yield f"  only in {' and '.join(map(one_line, names))}: {one_line(text)}"
    if len(apart) > _MOST:
        yield f"  and {len(apart) - _MOST} more: --format html and json have them all"
