"""How the codemod's time grows: with the legacy files, not with the tree around them."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks._trees import best_of, codemods, copy_packages, plant_legacy, size_of, walk_and_read

_TIMES = (1, 4, 16)
_FEW = 10


def main() -> None:
    """Print seconds, and how many times those of the first row they are."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "empty").mkdir()
        start = best_of(3, lambda: codemods("scan", str(root / "empty")))
        print(f"  start-up, which is taken off below: {start:.2f} s")
        _table(
            "legacy files alone", root / "few", lambda tree, times: plant_legacy(tree, _FEW * times), start
        )
        _table(f"the tree around {_FEW} legacy files", root / "wide", _grown_tree, start)


def _table(title: str, root: Path, grow: Callable[[Path, int], None], start: float) -> None:
    print(f"  {title}")
    first = 0.0
    for times in _TIMES:
        tree = root / f"{times}x"
        tree.mkdir(parents=True)
        grow(tree, times)
        seconds = (
            best_of(2, lambda tree=tree: codemods("migrate", "--check", "--jobs", "1", str(tree))) - start
        )
        first = first or seconds
        reading = best_of(2, lambda tree=tree: walk_and_read(tree))
        told = f"{seconds:7.2f} s   {seconds / first:6.2f} x   walking and reading takes {reading:.2f} s"
        print(f"    {times:3} x  {size_of(tree):24} {told}", flush=True)


def _grown_tree(tree: Path, times: int) -> None:
    plant_legacy(tree, _FEW)
    for number in range(times):
        copy_packages(tree / f"copy_{number}")


if __name__ == "__main__":
    main()
