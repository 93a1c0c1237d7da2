"""Trees of Python files to measure on, and how long a command takes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable, Sequence
from pathlib import Path

_PACKAGES = ("dagster", "django", "networkx", "pandas", "sqlalchemy")
"""They name nothing legacy; those that are not installed are left out."""
_LEGACY = """\
import os

from dagster import Definitions, asset
from dagster_dbt import dbt_cloud_resource, load_assets_from_dbt_cloud_job

cloud_{number} = dbt_cloud_resource.configured(
    {{"auth_token": {{"env": "TOKEN"}}, "account_id": int(os.getenv("ACCOUNT", "1"))}}
)
models_{number} = load_assets_from_dbt_cloud_job(dbt_cloud=cloud_{number}, job_id={number})

{filler}
defs = Definitions(assets=[models_{number}])
"""
_FILLER = "\n".join(f"@asset\ndef table_{place}() -> int:\n    return {place}\n\n" for place in range(60))


def copy_packages(tree: Path) -> None:
    """Copy installed packages to `tree`: some four thousand files that name nothing legacy."""
    for package in _PACKAGES:
        source = Path(sysconfig.get_path("purelib")) / package
        if source.is_dir():
            shutil.copytree(source, tree / package, ignore=shutil.ignore_patterns("*.pyc", "*.so"))


def plant_legacy(tree: Path, count: int) -> None:
    """Write `count` files of three hundred lines, each of them a unit of its own."""
    tree.mkdir(exist_ok=True)
    for number in range(count):
        (tree / f"legacy_{number}.py").write_text(_LEGACY.format(number=number, filler=_FILLER))


def size_of(tree: Path) -> str:
    """How many Python files, and how large."""
    files = list(tree.rglob("*.py"))
    return f"{len(files):,} files, {sum(path.stat().st_size for path in files) / 1e6:.0f} MB"


def walk_and_read(tree: Path) -> int:
    """What every tool must do at least: find the Python files and read them."""
    total = 0
    for folder, _, names in os.walk(tree):
        for name in names:
            if name.endswith(".py"):
                total += len((Path(folder) / name).read_bytes())
    return total


def best_of(times: int, work: Callable[[], object]) -> float:
    """The shortest of several runs, in seconds."""
    found = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        found.append(time.perf_counter() - start)
    return min(found)


def codemods(*arguments: str) -> None:
    """Run the command line as users do. Its exit code tells what it found, so it is passed over."""
    run([sys.executable, "-m", "legacy_shim.codemods", *arguments])


def run(command: Sequence[str], timeout: float | None = None) -> None:
    """Run a command without its output. Raises subprocess.TimeoutExpired."""
    # In a group of its own, so that what it started ends with it.
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        process.wait(timeout)
    except BaseException:
        os.killpg(process.pid, 9)
        process.wait()
        raise
