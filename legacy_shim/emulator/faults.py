"""Failures on demand: of a call, and of a run."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass

from .status import RunStatus


@dataclass(frozen=True)
class Fault:
    """What goes wrong with the next calls that match.

    With ``status`` the call is not carried out, and answered with that status. Without, it is carried out, and only
    its answer suffers: it comes after ``delay``, with ``body`` in place of the right one, ``cut`` in the middle, or
    ``lost`` altogether. Faults are used in the order in which they were given.
    """

    method: str = "*"
    """``GET``, ``POST``, ``DELETE``, or ``*`` for each."""
    path: str = ""
    """A regular expression that is searched for in the path, without the query."""
    status: int | None = None
    times: int | None = 1
    """How many calls it strikes; None for all."""
    skip: int = 0
    """How many matching calls pass before."""
    retry_after: int | str | None = None
    """The header Retry-After: seconds, or a date."""
    delay: float = 0.0
    """Seconds."""
    body: str | bytes | None = None
    """Sent instead of JSON: half a document, a page of HTML, nothing."""
    content_type: str = "application/json"
    cut: bool = False
    """The connection breaks when half the answer is sent."""
    lost: bool = False
    """The connection breaks before the answer; what was asked for is done nevertheless."""


@dataclass(frozen=True)
class Outcome:
    """How the next runs end, whatever their commands do.

    ``status`` Queued, Starting or Running means that the run stays so until it is cancelled; a number that dbt Cloud
    does not have works too, with its text in ``humanized``.
    """

    status: int = RunStatus.ERROR
    humanized: str | None = None
    message: str | None = None
    job_id: int | None = None
    """Only runs of this job; None for any."""
    times: int | None = 1
    """How many runs; None for all."""
    commands: int = 0
    """How many of the run's commands are run before."""


class Faults:
    """The faults that wait for their call. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[tuple[Fault, list[int]]] = []

    def add(self, fault: Fault) -> None:
        """Let it wait for its call. Raises re.error where its path is no regular expression."""
        re.compile(fault.path)
        with self._lock:
            self._waiting.append((fault, [0]))

    def clear(self) -> None:
        """Forget all that wait."""
        with self._lock:
            self._waiting.clear()

    def take(self, method: str, path: str) -> Fault | None:
        """The fault that strikes this call, if any. Counts the call."""
        with self._lock:
            for fault, seen in self._waiting:
                if fault.method not in ("*", method) or not re.search(fault.path, path):
                    continue
                last = None if fault.times is None else fault.skip + fault.times
                if last is not None and seen[0] >= last:
                    continue
                seen[0] += 1
                if seen[0] > fault.skip:
                    return fault
        return None


class Outcomes:
    """The outcomes that wait for their run. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[tuple[Outcome, list[int]]] = []

    def add(self, outcome: Outcome) -> None:
        """Let it wait for its run."""
        with self._lock:
            self._waiting.append((outcome, [0]))

    def clear(self) -> None:
        """Forget all that wait."""
        with self._lock:
            self._waiting.clear()

    def take(self, job_id: int) -> Outcome | None:
        """The outcome of the run that is triggered now, if one waits for it."""
        with self._lock:
            for outcome, used in self._waiting:
                fits = outcome.job_id in (None, job_id)
                if fits and (outcome.times is None or used[0] < outcome.times):
                    used[0] += 1
                    return outcome
        return None
