"""Writes down where a program uses the legacy API, and how often: one JSON line for each call site.

Off unless the environment variable ``LEGACY_SHIM_USAGE_LOG`` names a file when the process starts; an absolute path, since
processes differ in their working directories. Any number of processes and threads may share the file. A process writes
the line of a call site when it is first used, again each time its count has grown tenfold, and once more when the
process ends. Files that were loaded, and have no such line, get one that says so. What the lines say is in :mod:`legacy_shim.usage_record`; none has a value of the program, such as a token.

Nothing is raised into the program: what cannot be written is left out, and said once on standard error.
"""

from __future__ import annotations

import atexit
import os
import sys
import threading
import time
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from legacy_shim.loaded_files import loaded_files
from legacy_shim.usage_record import VARIABLE, UsageRecord, Use, format_line

if TYPE_CHECKING:
    from types import FrameType

_MOST_SITES = 10_000  # counted at a time; beyond it the oldest is written and forgotten


class UsageLog:
    """Counts the uses of this process and appends them to the file, from any thread."""

    def __init__(self, path: str) -> None:
        self._path = Path(path).absolute()  # so that a later chdir does not divide the log
        self._start_anew()
        atexit.register(self.close)
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._start_anew)

    def note(self, code: str, name: str, use: Use, frame: FrameType, run: str | None) -> None:
        """Count one use of `name` by the line of `frame`, and write it down if it is the first or a tenfold one."""
        with suppress(Exception):  # the user's program goes on, whatever happens to the log
            key = (frame.f_code.co_filename, frame.f_lineno, name, use, run)
            with self._lock:
                site = self._sites.get(key)
                if site is None:
                    record = self._first_record(code, name, use, frame, run)
                    site = self._sites[key] = _Site(record)
                    self._recorded.add((record.file, record.module.partition(".")[0]))
                site.count += 1
                site.time = time.time()
                if site.count == site.next_line:
                    site.next_line *= 10
                    self._write(site)
                if len(self._sites) > _MOST_SITES:
                    self._write(self._sites.pop(next(iter(self._sites))))

    def close(self) -> None:
        """Write the counts that have grown since they were written. What is used later is counted further."""
        with suppress(Exception), self._lock:
            for site in self._sites.values():
                self._write(site)
            self._write_loaded()

    def _write_loaded(self) -> None:
        """Write a line for each file that was loaded and is not known to be: code there may use a client of others."""
        known = {file for file, _ in self._recorded} | self._loaded
        packages = {package for _, package in self._recorded} - {"__main__"}
        for file, module in loaded_files(packages):
            if file not in known:
                self._loaded.add(file)
                site = _Site(self._record("", "", "load", file, 0, module, None))
                site.count, site.time = 1, time.time()
                self._write(site)

    def _start_anew(self) -> None:
        """Begin with nothing counted: in a new process, and in a forked one, whose parent logs its own uses."""
        self._lock = threading.RLock()  # a signal handler may use a legacy name, too
        self._sites: dict[tuple[object, ...], _Site] = {}
        self._recorded: set[tuple[str, str]] = set()  # each file with a line of its own, and its package
        self._loaded: set[str] = set()
        self._process = os.urandom(6).hex()
        self._is_told = False

    def _first_record(self, code: str, name: str, use: Use, frame: FrameType, run: str | None) -> UsageRecord:
        path = frame.f_code.co_filename
        file = path if path.startswith("<") else str(Path(path).absolute())
        module = str(frame.f_globals.get("__name__") or "")
        return self._record(code, name, use, file, frame.f_lineno, module, run)

    def _record(
        self, code: str, name: str, use: Use, file: str, line: int, module: str, run: str | None
    ) -> UsageRecord:
        return UsageRecord(
            time=datetime.now(timezone.utc),
            code=code,
            name=name,
            use=use,
            file=file,
            line=line,
            module=module,
            count=0,
            process=self._process,
            pid=os.getpid(),
            python=".".join(map(str, sys.version_info[:3])),
            run=run,
        )

    def _write(self, site: _Site) -> None:
        if site.count == site.written:
            return
        moment = datetime.fromtimestamp(site.time, timezone.utc)
        line = format_line(replace(site.record, time=moment, count=site.count))
        try:
            _append(self._path, line.encode())
            site.written = site.count
        except OSError as error:
            if not self._is_told:
                self._is_told = True
                print(f"{VARIABLE}: {self._path} cannot be written: {error.strerror}.", file=sys.stderr)


class _Site:
    """A call site that is being counted."""

    __slots__ = ("count", "next_line", "record", "time", "written")

    def __init__(self, record: UsageRecord) -> None:
        self.record = record
        self.count = self.written = 0
        self.next_line = 1
        self.time = 0.0


def _append(path: Path, content: bytes) -> None:
    """Append in one write, which no other process can come between, and hold nothing open."""
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_CLOEXEC", 0)
    flags |= getattr(os, "O_NONBLOCK", 0)  # a pipe that nobody reads must not stop the program
    descriptor = os.open(path, flags, 0o666)
    try:
        os.write(descriptor, content)
    finally:
        os.close(descriptor)


def _of_environment() -> UsageLog | None:
    path = os.environ.get(VARIABLE, "").strip()
    return UsageLog(path) if path else None


USAGE_LOG: UsageLog | None = _of_environment()
"""The log of this process; None, which is the rule, if the environment asks for none."""
