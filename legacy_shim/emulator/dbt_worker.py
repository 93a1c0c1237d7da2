"""The process that runs dbt for a project. Started by file name, so that it imports nothing of the emulator.

It reads one JSON object a line: ``{"argv": [...], "environment": {...}, "log": path}``, runs ``dbt`` with those
arguments in its working folder, and answers ``{"succeeded": true}``. What dbt prints goes to ``log``. Importing dbt
takes seconds, so one process serves many commands.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any


def main() -> None:
    """Serve commands until standard input ends."""
    # The folder of this file comes first in the path, and dbt imports as a plugin whatever is named dbt_*.
    sys.path.remove(str(Path(__file__).resolve().parent))
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    inherited = dict(os.environ)
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        _print_to(nowhere.fileno())
    from dbt.cli.main import dbtRunner

    for line in sys.stdin:
        order = json.loads(line)
        os.environ.clear()
        os.environ.update(inherited, **order["environment"])
        with Path(order["log"]).open("w", encoding="utf-8") as log:
            _print_to(log.fileno())
            succeeded = _invoke(dbtRunner(), order["argv"])
            sys.stdout.flush()
            sys.stderr.flush()
        answers.write(json.dumps({"succeeded": succeeded}) + "\n")
        answers.flush()


def _invoke(runner: Any, argv: list[str]) -> bool:
    from dbt_common.events.functions import reset_metadata_vars

    reset_metadata_vars()  # else every artifact would carry the run id of the first command
    try:
        result = runner.invoke(argv)
        if result.exception is not None:
            print(f"Encountered an error:\n{result.exception}")
        return bool(result.success)
    except BaseException as error:  # dbt ends some commands with SystemExit
        print(f"Encountered an error:\n{error!r}")
        return False
    finally:
        _release_database()


def _release_database() -> None:
    """DuckDB lets one process in: close the file, so that others can look at it between commands."""
    manager = sys.modules.get("dbt.adapters.duckdb.connections")
    if manager is not None:
        manager.DuckDBConnectionManager.close_all_connections()


def _print_to(descriptor: int) -> None:
    sys.stdout.flush()
    sys.stderr.flush()
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)


if __name__ == "__main__":
    main()
