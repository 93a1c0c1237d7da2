"""Bounds a whole request, where ``requests`` bounds only the wait for the next bytes.

A server that sends a byte a second keeps such a wait alive without end. So each read from a connection gets what is left of
the time of its request, and no more.
"""

from __future__ import annotations

import io
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from http.client import HTTPResponse
from typing import Any, cast

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

_SLOWEST = 10_000  # bytes a second on average; an artifact that comes slower is given up
_LONGEST_DOWNLOAD = 10  # times the limit of other requests
_LARGEST_ANSWER = (
    64 * 1024 * 1024
)  # bytes of an answer that is no artifact: a page of runs has about a megabyte


@dataclass
class Budget:
    """What one request may take; counts what it has got."""

    seconds: float
    download: bool
    """Whether the answer may be large, and so take longer than `seconds` while it comes fast enough."""
    began: float
    received: int = 0

    def seconds_left(self) -> float:
        """Return how long the next read may take."""
        allowed = self.seconds
        if self.download:
            allowed = min(max(allowed, self.received / _SLOWEST), self.seconds * _LONGEST_DOWNLOAD)
        return min(self.began + allowed - time.monotonic(), self.seconds)

    def count(self, received: int) -> None:
        """Note that so many bytes came. Raises OSError where it cannot be an answer of dbt Cloud."""
        self.received += received
        if self.received > _LARGEST_ANSWER and not self.download:
            raise OSError(f"the answer has more than {_LARGEST_ANSWER} bytes")


_budget: ContextVar[Budget | None] = ContextVar("legacy_shim_budget", default=None)


@contextmanager
def whole_request(seconds: float, *, download: bool) -> Iterator[None]:
    """Let the request in this block take `seconds` in all; a large `download` ten times that, if it comes fast."""
    reset = _budget.set(Budget(seconds, download, time.monotonic()))
    try:
        yield
    finally:
        _budget.reset(reset)


class _BoundedReader(io.RawIOBase):
    """The bytes of a connection, within the budget of a request."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket, budget: Budget):
        super().__init__()
        self._raw, self._sock, self._budget = raw, sock, budget

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._budget.seconds_left()
        if left <= 0:
            raise TimeoutError("the whole answer took too long")
        self._sock.settimeout(left)
        received = self._raw.readinto(buffer)
        self._budget.count(received or 0)
        return received

    def close(self) -> None:
        if not self.closed:
            self._raw.close()  # which lets go of the connection
        super().close()


class _BoundedResponse(HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any):
        super().__init__(sock, *args, **kwargs)
        budget = _budget.get()
        if budget is not None:
            raw = cast(io.RawIOBase, cast(io.BufferedReader, self.fp).detach())  # type: ignore[redundant-cast]
            self.fp = io.BufferedReader(_BoundedReader(raw, sock, budget))


class _Connection(HTTPConnection):
    response_class = _BoundedResponse


class _SecureConnection(HTTPSConnection):
    response_class = _BoundedResponse


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class DeadlineAdapter(HTTPAdapter):
    """Carries the requests of a session, each within its :func:`whole_request`."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make the pool of connections."""
        super().init_poolmanager(*args, **kwargs)
        _bound(self.poolmanager)

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        """Return the pool of connections to a proxy."""
        manager = super().proxy_manager_for(*args, **kwargs)
        _bound(manager)
        return manager


def _bound(manager: Any) -> None:
    manager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}
