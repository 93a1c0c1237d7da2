"""A small dbt Cloud on raw sockets, which can misbehave in every byte it sends.

It knows one job. It is not the emulator: what is wrong with an answer is decided here byte by byte, below any HTTP
library. A script of faults says which request gets which answer; all others are answered as dbt Cloud does.
"""

from __future__ import annotations

import json
import re
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from typing import Any

ACCOUNT, PROJECT, JOB = 12345, 11, 67890
RUNNING, SUCCESS, ERROR, CANCELLED = 3, 10, 20, 30
NAMES = {
    1: "Queued",
    2: "Starting",
    RUNNING: "Running",
    SUCCESS: "Success",
    ERROR: "Error",
    CANCELLED: "Cancelled",
}

RESET = object()
"""A step of an answer: the connection is reset. Without it, it is closed after the last step."""

Step = bytes | float | object


@dataclass(frozen=True)
class Right:
    """What a right answer has, and what the request had."""

    body: bytes
    date: str
    token: str


Answer = Callable[[Right], Iterable[Step]]
"""What is sent in place of the right answer: bytes, pauses in seconds, a reset."""


@dataclass(frozen=True)
class Struck:
    """Which requests are answered wrongly."""

    place: str
    """A key of :data:`PLACES`."""
    answer: Answer
    acts: bool
    """Whether what was asked for is done nevertheless."""
    times: int | None = 1
    """None for all."""
    skip: int = 0


@dataclass
class Run:
    """A run, which ends after it was looked at so often; never if `looks` is None."""

    id: int
    body: Mapping[str, Any]
    visible_at: float
    created_at: str
    ends: int
    looks: int | None
    humanized: str | None = None
    message: str | None = None
    status: int = RUNNING
    seen: int = 0

    def look(self) -> None:
        """Let it come closer to its end."""
        self.seen += 1
        if self.status == RUNNING and self.looks is not None and self.seen > self.looks:
            self.status = self.ends


@dataclass
class Script:
    """How this dbt Cloud behaves."""

    token: str
    struck: tuple[Struck, ...] = ()
    behind: float = 0.0
    """Seconds by which its clock is behind, in ``created_at``."""
    date: str = "own"
    """What its Date header says: ``own`` clock, the ``true`` time, or ``none``."""
    late: float = 0.0
    """Seconds after which a run is listed."""
    ends: int = SUCCESS
    looks: int | None = 1
    humanized: str | None = None
    message: str | None = None
    schedule: bool = False
    earlier: int = 3
    """How many runs there were before, all alike."""


PLACES: tuple[tuple[str, str, str], ...] = (
    ("trigger", "POST", rf"/jobs/{JOB}/(re)?run/?$"),
    ("cancel", "POST", r"/runs/\d+/cancel/?$"),
    ("artifact", "GET", r"/runs/\d+/artifacts/.+$"),
    ("details", "GET", r"/runs/\d+/?\?.*include_related="),
    ("poll", "GET", r"/runs/\d+/?(\?|$)"),
    ("list", "GET", r"/runs/?(\?|$)"),
    ("update", "POST", rf"/jobs/{JOB}/?$"),
    ("job", "GET", rf"/jobs/{JOB}/?(\?|$)"),
)
"""What a request is for, by its method and path; the first that fits."""


