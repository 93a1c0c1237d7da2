"""BENCHMARKS.md holds a dated run of every benchmark that there is."""

from __future__ import annotations

import re

import pytest
from documents import TOP, blocks

NAMES = sorted(path.stem for path in (TOP / "benchmarks").glob("[!_]*.py"))
TEXT = (TOP / "BENCHMARKS.md").read_text("utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_each_benchmark_is_told_of_and_was_run(name: str) -> None:
    assert f"\n- `{name}`: " in TEXT
    (run,) = (block.text for block in blocks("text") if block.document == "BENCHMARKS.md")
    assert re.search(rf"^{name}: .*\n +\S", run, re.MULTILINE)


def test_the_run_has_a_date_a_machine_and_versions() -> None:
    assert re.search(r"^## The run of \d{4}-\d\d-\d\d$", TEXT, re.MULTILINE)
    assert re.search(r"^\w+, \d+ CPUs, Python [\d.]+, dagster [\d.]+, dagster-dbt [\d.]+", TEXT, re.MULTILINE)
