"""Reading files without loss. Which files there are: `walk`; how those that change are written: `transaction`."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from legacy_shim.regular_file import read_handle

from ..errors import SourceError
from ..findings import Finding, Place
from . import encoding
from .journal import ABSENT, digest

_READ = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
"""A pipe is opened without waiting for a writer; regular files do not care."""

_LARGEST = 16 * 1024 * 1024
"""Bytes of a Python file. Python needs a hundred times as much memory to parse one."""


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
    digest: str = field(repr=False)
    """Of the bytes that were read; says whether the file changed since."""

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

    @property
    def is_new(self) -> bool:
        """Whether it writes a file that is not there yet."""
        return self.source.digest == ABSENT


def new_file(path: Path, text: str) -> Change:
    """A file that is written where none is, in a folder that may have to be made."""
    return Change(Source(path, "", "utf-8", False, 0o666, ABSENT), text)


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
    return Source(raw.path, text, name, bom, raw.mode, digest(raw.data))


def read_source(path: Path) -> Source:
    """A Python file as text. Raises SourceError (LDC501, LDC503)."""
    return decode(read_raw(path))


def encode(source: Source, new_text: str) -> bytes:
    """The bytes of a new text for a file, in the file's own encoding. Raises SourceError (LDC504)."""
    try:
        return encoding.encode(new_text, source.encoding, bom=source.bom)
    except encoding.EncodingError as error:
        raise SourceError(_unwritable(source.path, str(error))) from None


def _unwritable(path: Path, reason: str) -> Finding:
    return Finding(Place(path), "LDC504", reason)


def _os_reason(error: OSError) -> str:
    return error.strerror or type(error).__name__
