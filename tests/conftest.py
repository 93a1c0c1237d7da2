"""What every test stands on, and what is said of those that were skipped."""

from __future__ import annotations

import compileall
import os
import signal
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from parity_warm import Warm

# A shell that starts the tests in the background has them ignore SIGINT, and their children inherit that:
# tests of interruption would wait for ever.
signal.signal(signal.SIGINT, signal.default_int_handler)

_PROJECT = Path(__file__).parents[1]
_PARITY = str(Path(__file__).parent / "parity")
_MAY_SKIP = Path(__file__).parent / "may_skip.txt"
_STRICT = "LEGACY_SHIM_STRICT_SKIPS"
"""The variable with which a test that is skipped for a reason that ``may_skip.txt`` does not name is a failure."""


def pytest_configure(config: pytest.Config) -> None:
    """Compile the project once: where Python is told to write no bytecode, each process of a test would do it again.

    And wait for no disk: what thousands of tests write need not outlast a power failure. Processes that they start do.
    """
    os.fsync = _without_waiting
    if not hasattr(config, "workerinput"):
        for package in ("legacy_shim", "codemods"):
            compileall.compile_dir(_PROJECT / package, quiet=2)


def _without_waiting(descriptor: int) -> None:
    """Raises OSError where nothing is open, as ``os.fsync`` does."""
    os.fstat(descriptor)


@pytest.fixture(scope="session")
def warm() -> Iterator[Warm]:
    """A process that has Dagster loaded; one for all tests of a worker."""
    if _PARITY not in sys.path:
        sys.path.append(_PARITY)
    from parity_warm import Warm

    with Warm() as process:
        yield process


def pytest_sessionfinish(session: pytest.Session) -> None:
    if os.environ.get(_STRICT) and _unlisted(_skipped(session.config)):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    skipped = _skipped(config)
    for reason, count in skipped.items():
        terminalreporter.write_line(f"{count} skipped: {reason}")
    for reason in _unlisted(skipped) if os.environ.get(_STRICT) else ():
        terminalreporter.write_line(f"FAILED: {_MAY_SKIP.name} does not name this reason to skip: {reason}")


def _skipped(config: pytest.Config) -> Counter[str]:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    reports = reporter.stats.get("skipped", ()) if reporter is not None else ()
    return Counter(
        str(report.longrepr[2]).removeprefix("Skipped: ")
        for report in reports
        if isinstance(report.longrepr, (tuple, list))
    )


def _unlisted(skipped: Counter[str]) -> list[str]:
    listed = tuple(line for line in _MAY_SKIP.read_text("utf-8").splitlines() if line)
    return [reason for reason in skipped if not reason.startswith(listed)]
