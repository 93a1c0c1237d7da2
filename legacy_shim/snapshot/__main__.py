"""``python -m legacy_shim.snapshot``: write down what a code location contains and what executing it does."""

from __future__ import annotations

import argparse
import contextlib
import gc
import json
import os
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TextIO

from legacy_shim.snapshot.order import Action, Order, parse_action
from legacy_shim.snapshot.schema import Snapshot

_DESCRIPTION = """Load Dagster definitions in this process and write, as JSON, what users of Dagster see of them:
assets, checks, ops, jobs, schedules, sensors and resources, and what executing them did."""
TOKEN_VARIABLE = "LEGACY_SHIM_SNAPSHOT_TOKEN"


def main(arguments: list[str] | None = None) -> int:
    """Exit codes: 0 loaded and every run succeeded, 1 something failed (the document says what), 2 wrong usage."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        actions = [parse_action(text) for text in options.action]
    except ValueError as error:
        parser.error(str(error))
    if options.interactive and not options.output:
        parser.error("--interactive needs --output")
    order = Order(
        target=options.target,
        path=tuple(options.path) or (Path.cwd(),),
        redirect=options.redirect,
        install=options.install or (options.install_if_missing and not _is_legacy_shipped()),
        actions=(
            *actions,
            *(Action("materialize", keys, options.partition) for keys in options.materialize),
            *(Action("job", name, options.partition) for name in options.job),
        ),
        root=options.root,
        instead_of=options.instead_of,
        hosts=tuple(options.host),
        token=os.environ.pop(TOKEN_VARIABLE, None),
    )
    os.environ.setdefault("DAGSTER_DISABLE_TELEMETRY", "yes")
    gc.set_threshold(
        100_000
    )  # it lives for seconds, a fifth of which went to collecting what Dagster's imports keep
    document = _take_in_dialogue(order, Path(options.output)) if options.interactive else _take(order)
    _write(document, options.output)
    if document["error"]:
        sys.stderr.write(document["error"]["traceback"])
    return int(document["error"] is not None or not all(row["success"] for row in document["actions"]))


def _take(order: Order) -> Snapshot:
    from legacy_shim.snapshot.document import take

    with contextlib.redirect_stdout(sys.stderr):  # what the code under observation prints is not the document
        return take(order)


def _take_in_dialogue(order: Order, output: Path) -> Snapshot:
    """Load, write, say so with a line on standard output, and execute what the answer on standard input names.

    The answer is a JSON list of actions, as ``--action`` takes them. Code under observation has neither stream.
    """
    questions, answers = _own_streams()
    from legacy_shim.snapshot.document import take

    def choose(document: Snapshot) -> Sequence[Action]:
        _write(document, str(output))
        print("loaded", file=answers, flush=True)
        line = questions.readline()
        return [parse_action(text) for text in json.loads(line)] if line else []

    return take(order, choose)


def _own_streams() -> tuple[TextIO, TextIO]:
    """Standard input and output for this module alone; for all others there is nothing, and standard error."""
    questions, answers = os.fdopen(os.dup(0), "r"), os.fdopen(os.dup(1), "w")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return questions, answers


def _write(document: Snapshot, output: str | None) -> None:
    text = json.dumps(document, indent=1) + "\n"
    if output:
        Path(output).write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)


def _is_legacy_shipped() -> bool:
    """Whether the installed dagster-dbt has the legacy package; found out without importing it."""
    spec = find_spec("dagster_dbt")
    places = spec.submodule_search_locations or () if spec else ()
    return any((Path(place) / "cloud" / "__init__.py").is_file() for place in places)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m legacy_shim.snapshot", description=_DESCRIPTION)
    add = parser.add_argument
    add("target", help="a module or a .py file, and after a colon the name of its definitions")
    add("--path", type=Path, action="append", default=[], help="a folder for the module search path")
    add("--redirect", metavar="URL", help="send requests for dbt Cloud here; refuse other hosts")
    add("--host", action="append", default=[], help="another host that is dbt Cloud")
    add("--install", action="store_true", help="serve old spellings from the facade")
    add("--install-if-missing", action="store_true", help="the same, if dagster-dbt no longer has them")
    add(
        "--action",
        metavar="TEXT",
        action="append",
        default=[],
        help="materialize:KEYS[@PARTITION] or job:NAME",
    )
    add("--materialize", metavar="KEYS", action="append", default=[], help="'all', 'dbt-cloud', or a/b,c")
    add("--job", metavar="NAME", action="append", default=[], help="a job to execute")
    add("--partition", metavar="KEY", help="a partition key, or a range FIRST...LAST")
    add("--root", type=Path, metavar="DIR", help="the folder that the code belongs to")
    add("--instead-of", type=Path, metavar="DIR", help="the folder that --root is a copy of")
    add("--interactive", action="store_true", help="say 'loaded', then read what to execute: a JSON list")
    add("--output", metavar="FILE", help="where to write; without it, standard output")
    return parser


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # threads that the code under observation left running must not keep the process
