"""How long other codemods take on the tree that `scan` and `migrate` are measured on."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks._trees import codemods, copy_packages, plant_legacy, require, run, size_of

_LIMIT = 900.0
"""Seconds that each may take."""


def main() -> None:
    """Print seconds and ratios: one run each, on a copy of its own, with as many processes as it takes by itself."""
    require("bump_pydantic", "django_upgrade", "libcst")
    python = sys.executable
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "tree"
        copy_packages(tree)
        plant_legacy(tree, 40)
        print(f"  {size_of(tree)}, 40 of them legacy")
        ours = _row("migrate (writes)", tree, lambda at: codemods("migrate", str(at)), None)
        files = [str(path.relative_to(tree)) for path in tree.rglob("*.py")]
        _row(
            "django-upgrade 5.0, one process",
            tree,
            lambda at: run(
                [python, "-m", "django_upgrade", "--target-version", "5.0", *(str(at / f) for f in files)],
                _LIMIT,
            ),
            ours,
        )
        noop = "libcst.codemod.commands.noop.NOOPCommand"
        _row(
            "libcst.tool codemod, a no-op",
            tree,
            lambda at: run([python, "-m", "libcst.tool", "codemod", "-x", noop, str(at)], _LIMIT),
            ours,
        )
        _row("bump-pydantic", tree, lambda at: run([python, "-m", "bump_pydantic", str(at)], _LIMIT), ours)


def _row(name: str, tree: Path, work: Callable[[Path], None], ours: float | None) -> float:
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "tree"
        shutil.copytree(tree, copy)
        start = time.perf_counter()
        try:
            work(copy)
        except subprocess.TimeoutExpired:
            print(f"  {name:36} more than {_LIMIT:.0f} s", flush=True)
            return _LIMIT
        seconds = time.perf_counter() - start
    print(f"  {name:36} {seconds:7.2f} s   {seconds / (ours or seconds):6.1f} x migrate", flush=True)
    return seconds


if __name__ == "__main__":
    main()
