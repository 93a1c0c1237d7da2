"""How long the codemod takes, beside a loop that only walks and reads the same files."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from benchmarks._trees import (
    Took,
    best_of,
    codemods,
    copy_packages,
    plant_legacy,
    require,
    run,
    size_of,
    walk_and_read,
)


def main() -> None:
    """Print seconds and ratios: the best of several runs each, on one core but for the last row.

    Goals, in time of the processor: ``--help`` takes 0.12 s where Python's start takes 0.02; an empty folder 1.3 times that; a tree
    without legacy names 2.2 times what reading it takes, beyond start-up, and less than ``ruff check`` takes on it; forty legacy
    files more 0.35 s, and 0.7 s where they are migrated.
    """
    require("ruff")
    with tempfile.TemporaryDirectory() as folder:
        tree, empty = Path(folder) / "tree", Path(folder) / "empty"
        empty.mkdir()
        copy_packages(tree)
        print(f"  {size_of(tree)}; 40 legacy files are planted for the rows that name them")
        print(f"  {'':36} {'seconds':>7}   {'CPU s':>7}   {'x reading, by CPU':>8}")
        reading = best_of(5, lambda: walk_and_read(tree))
        _row("walk and read in Python", reading, reading)
        _row("python -c pass", best_of(5, lambda: run([sys.executable, "-c", "pass"])), reading)
        _row("--help", best_of(3, lambda: codemods("--help")), reading)
        start = best_of(5, lambda: codemods("scan", str(empty)))
        _row("scan an empty folder (start-up)", start, reading)
        scanning = best_of(5, lambda: codemods("scan", "--jobs", "1", str(tree)))
        _row("scan, nothing legacy", scanning, reading)
        _row("  beyond start-up", scanning - start, reading)
        ruff = [sys.executable, "-m", "ruff", "check", "--no-cache", "--isolated", str(tree)]
        _row("ruff check, without its cache", best_of(3, lambda: run(ruff)), reading)
        plant_legacy(tree, 40)
        planted = best_of(5, lambda: codemods("scan", "--jobs", "1", str(tree)))
        _row("scan, 40 legacy files", planted, reading)
        _row("  beyond nothing legacy", planted - scanning, reading)
        migrating = best_of(3, lambda: codemods("migrate", "--check", "--jobs", "1", str(tree)))
        _row("migrate --check, 40 legacy files", migrating, reading)
        _row("  beyond nothing legacy", migrating - scanning, reading)
        both = best_of(3, lambda: codemods("migrate", "--check", "--jobs", "2", str(tree)))
        _row("the same with --jobs 2", both, reading)


def _row(name: str, took: Took, base: Took) -> None:
    print(f"  {name:36} {took.seconds:7.2f}   {took.cpu:7.2f}   {took.cpu / base.cpu:6.2f}", flush=True)


if __name__ == "__main__":
    main()
