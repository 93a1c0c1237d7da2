"""The back end that runs a real dbt project with dbt-core, on DuckDB unless the project says otherwise."""

from __future__ import annotations

import itertools
import json
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import IO

from .backends import RunContext, StepOutcome, temporary_folder
from .commands import CommandError, parse_command
from .profiles import profile_name, write_profile

_WORKER = Path(__file__).with_name("dbt_worker.py")
_NOT_CLONED = frozenset({"target", "logs", ".git", ".venv", "venv", "__pycache__", "node_modules"})
_PARSE_CACHE = "partial_parse.msgpack"
_POLL = 0.05
_SETTINGS = {
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    "DO_NOT_TRACK": "1",
    "DBT_USE_COLORS": "false",
    "DBT_LOG_FILE_MAX_BYTES": "0",
    "PYTHONDONTWRITEBYTECODE": "1",
}


class DbtProject:
    """Runs the commands of a job in a private copy of the dbt project in ``folder``.

    The copy follows changes of the folder at the start of each run. A database that is a DuckDB file is private too
    and lasts as long as this object. Commands run one after the other, in one warm process.
    Raises FileNotFoundError where there is no such folder, NotADbtProject where it has no ``dbt_project.yml``, and
    ModuleNotFoundError where dbt-core or dbt-duckdb is not installed.
    """

    connection = "DuckDB"

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder).resolve()
        if not self.folder.is_dir():
            raise FileNotFoundError(f"there is no folder {self.folder}")
        profile_name(self.folder)
        _require_dbt()
        self._lock = threading.Lock()
        self._work: tempfile.TemporaryDirectory[str] | None = None
        self._cloned: dict[Path, tuple[int, int]] = {}
        self._worker: _Worker | None = None

    @property
    def work(self) -> Path:
        """The private folder; made when it is first asked for."""
        if self._work is None:
            self._work = temporary_folder("dbt-cloud-project-")
            Path(self._work.name, "project").mkdir()
        return Path(self._work.name)

    def warm_up(self) -> None:
        with self._lock:
            self._ready_worker()

    def clone(self, context: RunContext) -> str:
        with self._turn(context) as is_ours:
            if not is_ours:
                return "Cancelled"
            return f"Cloned {self.folder}: {self._follow()} files changed"

    def invoke(self, command: str, context: RunContext) -> StepOutcome:
        try:
            arguments = parse_command(command).arguments
        except CommandError as error:
            return StepOutcome(False, str(error))
        with self._turn(context) as is_ours:
            if not is_ours:
                return StepOutcome(False, "Cancelled")
            if arguments == ("deps",) and not self._has_packages():
                return StepOutcome(True, "There are no packages to install.")
            return self._invoke(arguments, context)

    def close(self) -> None:
        with self._lock:
            if self._worker is not None:
                self._worker.kill()
                self._worker = None
            if self._work is not None:
                self._work.cleanup()
                self._work = None
                self._cloned.clear()

    def _invoke(self, arguments: tuple[str, ...], context: RunContext) -> StepOutcome:
        folder = _next_folder(context.folder)
        target, cache = context.folder / "target", self.work / _PARSE_CACHE
        target.mkdir(exist_ok=True)
        if cache.is_file() and not (target / _PARSE_CACHE).exists():
            shutil.copyfile(cache, target / _PARSE_CACHE)
        environment = {
            **context.environment,
            **{
                f"DBT_ENV_CUSTOM_ENV_{k}": v
                for k, v in context.environment.items()
                if k.startswith("DBT_CLOUD_")
            },
            **_SETTINGS,
            "DBT_PROFILES_DIR": str(write_profile(self.work / "project", self.work, context)),
            "DBT_TARGET_PATH": str(target),
            "DBT_LOG_PATH": str(folder),
        }
        worker, log = self._ready_worker(), folder / "console.log"
        succeeded = worker.run(arguments, environment, log, context.cancelled)
        if (target / _PARSE_CACHE).is_file():
            shutil.copyfile(target / _PARSE_CACHE, cache)
        return StepOutcome(
            succeeded, _text(log), _text(folder / "dbt.log"), _kept(target, folder / "artifacts")
        )

    def _has_packages(self) -> bool:
        names = ("packages.yml", "dependencies.yml", "package-lock.yml")
        return any((self.work / "project" / name).exists() for name in names)

    @contextmanager
    def _turn(self, context: RunContext) -> Iterator[bool]:
        """Waits for the project to be free; yields False where the run was cancelled meanwhile."""
        while not self._lock.acquire(timeout=_POLL):
            if context.cancelled.is_set():
                yield False
                return
        try:
            yield not context.cancelled.is_set()
        finally:
            self._lock.release()

    def _ready_worker(self) -> _Worker:
        if self._worker is None or not self._worker.is_alive:
            self._worker = _Worker(self.work / "project")
        return self._worker

    def _follow(self) -> int:
        """Bring the copy up to the project's state; how many files that took."""
        found = dict(_files(self.folder))
        changed = [path for path, state in found.items() if self._cloned.get(path) != state]
        for path in changed:
            copy = self.work / "project" / path
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(self.folder / path, copy)
        for path in self._cloned.keys() - found.keys():
            (self.work / "project" / path).unlink(missing_ok=True)
        self._cloned = found
        return len(changed)


