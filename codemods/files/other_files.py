"""Legacy names in files that are not Python modules: found and reported, never changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from legacy_shim.catalogue import LEGACY_NAMES
from legacy_shim.regular_file import read_bytes

from ..findings import Finding, Place

_IN_OTHERS = {
    "dagster-dbt-cloud": "the legacy command `dagster-dbt-cloud`",
    "dagster_dbt.cloud.cli": "the legacy command `python -m dagster_dbt.cloud.cli`",
    "cache-compile-references": "the legacy command `cache-compile-references`",
    "DBT_DAGSTER_COMPILE_RUN_ID": "the variable of cached compile runs",
}
_LARGEST = 4 * 1024 * 1024
"""Bytes. What is larger is data."""


def other_findings(notebooks: Sequence[Path], others: Sequence[Path]) -> Iterator[Finding]:
    """A finding for each line that names the legacy API."""
    names = [row.name for row in LEGACY_NAMES if row.public]
    for path in notebooks:
        for line, text in _lines(path):
            found = next((name for name in names if name in text), None)
            if found:
                yield Finding(Place(path, line), "LDC505", f"a cell uses `{found}`", found)
    for path in others:
        for line, text in _lines(path):
            told = next((what for needle, what in _IN_OTHERS.items() if needle in text), None)
            if told:
                yield Finding(Place(path, line), "LDC506", told, "cache_compile_references")


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        data = read_bytes(path, largest=_LARGEST)
    except OSError:
        return
    yield from enumerate(data.decode("utf-8", errors="replace").splitlines(), 1)
