"""What the facade costs where it does nothing: Python's start, and a call site that has warned before."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
import timeit
import warnings
from collections.abc import Callable
from functools import partial
from typing import Any
from unittest import mock

STARTS = 60
"""Starts of each kind, taken in turns; measured in time of the processor, which what else the machine does leaves alone."""

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
    print(f"  {'start of Python, CPU, median of ' + str(STARTS):38} {alone * 1e3:7.2f} ms")
    for kind, seconds in starts.items():
        if kind != "Python alone":
            added = statistics.median(seconds) - alone
            print(f"  {kind:38} {added * 1e3:+7.2f} ms   (goal for the import: under 10)")
    uses = _uses()
    for use, repeat in uses.items():
        print(f"  {use:38} {_microseconds(repeat):7.2f} µs   (goal: under 5)")
    counted = _with_a_usage_log(uses["a call, repeated"])
    print(f"  {'a call, repeated, with a usage log':38} {counted:7.2f} µs   (off unless asked for)")


def _starts() -> dict[str, list[float]]:
    starts: dict[str, list[float]] = {kind: [] for kind in _KINDS}
    for _ in range(STARTS):
        for kind, code in _KINDS.items():
            timed = f"{code}\nimport time; print(time.process_time())"
            command = [sys.executable, "-I", "-c", timed]
            answer = subprocess.run(command, check=True, capture_output=True, text=True)
            starts[kind].append(float(answer.stdout))
    return starts


def _uses() -> dict[str, Callable[[], object]]:
    import dagster_dbt

    import legacy_shim
    from legacy_shim.deprecation import warn_use

    legacy_shim.install()

    def call() -> None:
        warn_use("dbt_cloud_resource")

    def behind_dagster() -> None:
        _called_by_dagster(30, partial(warn_use, "dbt_cloud_resource"))

    def bare_depth() -> None:
        _called_by_dagster(30, partial(int))

    def attribute() -> object:
        return legacy_shim.DbtCloudRunStatus

    def old_spelling() -> object:
        return dagster_dbt.DbtCloudResource

    return {
        "a call, repeated": call,
        "the same behind 30 frames of Dagster": behind_dagster,
        "(those frames alone)": bare_depth,
        "legacy_shim.X, repeated": attribute,
        "dagster_dbt.X, repeated": old_spelling,
    }


def _called_by_dagster(depth: int, user_function: Callable[[], object]) -> None:
    """Call a function through frames that look like Dagster's."""
    _DAGSTER["through"](depth, user_function)


_DAGSTER: dict[str, Any] = {"__name__": "dagster._benchmark"}
exec(
    compile(
        "def through(depth, call):\n    return call() if depth == 0 else through(depth - 1, call)",
        "a_file_of_dagster.py",
        "exec",
    ),
    _DAGSTER,
)


def _with_a_usage_log(use: Callable[[], object]) -> float:
    from legacy_shim import deprecation
    from legacy_shim.usage_log import UsageLog

    with tempfile.TemporaryDirectory() as folder:
        log = UsageLog(f"{folder}/usage.jsonl")
        with mock.patch.object(deprecation, "USAGE_LOG", log):
            microseconds = _microseconds(use)
        log.close()
    return microseconds


def _microseconds(use: Callable[[], object]) -> float:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        use()
    return min(timeit.repeat(use, timer=time.thread_time, number=500, repeat=80)) / 500 * 1e6


if __name__ == "__main__":
    main()