class _Worker:
    """A process of ``dbt_worker.py``."""

    def __init__(self, folder: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(_WORKER)],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
            start_new_session=True,  # Ctrl-C in a terminal is for the server, which then ends this process
        )
        self._answers: queue.Queue[str] = queue.Queue()
        output = self._process.stdout
        threading.Thread(target=self._listen, args=(output,), name="dbt-worker", daemon=True).start()

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def run(
        self,
        arguments: tuple[str, ...],
        environment: Mapping[str, str],
        log: Path,
        cancelled: threading.Event,
    ) -> bool:
        """Run one command; whether it succeeded. Kills the process when ``cancelled`` is set."""
        order = {"argv": list(arguments), "environment": dict(environment), "log": str(log)}
        assert self._process.stdin is not None
        with suppress(OSError):  # a process that died answers below
            self._process.stdin.write(json.dumps(order) + "\n")
            self._process.stdin.flush()
        while True:
            if cancelled.is_set():
                self.kill()
                return False
            try:
                answer = self._answers.get(timeout=_POLL)
            except queue.Empty:
                continue
            return bool(json.loads(answer)["succeeded"]) if answer else False

    def kill(self) -> None:
        """End the process and wait for it."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()

    def _listen(self, output: IO[str]) -> None:
        with suppress(ValueError):  # closed while reading
            for line in output:
                self._answers.put(line)
        self._answers.put("")


def _require_dbt() -> None:
    for package in ("dbt-core", "dbt-duckdb"):
        try:
            version(package)
        except PackageNotFoundError as error:
            raise ModuleNotFoundError(
                f'{package} is not installed, and a dbt project needs it to run: pip install "legacy-shim[emulator]"'
            ) from error


def _files(folder: Path) -> Iterator[tuple[Path, tuple[int, int]]]:
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in _NOT_CLONED]
        for name in names:
            path = Path(parent, name)
            with suppress(FileNotFoundError):  # a dangling link, or gone meanwhile
                state = path.stat()
                yield path.relative_to(folder), (state.st_mtime_ns, state.st_size)


def _next_folder(folder: Path) -> Path:
    for number in itertools.count(1):
        path = folder / f"step-{number}"
        if not path.exists():
            path.mkdir()
            return path
    raise AssertionError


def _kept(target: Path, folder: Path) -> dict[str, Path | bytes]:
    """Copies of what stands in dbt's target folder, which the next command writes over."""
    shutil.copytree(target, folder, ignore=shutil.ignore_patterns(_PARSE_CACHE))
    return {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
