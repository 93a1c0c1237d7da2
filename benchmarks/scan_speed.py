"""How long the codemod takes, beside a loop that only walks and reads the same files."""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks._trees import Took, best_of, codemods, copy_packages, plant_legacy, size_of, walk_and_read


def main() -> None:
    """Print seconds and ratios: the best of several runs each, on one core but for the last row.

    Goals: scanning takes at most twice what reading takes, beyond start-up; ``--help`` answers within 0.4 s; forty legacy
    files add 1.5 s at most.
    """
    with tempfile.TemporaryDirectory() as folder:
        tree, empty = Path(folder) / "tree", Path(folder) / "empty"
        empty.mkdir()
        copy_packages(tree)
        print(f"  {size_of(tree)}; 40 legacy files are planted for the rows that name them")
        print(f"  {'':36} {'seconds':>7}   {'CPU s':>7}   {'x reading, by CPU':>8}")
        reading = best_of(5, lambda: walk_and_read(tree))
        _row("walk and read in Python", reading, reading)
        _row("--help", best_of(3, lambda: codemods("--help")), reading)
        start = best_of(5, lambda: codemods("scan", str(empty)))
        _row("scan an empty folder (start-up)", start, reading)
        scanning = best_of(5, lambda: codemods("scan", "--jobs", "1", str(tree)))
        _row("scan, nothing legacy", scanning, reading)
        _row("  beyond start-up", scanning - start, reading)
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
