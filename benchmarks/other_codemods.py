"""How long other codemods take on the tree that `scan` and `migrate` are measured on."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks._trees import copy_packages, plant_legacy, require, run, size_of

_LIMIT = 120.0
"""Seconds that each may take: enough to see that it is another league."""


def main() -> None:
    """Print seconds and ratios: one run each, on a copy of its own, with as many processes as it takes by itself."""
    require("bump_pydantic", "django_upgrade", "libcst")
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "tree"
        copy_packages(tree)
        plant_legacy(tree, 40)
        print(f"  {size_of(tree)}, 40 of them legacy")
        ours = _row("migrate (writes)", tree, ["legacy_shim.codemods", "migrate", "."], None)
        files = [str(path.relative_to(tree)) for path in tree.rglob("*.py")]
        django = ["django_upgrade", "--target-version", "5.0", *files]
        _row("django-upgrade 5.0, one process", tree, django, ours)
        noop = "libcst.codemod.commands.noop.NOOPCommand"
        _row("libcst.tool codemod, a no-op", tree, ["libcst.tool", "codemod", "-x", noop, "."], ours)
        _row("bump-pydantic", tree, ["bump_pydantic", "."], ours)


def _row(name: str, tree: Path, words: list[str], ours: float | None) -> float:
    """Run a module of Python in a copy of the tree."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "tree"
        shutil.copytree(tree, copy)
        start = time.perf_counter()
        try:
            code = run([sys.executable, "-m", *words], _LIMIT, copy)
        except subprocess.TimeoutExpired:
            print(f"  {name:36} more than {_LIMIT:.0f} s", flush=True)
            return _LIMIT
        seconds = time.perf_counter() - start
    told = f"{seconds:7.2f} s   {seconds / (ours or seconds):6.1f} x migrate   exit code {code}"
    print(f"  {name:36} {told}", flush=True)
    return seconds


if __name__ == "__main__":
    main()
