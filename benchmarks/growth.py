"""How the codemod's time grows with the legacy files, and with the tree around them."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks._trees import Took, best_of, codemods, copy_packages, plant_legacy, size_of, walk_and_read

_TIMES = (1, 4, 16)
_FEW = 10
_MANY = 400


def main() -> None:
    """Print seconds, and how many times those of the first row they are."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "empty").mkdir()
        start = best_of(3, lambda: codemods("scan", str(root / "empty")))
        print(f"  start-up, which is taken off below: {start.seconds:.2f} s, CPU {start.cpu:.2f} s")
        _table(
            "legacy files alone", root / "few", lambda tree, times: plant_legacy(tree, _FEW * times), start
        )
        _processes(root / "many")
        _table(f"the tree around {_FEW} legacy files", root / "wide", _grown_tree, start)


def _processes(tree: Path) -> None:
    """How much sooner several processes are done, by the clock: with few files one is as soon."""
    plant_legacy(tree, _MANY)
    first = 0.0
    for jobs in ("1", "2"):
        took = best_of(2, lambda jobs=jobs: codemods("migrate", "--check", "--jobs", jobs, str(tree)))
        first = first or took.seconds
        faster = f"{first / took.seconds:.2f} x as fast"
        print(
            f"    {_MANY} legacy files, --jobs {jobs}   {took.seconds:7.2f} s   CPU {took.cpu:6.2f} s   {faster}"
        )


def _table(title: str, root: Path, grow: Callable[[Path, int], None], start: Took) -> None:
    print(f"  {title:34} {'seconds':>7}   {'CPU s':>7}   {'growth, by CPU':>14}   walking and reading")
    first = 0.0
    for times in _TIMES:
        tree = root / f"{times}x"
        tree.mkdir(parents=True)
        grow(tree, times)
        took = best_of(2, lambda tree=tree: codemods("migrate", "--check", "--jobs", "1", str(tree))) - start
        first = first or took.cpu
        reading = best_of(2, lambda tree=tree: walk_and_read(tree))
        told = f"{took.seconds:7.2f}   {took.cpu:7.2f}   {took.cpu / first:12.2f} x   {reading.cpu:7.2f}"
        print(f"    {times:3} x  {size_of(tree):24} {told}", flush=True)


def _grown_tree(tree: Path, times: int) -> None:
    plant_legacy(tree, _FEW)
    copy_packages(tree / "copy_0")
    for number in range(1, times):
        # The same bytes under other paths: read as copies are, and gone faster afterwards.
        shutil.copytree(tree / "copy_0", tree / f"copy_{number}", copy_function=os.link)


if __name__ == "__main__":
    main()
