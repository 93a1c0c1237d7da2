"""A process that has the command line loaded and forks for each call of it: a call then costs hundredths of a second.

Each fork has its own environment, folder and streams, and runs the module as ``python -m`` does.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

_PACKAGE = "legacy_shim.codemods"
_LOADED = (
    "commands.cli",
    "commands.lookup_command",
    "decided",
    "pipeline",
    "editing.apply",
    "editing.unused_imports",
    "reporting.formats.text",
)
_AT_START = ("PYTHON", "LC_", "LANG", "FORCE_COLOR", "NO_COLOR", "TERM", "COLUMNS")
"""What some modules read when they are loaded."""

_servers: dict[int, subprocess.Popen[str]] = {}
"""The process that forks, for each process of tests."""


def can_fork(variables: Mapping[str, str]) -> bool:
    """Whether a call with these variables is the same in a fork."""
    return hasattr(os, "fork") and not any(name.startswith(_AT_START) for name in variables)


def call(
    folder: Path, arguments: Sequence[str], env: Mapping[str, str]
) -> subprocess.CompletedProcess[bytes]:
    """``python -m legacy_shim.codemods`` with these arguments: its exit code and what it printed."""
    server = _server()
    assert server.stdin is not None
    assert server.stdout is not None
    with tempfile.TemporaryDirectory() as printed:
        streams = [Path(printed, name) for name in ("out", "err")]
        request = {
            "folder": str(folder),
            "arguments": list(arguments),
            "env": dict(env),
            "streams": [str(path) for path in streams],
        }
        server.stdin.write(json.dumps(request) + "\n")
        server.stdin.flush()
        code = int(server.stdout.readline())
        return subprocess.CompletedProcess(
            [_PACKAGE, *arguments], code, *(path.read_bytes() for path in streams)
        )


def _server() -> subprocess.Popen[str]:
    server = _servers.get(os.getpid())
    if server is None:
        server = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        _servers[os.getpid()] = server
        atexit.register(_end, server)
    return server


def _end(server: subprocess.Popen[str]) -> None:
    assert server.stdin is not None
    server.stdin.close()
    server.wait(timeout=60)


def serve() -> None:
    """The loop of the process: for each line of standard input a fork, and its exit code as a line."""
    for name in _LOADED:
        importlib.import_module(f"{_PACKAGE}.{name}")
    import legacy_shim.codemods.constructs as all_constructs

    all_constructs.constructs()
    del sys.modules[f"{_PACKAGE}.commands.cli"]  # asks what it was called by
    assert threading.active_count() == 1, "a thread would not survive the forks"
    gc.freeze()  # the forks share what is loaded, and collect only what is theirs
    answers = os.fdopen(os.dup(1), "w")
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _carry_out(json.loads(line))
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), file=answers, flush=True)


def _carry_out(request: Mapping[str, Any]) -> NoReturn:
    code = 1
    try:
        _become(request)
        code = _exit_code(request)
        threading._shutdown()  # type: ignore[attr-defined]  # waits for threads, as the end of a program does
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code & 0xFF)


def _become(request: Mapping[str, Any]) -> None:
    """Take over the environment, the folder and the streams."""
    opened = [os.open(os.devnull, os.O_RDONLY)]
    opened += [os.open(path, os.O_WRONLY | os.O_CREAT) for path in request["streams"]]
    for target, source in enumerate(opened):
        os.dup2(source, target)
        os.close(source)
    sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = os.fdopen(2, "w", 1, encoding="utf-8", errors="backslashreplace", closefd=False)
    os.environ.clear()
    os.environ.update(request["env"])
    os.chdir(request["folder"])
    sys.path[0] = str(Path.cwd())


def _exit_code(request: Mapping[str, Any]) -> int:
    import runpy

    sys.argv = ["-m", *request["arguments"]]
    try:
        runpy.run_module(_PACKAGE, run_name="__main__", alter_sys=True)
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            return end.code or 0
        print(end.code, file=sys.stderr)
        return 1
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


if __name__ == "__main__":
    serve()
