"""The README's table of what it works with says what the package declares."""

from __future__ import annotations

import re

from documents import TOP

PROJECT = (TOP / "pyproject.toml").read_text("utf-8")
ROWS = {
    name: (oldest, newest)
    for name, oldest, newest in re.findall(
        r"^\| ([\w-]+) \| ([\d.]+) \| ([\d.]*) ?\|$", (TOP / "README.md").read_text("utf-8"), re.MULTILINE
    )
}


def test_the_oldest_dagster_is_the_one_that_is_required() -> None:
    for name in ("dagster", "dagster-dbt"):
        assert f'"{name}>={ROWS[name][0]}"' in PROJECT


def test_the_pythons_are_those_of_the_package() -> None:
    oldest, newest = ROWS["Python"]
    named = re.findall(r'"Programming Language :: Python :: (3\.\d+)"', PROJECT)
    assert (named[0], named[-1]) == (oldest, newest)
    major, minor = newest.split(".")
    assert f'requires-python = ">={oldest},<{major}.{int(minor) + 1}"' in PROJECT
