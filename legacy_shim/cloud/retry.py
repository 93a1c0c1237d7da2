"""When a request is sent again, and how long to wait before.

dbt Cloud allows 5,000 requests a minute and account, then answers 429 for five minutes. Those minutes are waited
out; other trouble is retried as often as the resource says (``request_max_retries``), with growing pauses.
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

_SECONDS = re.compile(r"[0-9]{1,15}(?:\.[0-9]*)?")  # a fraction is not legal, but its meaning is plain
_deadline: ContextVar[float | None] = ContextVar("legacy_shim_deadline", default=None)


@dataclass(frozen=True)
class Trouble:
    """Why a request has no usable answer."""

    text: str
    """For people; without secrets."""
    passing: bool
    """Whether it may pass by itself."""
    reached: bool
    """Whether dbt Cloud may have acted on the request."""
    status_code: int | None = None
    retry_after: float | None = None
    """Seconds to wait, where dbt Cloud said so."""
    timed_out: bool = False
    """Whether dbt Cloud got it and may still be at it."""
    accepted: bool = False
    """Whether dbt Cloud reported success, and only the content of its answer is not usable."""

    @property
    def limited(self) -> bool:
        """Whether the account has used up its requests."""
        return self.status_code == 429


@dataclass(frozen=True)
class RetryPolicy:
    """How often and how long. All times in seconds."""

    max_retries: int = 3
    delay: float = 0.25
    """The pause before the first retry; each further one doubles it."""
    longest_delay: float = 30.0
    limit_delay: float = 15.0
    """The pause after a 429 that does not say how long to wait; it doubles too."""
    limit_longest_delay: float = 60.0
    patience: float = 360.0
    """How long a 429 is waited out in all, and the longest Retry-After that is obeyed."""


class Pauses:
    """The pauses of one request: asked after each trouble, it says how long to wait, or that it is over."""

    def __init__(self, policy: RetryPolicy):
        self._policy = policy
        self._retries = 0
        self._limits = 0
        self._limit_wait = 0.0

    def next(self, trouble: Trouble) -> float | None:
        """Return the seconds to wait before the request is sent again; None if it is not to be."""
        if not trouble.passing or self._policy.max_retries <= 0:
            return None
        pause = self._after_limit(trouble) if trouble.limited else self._after_failure(trouble)
        if pause is None or pause > seconds_left():
            return None
        return pause

    def _after_limit(self, trouble: Trouble) -> float | None:
        policy = self._policy
        asked = trouble.retry_after
        pause = (
            min(policy.limit_delay * 2**self._limits, policy.limit_longest_delay) if asked is None else asked
        )
        self._limits += 1
        self._limit_wait += max(pause, 1.0)  # a Retry-After of 0 must not be obeyed without end
        return None if self._limit_wait > policy.patience else pause

    def _after_failure(self, trouble: Trouble) -> float | None:
        policy = self._policy
        if self._retries >= policy.max_retries:
            return None
        pause = min(policy.delay * 2**self._retries, policy.longest_delay)
        self._retries += 1
        pause *= random.uniform(0.75, 1.0)  # runs that failed together shall not come back together
        pause = max(pause, trouble.retry_after or 0.0)
        return None if pause > policy.patience else pause


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Bound all waiting in this block, request time-outs included, to `seconds` from now."""
    own = time.monotonic() + seconds
    outer = _deadline.get()
    reset = _deadline.set(own if outer is None else min(own, outer))
    try:
        yield
    finally:
        _deadline.reset(reset)


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Give this block `seconds` from now, whatever an outer block has left: for what must still be done at its end."""
    reset = _deadline.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _deadline.reset(reset)


def seconds_left() -> float:
    """Return how long the current block may still wait; infinity where nothing bounds it."""
    deadline = _deadline.get()
    return float("inf") if deadline is None else deadline - time.monotonic()


def retry_after_seconds(header: str | None, date: str | None = None) -> float | None:
    """Read a ``Retry-After`` header, which has seconds or a date. None where it has neither.

    `date` is the ``Date`` header of the same answer: a moment by dbt Cloud's clock means as much time as lies between
    the two, whatever the clock here says.
    """
    text = (header or "").strip()
    if _SECONDS.fullmatch(text):
        return float(text)
    until = http_date(text)
    if until is None:
        return None
    return max((until - (http_date(date) or datetime.now(timezone.utc))).total_seconds(), 0.0)


def http_date(header: str | None) -> datetime | None:
    """Read the date of an HTTP header, in any of the three forms of RFC 9110; None where there is none."""
    try:
        date = parsedate_to_datetime(header or "")
        return date if date.tzinfo else date.replace(tzinfo=timezone.utc)
    except (TypeError, ValueError, OverflowError, IndexError):
        return None
