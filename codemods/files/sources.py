"""Reading files without loss, and writing them whole or not at all. Which files there are: `walk`."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import stat
import time
from dataclasses import dataclass, field
from pathlib import Path

from legacy_shim.regular_file import read_handle

from ..errors import SourceError
from ..findings import Finding, Place
from . import encoding

_READ = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
"""A pipe is opened without waiting for a writer; regular files do not care."""

_LARGEST = 16 * 1024 * 1024
"""Bytes of a Python file. Python needs a hundred times as much memory to parse one."""

_LEFTOVER_AGE = 60.0
"""Seconds after which a temporary file must be from a run that was killed: writing one takes milliseconds."""


@dataclass(frozen=True)
class Source:
    """A Python file as it was read."""

    path: Path
    text: str = field(repr=False)
    """Decoded, without the byte order mark, line ends untouched."""
    encoding: str
    bom: bool
    mode: int
    """Permission bits."""
    digest: bytes = field(repr=False)
    """Of the bytes that were read; tells whether the file changed since."""

    @property
    def newline(self) -> str:
        """The line end that most lines have: what added lines should have."""
        crlf = self.text.count("\r\n")
        lf = self.text.count("\n") - crlf
        cr = self.text.count("\r") - crlf
        return max((lf, 2, "\n"), (crlf, 1, "\r\n"), (cr, 0, "\r"))[2]


@dataclass(frozen=True)
class Change:
    """A file that a migration changes."""

    source: Source
    new_text: str

    @property
    def path(self) -> Path:
        return self.source.path


@dataclass(frozen=True)
class RawFile:
    """The bytes of a file, before anything is known of them."""

    path: Path
    data: bytes = field(repr=False)
    mode: int


def read_raw(path: Path) -> RawFile:
    """The bytes of a regular file. Raises SourceError (LDC501)."""
    try:
        handle = os.open(path, _READ)
        try:
            status = os.fstat(handle)
            data = read_handle(handle, path, largest=_LARGEST)
        finally:
            os.close(handle)
        return RawFile(path, data, stat.S_IMODE(status.st_mode))
    except OSError as error:
        raise SourceError(Finding(Place(path), "LDC501", _os_reason(error))) from None


def decode(raw: RawFile) -> Source:
    """The text of a file. Raises SourceError (LDC503)."""
    try:
        text, name, bom = encoding.decode(raw.data)
    except encoding.EncodingError as error:
        raise SourceError(Finding(Place(raw.path), "LDC503", str(error))) from None
    return Source(raw.path, text, name, bom, raw.mode, _digest(raw.data))


def read_source(path: Path) -> Source:
    """A Python file as text. Raises SourceError (LDC501, LDC503)."""
    return decode(read_raw(path))


def encode(source: Source, new_text: str) -> bytes:
    """The bytes of a new text for a file, in the file's own encoding. Raises SourceError (LDC504)."""
    try:
        return encoding.encode(new_text, source.encoding, bom=source.bom)
    except encoding.EncodingError as error:
        raise SourceError(_unwritable(source.path, str(error))) from None


def write_atomically(source: Source, new_text: str) -> None:
    """Replace the content of a file in one step: it has the old content or the new, never a part.

    The file keeps its mode and, where the system allows it, its owner; a symbolic link stays a link and
    its target is written. Raises SourceError (LDC504), with the file as it was, when the file changed
    since it was read, is write-protected, or cannot be written.
    """
    data = encode(source, new_text)
    target = Path(os.path.realpath(source.path))
    try:
        status = target.stat()
        if not status.st_mode & 0o222 or not os.access(target, os.W_OK):
            raise SourceError(_unwritable(source.path, "it is write-protected"))
        if _digest(target.read_bytes()) != source.digest:
            raise SourceError(
                _unwritable(source.path, "it was changed by someone else while it was being migrated")
            )
        replace_file(target, data, status)
    except OSError as error:
        raise SourceError(_unwritable(source.path, _os_reason(error))) from None


def replace_file(target: Path, data: bytes, status: os.stat_result | None = None) -> None:
    """Write a file through a temporary one beside it, with the mode and owner of ``status``, where it is given.

    Raises OSError, with nothing left behind.
    """
    _remove_leftovers(target)
    temporary = target.with_name(f"{_temporary_prefix(target)}{secrets.token_hex(4)}.tmp")
    mode = 0o666 if status is None else 0o600
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if status is not None:
            _take_over_owner_and_mode(temporary, status)
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _take_over_owner_and_mode(temporary: Path, status: os.stat_result) -> None:
    own = temporary.stat()
    if (own.st_uid, own.st_gid) != (status.st_uid, status.st_gid) and hasattr(os, "chown"):
        # Only root may give files away; anyone else owns what they write, as with any editor.
        with contextlib.suppress(OSError):
            os.chown(temporary, status.st_uid, status.st_gid)
    temporary.chmod(stat.S_IMODE(status.st_mode))


def _temporary_prefix(target: Path) -> str:
    return f".{target.name}.legacy-shim-"


def _remove_leftovers(target: Path) -> None:
    """Remove what a killed run left beside the file."""
    oldest = time.time() - _LEFTOVER_AGE
    prefix = _temporary_prefix(target)
    with os.scandir(target.parent) as entries:
        leftovers = [
            entry for entry in entries if entry.name.startswith(prefix) and entry.name.endswith(".tmp")
        ]
    for entry in leftovers:
        with contextlib.suppress(OSError):
            if entry.stat(follow_symlinks=False).st_mtime < oldest:
                Path(entry.path).unlink()


def _unwritable(path: Path, reason: str) -> Finding:
    return Finding(Place(path), "LDC504", reason)


def _os_reason(error: OSError) -> str:
    return error.strerror or type(error).__name__


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=16).digest()
