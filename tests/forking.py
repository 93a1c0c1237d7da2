"""A process that has modules loaded and forks for each program: the program then need not load them again.

Each fork has its own environment, folder and streams, and ends as a Python of its own would.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import json
import os
import pkgutil
import subprocess
import sys
import tempfile
import threading
import traceback
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

_AT_START = ("PYTHON", "LC_", "LANG", "FORCE_COLOR", "NO_COLOR", "TERM", "COLUMNS")
"""Variables that Python, or a module that is loaded before, reads but once."""


def can_fork(variables: Mapping[str, str]) -> bool:
    """Whether a program that gets these variables besides the usual ones is the same in a fork."""
    return hasattr(os, "fork") and not any(name.startswith(_AT_START) for name in variables)


class Forking:
    """The process, as the tests see it: started when it is first used, one for each process of tests.

    It loads ``modules`` (``package.*``: all of a package), but for those to ``forget``, which look around when they are loaded.
    """

    def __init__(self, *modules: str, forget: Sequence[str] = ()) -> None:
        self._order = json.dumps({"modules": modules, "forget": list(forget)})
        self._processes: dict[int, subprocess.Popen[str]] = {}

    def run_module(
        self, name: str, arguments: Sequence[str], folder: Path, env: Mapping[str, str]
    ) -> subprocess.CompletedProcess[bytes]:
        """``python -m name arguments``: its exit code and what it prints."""
        return self._run({"module": name, "arguments": list(arguments)}, folder, env)

    def run_code(
        self, code: str, folder: Path, env: Mapping[str, str], *, shows_warnings: bool
    ) -> subprocess.CompletedProcess[bytes]:
        """``python -c code``, or ``python -W ignore -c code``."""
        return self._run({"code": code, "shows_warnings": shows_warnings}, folder, env)

    def _run(
        self, program: Mapping[str, Any], folder: Path, env: Mapping[str, str]
    ) -> subprocess.CompletedProcess[bytes]:
        process = self._process()
        assert process.stdin is not None
        assert process.stdout is not None
        with tempfile.TemporaryDirectory() as printed:
            streams = [Path(printed, name) for name in ("out", "err")]
            request = {**program, "folder": str(folder), "env": dict(env), "streams": list(map(str, streams))}
            process.stdin.write(json.dumps(request) + "\n")
            process.stdin.flush()
            code = int(process.stdout.readline())
            out, err = (path.read_bytes() for path in streams)
            return subprocess.CompletedProcess(dict(program), code, out, err)

    def _process(self) -> subprocess.Popen[str]:
        process = self._processes.get(os.getpid())
        if process is None:
            command = [sys.executable, __file__, self._order]
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            self._processes[os.getpid()] = process
            atexit.register(_end, process)
        return process


def _end(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.close()
    process.wait(timeout=60)


def serve(modules: Sequence[str], forget: Sequence[str]) -> None:
    """The loop of the process: for each line of standard input a fork, and its exit code as a line."""
    for name in modules:
        _load(name)
    for name in forget:
        del sys.modules[name]
    assert threading.active_count() == 1, "a thread would not survive the forks"
    gc.freeze()  # the forks share what is loaded, and collect only what is theirs
    answers = os.fdopen(os.dup(1), "w")
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _carry_out(json.loads(line))
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), file=answers, flush=True)


def _load(name: str) -> None:
    module = importlib.import_module(name.removesuffix(".*"))
    if name.endswith(".*"):
        for found in pkgutil.walk_packages(module.__path__, f"{module.__name__}."):
            if not found.name.endswith("__main__"):
                importlib.import_module(found.name)


def _carry_out(request: Mapping[str, Any]) -> NoReturn:
    code = 1
    try:
        _become(request)
        code = _exit_code(request)
        threading._shutdown()  # type: ignore[attr-defined]  # waits for threads, as the end of a program does
        atexit._run_exitfuncs()
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(ValueError):  # the program may have closed it
                stream.flush()
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


def _exit_code(request: Mapping[str, Any]) -> int:
    try:
        _execute(request)
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            return end.code or 0
        print(end.code, file=sys.stderr)
        return 1
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


def _execute(request: Mapping[str, Any]) -> None:
    if "module" in request:
        import runpy

        sys.argv = ["-m", *request["arguments"]]
        sys.path[0] = str(Path.cwd())
        runpy.run_module(request["module"], run_name="__main__", alter_sys=True)
        return
    if not request["shows_warnings"]:
        sys.warnoptions[:] = ["ignore"]
        warnings.simplefilter("ignore")
    sys.argv, sys.path[0] = ["-c"], ""
    main = type(sys)("__main__")
    sys.modules["__main__"] = main
    exec(compile(request["code"], "<string>", "exec"), vars(main))


if __name__ == "__main__":
    serve(**json.loads(sys.argv[1]))
