"""What names the legacy API in files that are not Python modules: found and reported, never changed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from legacy_shim.catalogue import LEGACY_NAMES
from legacy_shim.regular_file import read_bytes

from ..findings import OLD_REQUIREMENT, Finding, Place
from .pins import pin_below_v2
from .walk import FoundFiles

_COMMANDS: Final = {
    "dagster-dbt-cloud": "the legacy command `dagster-dbt-cloud`",
    "dagster_dbt.cloud.cli": "the legacy command `python -m dagster_dbt.cloud.cli`",
    "cache-compile-references": "the legacy command `cache-compile-references`",
    "DBT_DAGSTER_COMPILE_RUN_ID": "the variable of cached compile runs",
}
_COMMAND: Final = "|".join(map(re.escape, _COMMANDS))
_NAMES: Final = frozenset(row.name for row in LEGACY_NAMES if row.public)
_METHODS: Final = ("get_dbt_client", "run_job_and_poll")
"""Those of the legacy client and resource whose names nothing else has."""
_NAME: Final = rf"(?<!\w)(?:{'|'.join(sorted(_NAMES))}|{'|'.join(_METHODS)}|dagster_dbt\.cloud)(?!\w)"
_HISTORICAL: Final = r"(?i)(?:change|histor|news|release)"
"""Documents that say what was: nothing is to be changed in them."""
_LARGEST = 4 * 1024 * 1024
"""Bytes. What is larger is data."""


def other_findings(found: FoundFiles) -> Iterator[Finding]:
    """A finding for each line that names the legacy API, or demands a dagster-dbt that is too old for v2."""
    yield from _names(found.notebooks, found.others)
    yield from _pins([*found.others, *(path for path in found.python if path.name == "setup.py")])


def _names(notebooks: Sequence[Path], others: Sequence[Path]) -> Iterator[Finding]:
    for path in notebooks:
        for line, text in _lines(path):
            name = re.search(_NAME, text)
            if name:
                yield Finding(Place(path, line), "LDC505", f"a cell names `{name[0]}`", _legacy_name(name[0]))
    for path in others:
        if not _is_historical(path):
            for line, text in _lines(path):
                yield from _on_line(Place(path, line), text)


def _on_line(place: Place, text: str) -> Iterator[Finding]:
    command = re.search(_COMMAND, text)
    if command:
        yield Finding(place, "LDC506", _COMMANDS[command[0]], "cache_compile_references")
        return
    name = re.search(_NAME, text)
    if name:
        yield Finding(place, "LDC506", f"it names `{name[0]}`", _legacy_name(name[0]))


def _legacy_name(found: str) -> str:
    return found if found in _NAMES else ""


def _pins(paths: Iterable[Path]) -> Iterator[Finding]:
    for path in paths:
        for line, text in _lines(path):
            pin = pin_below_v2(text)
            if pin:
                yield Finding(
                    Place(path, line), OLD_REQUIREMENT, f"`{pin}` excludes dagster-dbt 0.28 and later"
                )


def _is_historical(path: Path) -> bool:
    return path.suffix in {".md", ".mdx", ".rst"} and re.match(_HISTORICAL, path.name) is not None


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        data = read_bytes(path, largest=_LARGEST)
    except OSError:
        return
    if b"dbt" not in data.lower() and _METHODS[1].encode() not in data:  # all else holds it
        return
    yield from enumerate(data.decode("utf-8", errors="replace").splitlines(), 1)
