"""Run every benchmark: ``python -m benchmarks``, or those named: ``python -m benchmarks scan_speed``."""

from __future__ import annotations

import importlib
import os
import pkgutil
import platform
import sys
from importlib import metadata

import benchmarks


def main(names: list[str]) -> None:
    """Print the machine and the versions, then each benchmark's table."""
    found = [
        module.name for module in pkgutil.iter_modules(benchmarks.__path__) if not module.name.startswith("_")
    ]
    unknown = sorted(set(names) - set(found))
    if unknown:
        raise SystemExit(f"no benchmark is called {unknown[0]!r}; there are: {', '.join(found)}")
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in ("dagster", "dagster-dbt", "libcst"))
    print(f"{platform.machine()}, {os.cpu_count()} CPUs, Python {platform.python_version()}, {versions}")
    for name in names or found:
        module = importlib.import_module(f"benchmarks.{name}")
        print(f"\n{name}: {(module.__doc__ or '').strip().splitlines()[0]}", flush=True)
        module.main()


if __name__ == "__main__":
    main(sys.argv[1:])
