"""Files that others may have put there, read and written so that none of them holds this program up.

Opening a pipe waits for its other end, a device such as ``/dev/zero`` has no end, and a file may be larger than memory.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Final

_READ: Final = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
"""A pipe is opened without waiting for a writer; regular files do not care."""
_OWN_STREAMS: Final = ("/dev/stdin", "/dev/stdout", "/dev/stderr", "/dev/fd/", "/proc/self/fd/")
"""What shells write for the streams that they opened themselves: ``<(command)`` is ``/dev/fd/63``."""
LARGEST: Final = 64 * 1024 * 1024
"""Bytes."""


class NotRegularError(OSError):
    """A file that is none, or that has no end in sight; ``strerror`` says which."""

    def __init__(self, reason: str, path: Path) -> None:
        super().__init__(None, reason, str(path))


def read_bytes(path: Path, *, largest: int = LARGEST) -> bytes:
    """The content of a regular file. Raises OSError, also for pipes and devices, and for more than ``largest`` bytes."""
    handle = os.open(path, _READ)
    try:
        return read_handle(handle, path, largest=largest)
    finally:
        os.close(handle)


def read_handle(handle: int, path: Path, *, largest: int) -> bytes:
    """The same of a file that is open."""
    status = os.fstat(handle)
    if not stat.S_ISREG(status.st_mode):
        raise NotRegularError("it is not a regular file", path)
    parts: list[bytes] = []
    size = 0
    asked = min(status.st_size, largest) + 512  # more than there is: one call that finds the end, mostly
    while part := os.read(handle, asked):
        size += len(part)
        if size > largest:
            raise NotRegularError(f"it is larger than {largest // 1024 // 1024} MB", path)
        parts.append(part)
        if size == status.st_size < asked:
            break
    return b"".join(parts)


def read_given(path: Path, *, largest: int = LARGEST) -> bytes:
    """The content of a file that the user named on the command line: also ``/dev/null``, and what a shell opened."""
    if str(path) == os.devnull:
        return b""
    if not is_own_stream(path):
        return read_bytes(path, largest=largest)
    with path.open("rb") as stream:
        content = stream.read(largest + 1)
    if len(content) > largest:
        raise NotRegularError(f"it is larger than {largest // 1024 // 1024} MB", path)
    return content


def require_writable(path: Path) -> None:
    """Raises OSError where writing to a file would wait or reach a device: but ``/dev/null`` and the shell's streams."""
    if str(path) == os.devnull or is_own_stream(path):
        return
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise NotRegularError("it is not a regular file", path)


def is_own_stream(path: Path) -> bool:
    """Whether a path, as it is written, is a stream of this process."""
    return str(path).startswith(_OWN_STREAMS)
