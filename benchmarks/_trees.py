"""Trees of Python files to measure on, and how long a command takes."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage

_PACKAGES = ("dagster", "django", "networkx", "pandas", "sqlalchemy")
"""They name nothing legacy."""
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
    require(*_PACKAGES)
    for package in _PACKAGES:
        source = Path(sysconfig.get_path("purelib")) / package
        shutil.copytree(source, tree / package, ignore=shutil.ignore_patterns("*.pyc", "*.so"))


def require(*packages: str) -> None:
    """Raises SystemExit for a package that is not installed: a row without it would be a row of nothing."""
    missing = [package for package in packages if find_spec(package) is None]
    if missing:
        raise SystemExit(f"not installed: {', '.join(missing)}; `make bench` installs what is measured")


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


@dataclass(frozen=True)
class Took:
    """How long something took: on the clock, and in time of the processor, which other work on the machine leaves alone."""

    seconds: float
    cpu: float

    def __sub__(self, other: Took) -> Took:
        return Took(self.seconds - other.seconds, self.cpu - other.cpu)


def best_of(times: int, work: Callable[[], object]) -> Took:
    """The shortest of several runs, the processes that it waits for included."""
    found = []
    for _ in range(times):
        start, cpu = time.perf_counter(), _cpu()
        work()
        found.append((time.perf_counter() - start, _cpu() - cpu))
    return Took(min(seconds for seconds, _ in found), min(cpu for _, cpu in found))


def _cpu() -> float:
    usages = map(getrusage, (RUSAGE_SELF, RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def codemods(*arguments: str) -> None:
    """Run the command line as users do. Its exit code tells what it found, so it is passed over."""
    run([sys.executable, "-m", "legacy_shim.codemods", *arguments], environment=_compiled())


@cache
def _compiled() -> Mapping[str, str]:
    """An environment in which the codemod is compiled, as an installer leaves it, whatever Python is told here."""
    folder = tempfile.mkdtemp(prefix="bytecode-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPYCACHEPREFIX"] = folder
    with tempfile.TemporaryDirectory() as tree:
        plant_legacy(Path(tree), 1)
        command = [sys.executable, "-m", "legacy_shim.codemods", "migrate", "--check", tree]
        run(command, environment=environment)
    return environment


def run(
    command: Sequence[str],
    timeout: float | None = None,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> int:
    """Run a command without its output, and answer its exit code. Raises subprocess.TimeoutExpired."""
    # In a group of its own, so that what it started ends with it.
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        return process.wait(timeout)
    except BaseException:
        os.killpg(process.pid, 9)
        process.wait()
        raise
