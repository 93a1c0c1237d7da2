"""``python -m legacy_shim.snapshot``: write down what a code location contains and what executing it does."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
from pathlib import Path

from legacy_shim.snapshot.order import Action, Order

_DESCRIPTION = """Load Dagster definitions in this process and write, as JSON, what users of Dagster see of them:
assets, checks, ops, jobs, schedules, sensors and resources, and what executing them did."""


def main(arguments: list[str] | None = None) -> int:
    """Exit codes: 0 loaded and every run succeeded, 1 something failed (the document tells what), 2 wrong usage."""
    options = _parser().parse_args(arguments)
    order = Order(
        target=options.target,
        path=tuple(options.path) or (Path.cwd(),),
        redirect=options.redirect,
        install=options.install,
        actions=(
            *(Action("materialize", keys, options.partition) for keys in options.materialize),
            *(Action("job", name, options.partition) for name in options.job),
        ),
    )
    os.environ.setdefault("DAGSTER_DISABLE_TELEMETRY", "yes")
    from legacy_shim.snapshot.document import take

    with contextlib.redirect_stdout(sys.stderr):  # what the code under observation prints is not the document
        document = take(order)
    text = json.dumps(document, indent=1) + "\n"
    if options.output:
        Path(options.output).write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)
    if document["error"]:
        sys.stderr.write(document["error"]["traceback"])
    return int(document["error"] is not None or not all(row["success"] for row in document["actions"]))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m legacy_shim.snapshot", description=_DESCRIPTION)
    parser.add_argument(
        "target", help="a module or a .py file, and after a colon the name of its definitions"
    )
    parser.add_argument(
        "--path", type=Path, action="append", default=[], help="a folder for the module search path"
    )
    parser.add_argument(
        "--redirect", metavar="URL", help="send requests for dbt Cloud here; refuse other hosts"
    )
    parser.add_argument("--install", action="store_true", help="serve old spellings from the facade")
    parser.add_argument("--materialize", metavar="KEYS", action="append", default=[], help="'all', or a/b,c")
    parser.add_argument("--job", metavar="NAME", action="append", default=[], help="a job to execute")
    parser.add_argument("--partition", metavar="KEY", help="a partition key, or a range FIRST...LAST")
    parser.add_argument("--output", metavar="FILE", help="where to write; without it, standard output")
    return parser


if __name__ == "__main__":
    sys.exit(main())
