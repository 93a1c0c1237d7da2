"""A process that has Dagster loaded and forks for each order: a snapshot then costs tenths of a second, not seconds.

``Warm`` starts it and talks to it over pipes, one JSON object a line. Each fork has its own environment, folder,
imports and patches, and ends with its order.
"""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from legacy_shim.snapshot import Order

PRELOAD = (
    "dagster",
    "dagster_dbt",
    "dagster_dbt.cloud_v2",
    "dbt.graph.cli",
    "dbt.graph.selector",
    "dbt.contracts.graph.manifest",
    "dbt.cli.flags",
    "legacy_shim.snapshot.document",
    "legacy_shim.cloud.asset_defs",
    "legacy_shim.cloud.ops",
    "legacy_shim.codemods.commands.cli",
    "legacy_shim.codemods.commands.lookup_command",
    "legacy_shim.codemods.jobs_in_code",
    "legacy_shim.codemods.deciding",
    "legacy_shim.codemods.constructs",
    "legacy_shim.codemods.pipeline",
    "libcst",
    "requests",
)


class Warm:
    """The process, as the tests see it. A context manager."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Warm:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
            self._process.wait(timeout=120)

    def snapshot(self, order: Order, env: Mapping[str, str], folder: Path, log: Path) -> dict[str, Any]:
        """Take a snapshot in a process of its own, with `folder` as its working directory."""
        data = {**asdict(order), "path": [str(path) for path in order.path]}
        data |= {name: str(data[name]) for name in ("root", "instead_of") if data[name]}
        result = self._ask({"what": "snapshot", "order": data}, env, folder, log)
        document: dict[str, Any] = result["document"]
        return document

    def codemod(
        self, arguments: Sequence[str], redirect: str | None, env: Mapping[str, str], folder: Path, log: Path
    ) -> int:
        """Run ``python -m legacy_shim.codemods`` with `arguments`; what it says goes to `log`. Its exit code."""
        order = {"what": "codemod", "arguments": list(arguments), "redirect": redirect}
        return int(self._ask(order, env, folder, log)["exit_code"])

    def _ask(self, order: dict[str, Any], env: Mapping[str, str], folder: Path, log: Path) -> dict[str, Any]:
        process = self._start()
        assert process.stdin is not None
        assert process.stdout is not None
        answer = log.with_suffix(".json.answer")
        request = {**order, "env": dict(env), "folder": str(folder), "log": str(log), "answer": str(answer)}
        process.stdin.write(json.dumps(request) + "\n")
        process.stdin.flush()
        status = process.stdout.readline().strip()
        if status != "0" or not answer.is_file():
            raise AssertionError(f"the process for {order} died ({status!r}):\n{_tail(log)}")
        result: dict[str, Any] = json.loads(answer.read_text())
        answer.unlink()
        return result

    def _start(self) -> subprocess.Popen[str]:
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, __file__],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                env={
                    **os.environ,
                    "DAGSTER_DISABLE_TELEMETRY": "yes",
                    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
                },
            )
        return self._process


def _tail(log: Path) -> str:
    return log.read_text(errors="replace")[-4000:] if log.is_file() else "(no output)"


def serve() -> None:
    """The loop of the warm process: fork for each line of standard input, answer with the exit status."""
    import importlib

    for name in PRELOAD:
        importlib.import_module(name)
    _load_what_execution_loads()
    _leave_memory_unstamped()
    gc.freeze()  # the forks share what is loaded, and collect only what is theirs
    answers = os.fdopen(os.dup(1), "w")
    for line in sys.stdin:
        request = json.loads(line)
        child = os.fork()
        if child == 0:
            os._exit(_carry_out(request))
        _, status = os.waitpid(child, 0)
        answers.write(f"{os.waitstatus_to_exitcode(status)}\n")
        answers.flush()


def _load_what_execution_loads() -> None:
    """Execute an asset, so that the storages are imported once and not in every fork."""
    import threading

    from dagster import DagsterInstance, asset, materialize

    @asset
    def nothing() -> None: ...

    devnull = os.open(os.devnull, os.O_WRONLY)
    kept = os.dup(2)
    os.dup2(devnull, 2)
    with DagsterInstance.ephemeral() as instance:
        materialize([nothing], instance=instance)
    os.dup2(kept, 2)
    assert threading.active_count() == 1, "a thread would not survive the forks"


def _leave_memory_unstamped() -> None:
    """A database in memory is never migrated, and to note its version Dagster reads ninety files a time."""
    from dagster._core.storage.event_log import in_memory as events
    from dagster._core.storage.runs import in_memory as runs

    for module in (events, runs):
        module.stamp_alembic_rev = lambda *_, **__: None  # type: ignore[attr-defined]


def _carry_out(request: dict[str, Any]) -> int:
    log = os.open(request["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(source, target)
    try:
        os.environ.clear()
        os.environ.update(request["env"])
        os.chdir(request["folder"])
        result = _snapshot(request) if request["what"] == "snapshot" else _codemod(request)
        Path(request["answer"]).write_text(json.dumps(result))
    except BaseException:
        traceback.print_exc()
        return 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


def _snapshot(request: dict[str, Any]) -> dict[str, Any]:
    from legacy_shim.snapshot.document import take
    from legacy_shim.snapshot.order import Action

    data = request["order"]
    order = Order(
        **{
            **data,
            "path": tuple(Path(path) for path in data["path"]),
            **{name: Path(data[name]) for name in ("root", "instead_of") if data[name]},
            "actions": tuple(Action(**action) for action in data["actions"]),
        }
    )
    return {"document": take(order)}


def _codemod(request: dict[str, Any]) -> dict[str, Any]:
    from legacy_shim.snapshot.wire import redirect_requests

    if request["redirect"]:
        redirect_requests(request["redirect"])
    sys.argv = ["python -m legacy_shim.codemods", *request["arguments"]]
    try:
        import runpy

        runpy.run_module("legacy_shim.codemods", run_name="__main__", alter_sys=True)
    except SystemExit as end:
        return {"exit_code": end.code if isinstance(end.code, int) else int(bool(end.code))}
    return {"exit_code": 0}


if __name__ == "__main__":
    serve()
