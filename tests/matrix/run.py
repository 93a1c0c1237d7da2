"""Runs the core of the tests on each kind of Python and dagster-dbt, in virtual environments made from nothing.

    python tests/matrix/run.py [KIND ...] [--jobs N] [--table]

One line for each kind; of one that fails, what failed below it. What pytest printed is in `.matrix/KIND.log`. Exit code
1: a kind failed. 2: an unknown kind, or one whose environment cannot be made here.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import time

from environment import TOP, CannotBeMade, make_environment, versions
from kinds import KINDS, Kind, table

FOLDER = TOP / ".matrix"
CORE = (
    "tests/facade",
    "tests/parity/test_parity_cases.py",
    "tests/codemods/test_emitted_names.py",
    "tests/codemods/test_legacy_names.py",
)
_STATE = "tests/facade/test_processes_state.py::test_"
ELSEWHERE = (
    "tests/facade/test_commands_grammar.py::",
    "tests/facade/test_faults_polling.py::",
    "tests/facade/test_faults_requests.py::",
    "tests/facade/test_faults_trigger.py::",
    "tests/facade/test_linear_loading.py::",
    "tests/facade/test_usage_log.py::",
    "tests/facade/test_imports_lazy.py::test_under_mypy",
    "tests/facade/test_imports_lazy.py::test_the_import_that_loads_a_module_is_told",
    "tests/facade/test_install_hook.py::test_uninstalling_leaves_no_trace",
    "tests/facade/test_install_hook.py::test_the_package_can_be_looked_into",
    "tests/facade/test_install_hook.py::test_an_environment_can_be_switched",
    f"{_STATE}workers_of_a_launched_run_ask_nothing_about_the_job[assets",
    f"{_STATE}workers_of_a_launched_run_ask_nothing_about_the_job[repository",
    f"{_STATE}a_reload_in_dagster_dev_asks_once_for_all",
    f"{_STATE}a_job_that_is_loaded_twice_is_two_loads_to_workers_too",
    f"{_STATE}materializing_from_the_command_line_asks_once",
    f"{_STATE}each_load_of_the_code_location_asks_again",
)
"""Tests that tell no more of a kind than the others, and take their time: `make test` runs them."""
WIDTH = max(len(kind.name) for kind in KINDS)


def run_kind(kind: Kind, jobs: int) -> int:
    """Run the core on a kind, print its line, and return the exit code of pytest, or 2."""
    began = time.monotonic()
    print(f"{kind.name:{WIDTH}}  ", end="", flush=True)
    try:
        python = make_environment(kind, FOLDER / kind.name)
    except CannotBeMade as error:
        print(f"CANNOT BE MADE: {error}", flush=True)
        return 2
    print(f"{versions(python)}  ", end="", flush=True)
    log = FOLDER / f"{kind.name}.log"
    deselected = [f"--deselect={name}" for name in ELSEWHERE]
    command = [
        str(python),
        "-m",
        "pytest",
        "-n",
        str(jobs),
        "--dist",
        "worksteal",
        "-p",
        "no:cacheprovider",
        *deselected,
        *CORE,
    ]
    with log.open("w", encoding="utf-8") as file:
        code = subprocess.run(
            command, cwd=TOP, env=_clean_environment(), stdout=file, stderr=subprocess.STDOUT
        ).returncode
    said = log.read_text(encoding="utf-8", errors="replace")
    print(f"{_summary(said)}  {time.monotonic() - began:.0f} s{_trouble(kind, code)}", flush=True)
    if code:
        print(said[max(said.find("= FAILURES ="), said.find("= ERRORS ="), 0) :], flush=True)
    return code


def _trouble(kind: Kind, code: int) -> str:
    return f"  FAILED, see {(FOLDER / kind.name).relative_to(TOP)}.log" if code else ""


def _clean_environment() -> dict[str, str]:
    """The environment, less what leads Python to the packages of another one."""
    left_out = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "PYTEST_ADDOPTS", "LEGACY_SHIM_INSTALL")
    return {name: value for name, value in os.environ.items() if name not in left_out}


def _summary(said: str) -> str:
    """How many passed, failed and were skipped, as pytest says it at the end."""
    found = re.findall(r"^=*\s*((?:\d+ [a-z]+(?:, )?)+) in [\d.]+s", said, re.MULTILINE)
    return re.sub(r", \d+ warnings?", "", found[-1]) if found else "no test ran"


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("kinds", nargs="*", metavar="KIND", help=", ".join(kind.name for kind in KINDS))
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="processes to run the tests in")
    parser.add_argument("--table", action="store_true", help="print the table of kinds for the README")
    options = parser.parse_args()
    if options.table:
        print(table(), end="")
        return 0
    by_name = {kind.name: kind for kind in KINDS}
    unknown = [name for name in options.kinds if name not in by_name]
    if unknown:
        parser.error(f"no such kind: {', '.join(unknown)}; there are {', '.join(by_name)}")
    FOLDER.mkdir(exist_ok=True)
    codes = [run_kind(by_name[name], options.jobs) for name in options.kinds or by_name]
    failed = sum(code != 0 for code in codes)
    print(f"{len(codes) - failed} of {len(codes)} kinds pass.")
    return 2 if 2 in codes else int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
