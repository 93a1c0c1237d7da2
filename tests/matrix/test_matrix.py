"""What is said to be supported, in README and pyproject.toml, is what the matrix runs."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
RUN = Path(__file__).with_name("run.py")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, str(RUN), *arguments], capture_output=True, text=True)


def rows() -> list[list[str]]:
    """The cells of the table of kinds."""
    return [line.strip("| ").split(" | ") for line in run("--table").stdout.splitlines()[2:]]


def test_the_readme_shows_the_kinds_that_run() -> None:
    table = run("--table").stdout
    assert len(table.splitlines()) >= 8
    assert table in (TOP / "README.md").read_text(encoding="utf-8"), "the table is printed by run.py --table"


def test_every_python_that_is_declared_is_run_and_no_other() -> None:
    declared = re.findall(
        r'"Programming Language :: Python :: (3\.\d+)"', (TOP / "pyproject.toml").read_text()
    )
    assert {python for name, python, _ in rows() if name.startswith("`python-")} == set(declared)


def test_the_oldest_kind_is_the_oldest_that_may_be_installed() -> None:
    (oldest,) = [text for name, _, text in rows() if name == "`oldest`"]
    floors = dict(
        re.findall(r'^  "(dagster(?:-dbt)?)>=([\d.]+)"', (TOP / "pyproject.toml").read_text(), re.M)
    )
    assert oldest == f"{floors['dagster-dbt']}.0, with dagster {floors['dagster']}.0"


def test_ci_runs_the_kinds_that_differ_in_dagster_dbt() -> None:
    ci = (TOP / ".ci" / "run").read_text()
    asked = re.search(r'KINDS="([^"]+)"', ci)
    assert asked is not None
    assert set(asked[1].split()) >= {"oldest", "removed"}
    assert "make test" in ci, "the newest, with every test"


def test_a_kind_that_is_not_there_is_refused() -> None:
    done = run("newest", "oldish")
    assert done.returncode == 2
    assert "no such kind: newest, oldish; there are python-3.10, " in done.stderr
