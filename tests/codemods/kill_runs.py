"""Kill `migrate` at each of its steps on the disk, run it again, and compare with a run that was not killed.

    python tests/codemods/kill_runs.py [RUNS]

A step is a call that changes what is on the disk, counted; the process is killed right before the call, or right after
it. Each run is a fork of this process, so that nothing is imported twice. Prints what went wrong, and how many runs
there were; the exit code is 1 where anything did.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import random
import shutil
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).parents[1]))  # as pytest does, where this runs as a program

from cli_runner import FACTS

from legacy_shim.codemods import pipeline
from legacy_shim.codemods.commands.cli import app
from legacy_shim.codemods.options import Options

STEPS = ("mkdir", "link", "fsync", "replace", "unlink", "rmdir", "chmod")
RESOURCE = """\
import os

from dagster_dbt import dbt_cloud_resource

{name} = dbt_cloud_resource.configured(
    {{"auth_token": os.environ["TOKEN_{name}"], "account_id": 12345}}
)
"""
LOADS = """\
from dagster_dbt import load_assets_from_dbt_cloud_job

from .resources import {name}

models = load_assets_from_dbt_cloud_job(dbt_cloud={name}, job_id=67890)
"""
DEFINITIONS = """\
from dagster import Definitions

from .loads import models
from .resources import {name}

defs = Definitions(assets=[models], resources={{"dbt_cloud": {name}}})
"""
CLIENT = """\
from dagster import op

from .resources import {name}


@op
def runs(context):
    return {name}
"""


def make_tree(folder: Path) -> None:
    """Three units, each over files of its own, and what has nothing to do with them."""
    (folder / ".git").mkdir(parents=True)
    (folder / "dbt_cloud_jobs.json").write_text(json.dumps(FACTS))
    for team in ("one", "two", "three"):
        package = folder / team
        package.mkdir()
        (package / "__init__.py").write_text("")
        for file, text in (("resources", RESOURCE), ("loads", LOADS), ("definitions", DEFINITIONS)):
            (package / f"{file}.py").write_text(text.format(name=f"cloud_{team}"))
    (folder / "three" / "client.py").write_text(CLIENT.format(name="cloud_three"))
    (folder / "other.py").write_text("x = 1\n")


def everything_in(folder: Path) -> dict[str, bytes]:
    """Each file with its bytes, and each folder."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else b"/"
        for path in sorted(folder.rglob("*"))
    }


def forked(folder: Path, prepare: Callable[[], None] = lambda: None) -> tuple[int, str]:
    """Run `migrate .` in a fork: how it ended (negative for a signal), and what it said."""
    said = folder.parent / "said.txt"
    child = os.fork()
    if child == 0:
        code = 70
        try:
            os.chdir(folder)
            prepare()
            stream = io.StringIO()
            with contextlib.redirect_stdout(stream), contextlib.redirect_stderr(stream):
                try:
                    app(["migrate", ".", "--jobs", "1"], standalone_mode=True)
                except SystemExit as error:
                    code = int(error.code or 0)
            said.write_text(stream.getvalue())
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), said.read_text() if said.exists() else ""


def at_step(number: int, act: Callable[[], None], *, before: bool) -> Callable[[], None]:
    """Something that has ``act`` called at a step on the disk, counted from 0."""

    def prepare() -> None:
        calls = iter(range(1 << 30))

        def counted(real: Callable[..., Any]) -> Callable[..., Any]:
            def call(*arguments: Any, **more: Any) -> Any:
                mine = next(calls) == number
                if mine and before:
                    act()
                try:
                    return real(*arguments, **more)
                finally:
                    if mine and not before:
                        act()

            return call

        for name in STEPS:
            setattr(os, name, counted(getattr(os, name)))

    return prepare


def kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def troubles(folder: Path, runs: int) -> Iterator[str]:
    """What went wrong in that many runs, spread over all steps."""
    source = folder / "source"
    make_tree(source)
    pipeline.migrate([source], Options())  # Imports what it needs, once and for all forks.
    whole = folder / "whole"
    shutil.copytree(source, whole)
    expected, said = forked(whole)
    if expected != 1:  # `three` keeps a use on the facade.
        yield f"the run that is not killed ends with {expected}: {said}"
        return
    wanted, old = everything_in(whole), everything_in(source)
    steps = _count(folder, source)
    order = [(step, before) for step in range(steps) for before in (True, False)]
    random.Random(runs).shuffle(order)
    ended: Counter[str] = Counter()
    for step, before in (order * (runs // len(order) + 1))[:runs]:
        copy = folder / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(source, copy)
        where = f"killed {'before' if before else 'after'} step {step}"
        killed, _ = forked(copy, at_step(step, kill, before=before))
        if killed != -signal.SIGKILL:
            yield f"{where}: it was not killed, but ended with {killed}"
        left = everything_in(copy)
        torn = [name for name in old if left[name] not in (old[name], wanted[name])]
        if torn:
            yield f"{where}: torn: {torn}"
        changed = sum(left[name] != old[name] for name in old)
        ended["untouched" if not changed else "all written" if left == wanted else f"{changed} written"] += 1
        again, said = forked(copy)
        now = everything_in(copy)
        if again != expected or now != wanted:
            differ = sorted(name for name in {*now, *wanted} if now.get(name) != wanted.get(name))
            yield f"{where}: the second run ends with {again}; differs: {differ}\n{said}"
    print(f"{runs} runs over {steps} steps; when killed: {dict(sorted(ended.items()))}")


def _count(folder: Path, source: Path) -> int:
    """How many steps a run has."""
    copy = folder / "counted"
    shutil.copytree(source, copy)
    read, write = os.pipe()
    forked(copy, at_every_step(lambda: os.write(write, b".")))
    return len(os.read(read, 1 << 20))


def at_every_step(act: Callable[[], object]) -> Callable[[], None]:
    """Something that has ``act`` called before each step on the disk."""

    def prepare() -> None:
        for name in STEPS:
            real = getattr(os, name)

            def call(*arguments: Any, _real: Callable[..., Any] = real, **more: Any) -> Any:
                act()
                return _real(*arguments, **more)

            setattr(os, name, call)

    return prepare


def main(runs: int) -> int:
    with tempfile.TemporaryDirectory() as folder:
        found = list(troubles(Path(folder).resolve(), runs))
    for trouble in found:
        print(trouble)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 20))
