"""The journal of a migration: what it is about to write, on disk before the first file changes.

It is a folder beside or above the files, there only while they are written (git ignores it)::

    .legacy-shim-journal/
        .gitignore      "*"
        lock            held while the run that made the folder is alive
        journal         a line with the digest of what follows, then JSON; renamed into place once all else is there
        0.new, 0.old    a file's new content, which is renamed into its place, and its old content
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from legacy_shim.json_text import parse_json

NAME = ".legacy-shim-journal"
ABSENT = ""
"""In place of the digest of a file that is not there."""
_JOURNAL = "journal"
_LOCK = "lock"
_IGNORE = ".gitignore"
_OURS = re.compile(rf"{_JOURNAL}|{_JOURNAL}\.tmp|{_LOCK}|{re.escape(_IGNORE)}|\d+\.(?:new|old)")
_VERSION = 1
_MOST = 1 << 28
"""Bytes. A journal of names and digests is never that long."""
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)


class JournalError(Exception):
    """A journal cannot be used. The message says why."""


@dataclass(frozen=True)
class Entry:
    """A file that is written, and the digests of its content before and after."""

    number: int
    target: Path
    """Its real path, absolute."""
    shown: str
    """The path by which the user knows it."""
    old: str
    new: str


@dataclass(frozen=True)
class Journal:
    """The folder of a journal, with what is written together."""

    folder: Path
    groups: tuple[tuple[Entry, ...], ...] = ()
    """Files of which either all or none are written."""

    @property
    def is_committed(self) -> bool:
        """Whether it may have begun to write: before, nothing but the folder itself is there."""
        return bool(self.groups)

    def staged(self, entry: Entry) -> Path:
        """Where the new content of a file waits."""
        return self.folder / f"{entry.number}.new"

    def kept(self, entry: Entry) -> Path:
        """Where the old content of a file is."""
        return self.folder / f"{entry.number}.old"

    def aside(self, entry: Entry) -> Path:
        """A name beside the file, short whatever the file is called, for where the folder is on another device."""
        return entry.target.with_name(f"{NAME}-{entry.number}.tmp")


@dataclass
class Lock:
    """Held by the run that works with a journal; the system takes it away from a process that dies."""

    descriptor: int | None = field(default=None)

    def release(self) -> None:
        if self.descriptor is not None:
            os.close(self.descriptor)
            self.descriptor = None


def make_folder(anchor: Path) -> tuple[Path, Lock]:
    """The folder of a new journal. Raises OSError, and FileExistsError where there is one."""
    folder = anchor / NAME
    folder.mkdir(0o700)
    try:
        write_new(folder / _IGNORE, b"*\n")
        write_new(folder / _LOCK, b"")
        return folder, lock(folder)
    except BaseException:
        with contextlib.suppress(OSError):
            remove(folder)
        raise


def lock(folder: Path) -> Lock:
    """Take the lock of a journal. Raises JournalError where a run that is alive has it."""
    try:
        import fcntl
    except ImportError:  # Windows
        return Lock()
    try:
        descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return Lock()
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise JournalError("another migration is writing at this moment: wait until it has ended") from None
    except OSError:  # A file system without locks.
        os.close(descriptor)
        return Lock()
    return Lock(descriptor)


def commit(journal: Journal) -> None:
    """Write down what will be written: from here on a later run can complete it. Raises OSError."""
    document = {
        "version": _VERSION,
        "groups": [[_record(journal, entry) for entry in group] for group in journal.groups],
    }
    body = json.dumps(document).encode()
    data = f"legacy-shim journal {digest(body)}\n".encode() + body
    write_new(journal.folder / f"{_JOURNAL}.tmp", data)
    sync_folder(journal.folder)
    (journal.folder / f"{_JOURNAL}.tmp").replace(journal.folder / _JOURNAL)
    sync_folder(journal.folder)
    sync_folder(journal.folder.parent)


def read(folder: Path) -> Journal:
    """The journal in a folder; one without groups where nothing was committed. Raises JournalError."""
    if folder.is_symlink() or not folder.is_dir():
        raise JournalError("it is not a folder that a migration made")
    if hasattr(os, "geteuid") and folder.lstat().st_uid != os.geteuid():
        raise JournalError("it belongs to another user")
    data = _content(folder)
    if data is None:
        return Journal(folder)
    head, _, body = data.partition(b"\n")
    if head != f"legacy-shim journal {digest(body)}".encode():
        raise JournalError("it is damaged")
    try:
        document = parse_json(body)
        if document["version"] != _VERSION:
            raise JournalError("another version of legacy-shim made it")
        groups = tuple(tuple(_entry(folder, row) for row in group) for group in document["groups"])
    except (ValueError, TypeError, KeyError, AttributeError):
        raise JournalError("it is damaged") from None
    if len({entry.number for group in groups for entry in group}) != sum(map(len, groups)):
        raise JournalError("it is damaged")
    return Journal(folder, groups)


def _content(folder: Path) -> bytes | None:
    try:
        descriptor = os.open(folder / _JOURNAL, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | _NONBLOCK)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise JournalError(f"it cannot be read: {error.strerror}") from None
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_size > _MOST:
            raise JournalError("it is damaged")
        return file.read()


_NONBLOCK = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def _record(journal: Journal, entry: Entry) -> dict[str, Any]:
    return {
        "number": entry.number,
        "target": os.path.relpath(entry.target, journal.folder.parent),
        "shown": entry.shown,
        "old": entry.old,
        "new": entry.new,
    }


def _entry(folder: Path, row: dict[str, Any]) -> Entry:
    number, target, shown = row["number"], row["target"], row["shown"]
    if not (isinstance(number, int) and isinstance(target, str) and isinstance(shown, str)):
        raise TypeError
    if "\0" in target or os.path.isabs(target):  # noqa: PTH117
        raise ValueError
    path = Path(os.path.normpath(Path(os.path.realpath(folder.parent), target)))
    return Entry(number, path, shown, str(row["old"]), str(row["new"]))


def remove(folder: Path) -> None:
    """Take a journal away, itself first: what it said is done. Raises OSError; leaves what is not of its making."""
    (folder / _JOURNAL).unlink(missing_ok=True)
    for path in sorted(folder.iterdir()):
        if _OURS.fullmatch(path.name):
            path.unlink(missing_ok=True)
    folder.rmdir()
    sync_folder(folder.parent)


def journals_above(paths: Sequence[Path]) -> Iterator[Path]:
    """The folders of journals in the folders above ``paths``."""
    seen: set[Path] = set()
    for path in paths:
        for folder in Path(os.path.realpath(path)).parents:
            if folder in seen:
                break
            seen.add(folder)
            if os.path.lexists(folder / NAME):
                yield folder / NAME


def write_new(path: Path, data: bytes) -> None:
    """Write a file that is not there yet, to the disk itself. Raises OSError."""
    descriptor = os.open(path, _CREATE, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on the disk itself, where the system can do that."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def digest(data: bytes) -> str:
    """What a file's content is compared by."""
    import hashlib  # it takes as long as all else that finding the files imports

    return hashlib.blake2b(data, digest_size=16).hexdigest()


def digest_at(path: Path) -> str | None:
    """The digest of what a regular file holds now; None where there is none to read."""
    try:
        descriptor = os.open(path, os.O_RDONLY | _NONBLOCK | getattr(os, "O_NOFOLLOW", 0))
    except OSError:
        return None
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return None
        try:
            return digest(file.read())
        except OSError:
            return None
