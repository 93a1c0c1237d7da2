"""What the facade costs where it does nothing: Python's start, and a call site that has been told of before."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
import timeit
import warnings
from collections.abc import Callable

STARTS = 60
"""Starts of each kind, taken in turns, so that whatever else the machine does falls on all of them alike."""

_KINDS = {
    "Python alone": "pass",
    "import legacy_shim": "import legacy_shim",
    "legacy_shim.install()": "import legacy_shim; legacy_shim.install()",
    "as enabled for an environment": "import legacy_shim._autoinstall",
}


def main() -> None:
    """Print what is added to Python's start, in milliseconds, and the cost of a repeated use, in microseconds."""
    starts = _starts()
    alone = statistics.median(starts["Python alone"])
    print(f"  {'start of Python, median of ' + str(STARTS):34} {alone * 1e3:7.2f} ms")
    for kind, seconds in starts.items():
        if kind != "Python alone":
            added = statistics.median(seconds) - alone
            print(f"  {kind:34} {added * 1e3:+7.2f} ms   (goal for the import: under 10)")
    for use, repeat in _uses().items():
        print(f"  {use:34} {_microseconds(repeat):7.2f} µs   (goal: under 5)")


def _starts() -> dict[str, list[float]]:
    starts: dict[str, list[float]] = {kind: [] for kind in _KINDS}
    for _ in range(STARTS):
        for kind, code in _KINDS.items():
            began = time.perf_counter()
            subprocess.run([sys.executable, "-I", "-c", code], check=True)
            starts[kind].append(time.perf_counter() - began)
    return starts


def _uses() -> dict[str, Callable[[], object]]:
    import legacy_shim
    from legacy_shim.deprecation import warn_use

    def call() -> None:
        warn_use("dbt_cloud_resource")

    def attribute() -> object:
        return legacy_shim.DbtCloudRunStatus

    return {"a call, repeated": call, "an attribute of the package, repeated": attribute}


def _microseconds(use: Callable[[], object]) -> float:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        use()
    return min(timeit.repeat(use, number=2_000, repeat=20)) / 2_000 * 1e6


if __name__ == "__main__":
    main()
