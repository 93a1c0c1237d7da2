"""How long `scan` and `--help` take, beside a loop that only walks and reads the same files."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable
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


def main() -> None:
    """Print seconds and ratios: the best of three runs each, on one core."""
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "tree"
        for package in _PACKAGES:
            source = Path(sysconfig.get_path("purelib")) / package
            if source.is_dir():
                shutil.copytree(source, tree / package, ignore=shutil.ignore_patterns("*.pyc", "*.so"))
        files = list(tree.rglob("*.py"))
        size = sum(path.stat().st_size for path in files) / 1e6
        reading = _best(lambda: _walk_and_read(tree))
        helping = _best(lambda: _run("--help"))
        scanning = _best(lambda: _run("scan", str(tree)))
        for number in range(40):
            (tree / f"legacy_{number}.py").write_text(_LEGACY.format(number=number, filler=_FILLER))
        planted = _best(lambda: _run("scan", str(tree)))
        migrating = _best(lambda: _run("migrate", "--check", "--jobs", "1", str(tree)))
    print(f"  {len(files):,} files, {size:.0f} MB; 40 legacy files are planted for the last two rows")
    _row("walk and read in Python", reading, reading)
    _row("--help (start-up)", helping, reading)
    _row("scan, nothing legacy", scanning, reading)
    _row("scan, 40 legacy files", planted, reading)
    _row("migrate --check, 40 legacy files", migrating, reading)


def _row(name: str, seconds: float, base: float) -> None:
    print(f"  {name:36} {seconds:7.2f} s   {seconds / base:6.2f} x reading")


def _best(work: Callable[[], object]) -> float:
    times = []
    for _ in range(3):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def _walk_and_read(tree: Path) -> int:
    total = 0
    for folder, _, names in os.walk(tree):
        for name in names:
            if name.endswith(".py"):
                total += len((Path(folder) / name).read_bytes())
    return total


def _run(*arguments: str) -> None:
    command = [sys.executable, "-m", "legacy_shim.codemods", *arguments]
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)


if __name__ == "__main__":
    main()