@dataclass
class RawCloud:
    """The server. Use it as a context manager; ``url`` says where it is."""

    script: Script
    runs: list[Run] = field(default_factory=list)
    journal: list[str] = field(default_factory=list)
    url: str = ""
    job_schedule: bool = False

    def __enter__(self) -> RawCloud:
        self._lock = threading.Lock()
        self._counts: dict[int, int] = {}
        self._open: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.job_schedule = self.script.schedule
        for _ in range(self.script.earlier):
            self._start({"cause": "Triggered via Dagster"}).status = SUCCESS
        self._closed = False
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closed = True
        self._listener.close()
        with self._lock:
            for connection in self._open:
                _quietly(lambda connection=connection: connection.shutdown(socket.SHUT_RDWR))

    @property
    def started(self) -> list[Run]:
        """The runs that were started by requests."""
        return self.runs[self.script.earlier :]

    def _accept(self) -> None:
        while not self._closed:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self._open.add(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            reader = connection.makefile("rb")
            while not self._closed and self._serve_one(connection, reader):
                pass
        except (OSError, ValueError):
            pass
        finally:
            with self._lock:
                self._open.discard(connection)
            _quietly(connection.close)

    def _serve_one(self, connection: socket.socket, reader: Any) -> bool:
        """Answer one request; False where the connection is over."""
        first = reader.readline().decode("latin-1").split(" ")
        if len(first) < 3:
            return False
        headers = {}
        while (line := reader.readline().strip()) and b":" in line:
            name, _, value = line.partition(b":")
            headers[name.strip().lower()] = value.strip()
        body = reader.read(int(headers.get(b"content-length", 0)))
        method, path = first[0], first[1]
        fitting = (name for name, of, pattern in PLACES if of == method and re.search(pattern, path))
        place = next(fitting, "nowhere")
        with self._lock:
            self.journal.append(place)
            struck = self._struck(place)
            acts = struck is None or struck.acts
            content = self._act(place, path, json.loads(body) if body else None) if acts else b"{}"
        if struck is None:
            connection.sendall(http(200 if content else 404, content, self._date()))
            return True
        for step in struck.answer(Right(content, self._date(), self.script.token)):
            if isinstance(step, bytes):
                connection.sendall(step)
            elif isinstance(step, float):
                time.sleep(step)
            elif step is RESET:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return False

    def _struck(self, place: str) -> Struck | None:
        for index, struck in enumerate(self.script.struck):
            if struck.place != place:
                continue
            count = self._counts[index] = self._counts.get(index, 0) + 1
            if count > struck.skip and (struck.times is None or count <= struck.skip + struck.times):
                return struck
        return None

    def _date(self) -> str:
        if self.script.date == "none":
            return ""
        behind = self.script.behind if self.script.date == "own" else 0.0
        return format_datetime(datetime.now(timezone.utc) - timedelta(seconds=behind), usegmt=True)

    def _start(self, body: Mapping[str, Any]) -> Run:
        script = self.script
        ago = 7200.0 if len(self.runs) < script.earlier else 0.0
        created = datetime.now(timezone.utc) - timedelta(seconds=script.behind + ago)
        run = Run(
            id=1000 + len(self.runs),
            body=body,
            visible_at=time.monotonic() + (script.late if len(self.runs) >= script.earlier else 0.0),
            created_at=created.isoformat(),
            ends=script.ends,
            looks=script.looks,
            humanized=script.humanized,
            message=script.message,
        )
        self.runs.append(run)
        return run

    def _act(self, place: str, path: str, body: Any) -> bytes:
        """Do what was asked for, and return the right answer; nothing where there is none."""
        if place == "artifact":
            return json.dumps({"metadata": {}, "results": []}).encode()
        if place == "trigger":
            return self._enveloped(self._start(body or {}))
        if place == "list":
            now = time.monotonic()
            runs = [run for run in self.runs if run.visible_at <= now]
            limit = int((re.search(r"limit=(\d+)", path) or ["", "100"])[1])
            return _envelope([self._show(run) for run in reversed(runs)][:limit])
        if place in ("job", "update"):
            if place == "update":
                self.job_schedule = bool(body["triggers"]["schedule"])
            return _envelope(self._job())
        if place == "nowhere":
            return b""
        run_id = int((re.search(r"/runs/(\d+)", path) or ["", "0"])[1])
        run = next((run for run in self.runs if run.id == run_id), None)
        if run is None:
            return b""
        if place == "cancel":
            run.status = CANCELLED if run.status == RUNNING else run.status
        if place == "poll":
            run.look()
        return self._enveloped(run)

    def _enveloped(self, run: Run) -> bytes:
        return _envelope(self._show(run))

    def _job(self) -> dict[str, Any]:
        return {
            "id": JOB,
            "project_id": PROJECT,
            "environment_id": 22,
            "name": "Nightly",
            "execute_steps": ["dbt build"],
            "generate_docs": False,
            "triggers": {"schedule": self.job_schedule},
        }

    def _show(self, run: Run) -> dict[str, Any]:
        over = run.status != RUNNING
        humanized = run.humanized if over and run.humanized else NAMES[run.status]
        return {
            "id": run.id,
            "account_id": ACCOUNT,
            "project_id": PROJECT,
            "job_id": JOB,
            "job_definition_id": JOB,
            "status": run.status,
            "status_humanized": humanized,
            "status_message": run.message,
            "href": f"{self.url}/deploy/{ACCOUNT}/projects/{PROJECT}/runs/{run.id}/",
            "created_at": run.created_at,
            "trigger": {"steps_override": None, **run.body},
            "job": self._job(),
            "run_steps": [],
        }


def http(status: int, body: bytes, date: str = "", **headers: str) -> bytes:
    """A whole answer."""
    lines = [f"HTTP/1.1 {status} Whatever", "Content-Type: application/json", f"Content-Length: {len(body)}"]
    lines += [f"Date: {date}"] if date else []
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def _envelope(data: Any) -> bytes:
    return json.dumps({"data": data, "status": {"code": 200, "is_success": True}}).encode()


def _quietly(act: Callable[[], object]) -> None:
    with suppress(OSError):
        act()
