"""One file's way into its place, and back. Shared by a run and by the one that completes it."""

from __future__ import annotations

import contextlib
import errno
import os
from enum import Enum
from pathlib import Path

from .journal import ABSENT, Entry, Journal, digest_at, sync_folder


class State(Enum):
    """What stands in the place of a file that a journal names."""

    OLD = "old"
    NEW = "new"
    EDITED = "edited"
    """Neither: somebody else has written, or removed, it before its turn came."""
    EDITED_SINCE = "edited since"
    """Neither, and it had its new content before."""


class EditedError(Exception):
    """Somebody wrote the file in the moment in which it was to be replaced. What they wrote stands there."""


def state_of(journal: Journal, entry: Entry) -> State:
    """What stands in the place of a file now."""
    found = digest_at(entry.target)
    if found is None and not os.path.lexists(entry.target):
        found = ABSENT
    if found == entry.new:
        return State.NEW
    if found == entry.old:
        return State.OLD
    return State.EDITED if os.path.lexists(journal.staged(entry)) else State.EDITED_SINCE


def place(journal: Journal, entry: Entry) -> None:
    """Put the new content into its place, in one step. Raises EditedError, OSError; then the file is as it was."""
    if entry.old == ABSENT:
        _place_new(journal, entry)
        return
    if digest_at(entry.target) != entry.old:
        raise EditedError
    kept = journal.kept(entry)
    is_same = _is_same_file(kept, entry.target)
    _move(journal, entry, journal.staged(entry))
    if is_same and digest_at(kept) != entry.old:
        # It was saved in place between the check and the step; what was saved is in the file that was set aside.
        kept.replace(entry.target)
        raise EditedError


def _place_new(journal: Journal, entry: Entry) -> None:
    """The same for a file that was not there, and for its folder. What has come there meanwhile is never replaced."""
    entry.target.parent.mkdir(exist_ok=True)
    try:
        os.link(journal.staged(entry), entry.target)
    except FileExistsError:
        raise EditedError from None
    except (OSError, NotImplementedError):  # Not on this file system, or on another device.
        if os.path.lexists(entry.target):
            raise EditedError from None
        _move(journal, entry, journal.staged(entry))
    with contextlib.suppress(OSError):
        journal.staged(entry).unlink()


def can_go_back(journal: Journal, entry: Entry) -> bool:
    """Whether the old content is at hand."""
    return entry.old == ABSENT or digest_at(journal.kept(entry)) is not None


def was_edited_meanwhile(journal: Journal, entry: Entry) -> bool:
    """Whether somebody's edit went into the old file in the moment in which a run that was killed replaced it."""
    found = digest_at(journal.kept(entry))
    return found is not None and found != entry.old


def take_back(journal: Journal, entry: Entry) -> None:
    """Put the old content back, where the new one stands. Raises EditedError, OSError."""
    if digest_at(entry.target) != entry.new:
        raise EditedError
    if not can_go_back(journal, entry):
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
    if entry.old == ABSENT:
        entry.target.unlink()
        with contextlib.suppress(OSError):  # where something else is in it
            entry.target.parent.rmdir()
        return
    _move(journal, entry, journal.kept(entry))


def _move(journal: Journal, entry: Entry, source: Path) -> None:
    try:
        source.replace(entry.target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        _move_to_other_device(journal, entry, source)


def _move_to_other_device(journal: Journal, entry: Entry, source: Path) -> None:
    """The folder of the journal is on another device: copy first, then the one step."""
    import shutil

    aside = journal.aside(entry)
    with contextlib.suppress(FileNotFoundError):
        aside.unlink()
    try:
        with source.open("rb") as file, aside.open("xb") as copy:
            shutil.copyfileobj(file, copy)
            copy.flush()
            os.fsync(copy.fileno())
        status = source.stat()
        if hasattr(os, "chown"):
            with contextlib.suppress(OSError):
                os.chown(aside, status.st_uid, status.st_gid)
        shutil.copystat(source, aside)
        aside.replace(entry.target)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    source.unlink(missing_ok=True)


def settle(journal: Journal) -> None:
    """Have what stands in the places on the disk itself, and nothing of ours beside it."""
    entries = [entry for group in journal.groups for entry in group]
    for entry in entries:
        with contextlib.suppress(OSError):
            journal.aside(entry).unlink()
    for folder in sorted({entry.target.parent for entry in entries}):
        sync_folder(folder)


def _is_same_file(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False
