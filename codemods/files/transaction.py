"""Write files of which some belong together: all of these, or none.

Everything that can fail is done first, in the folder of a journal: new contents, old contents, what goes where. Then
the journal is committed, and what is left is one rename for each file. A run that is killed in between leaves the
journal, and the next one completes it (`recovery`).
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from types import FrameType

from ..errors import SourceError
from ..findings import Finding, Place
from . import journal as journals
from .journal import Entry, Journal, JournalError, digest, write_new
from .metadata import hard_links, take_over
from .placing import EditedError, State, place, settle, state_of, take_back
from .replacing import umask
from .sources import Change, encode

_EDITED = "it was changed by someone else while it was being migrated"
_HALF = "it has its new content, and could not be given its old one again"


@dataclass(frozen=True)
class Written:
    """What came of writing."""

    problems: tuple[Finding, ...] = ()
    unwritten: frozenset[Path] = frozenset()
    """The files, as they were given, that have their old content, or somebody else's."""
    notes: tuple[str, ...] = ()
    """What a file could not keep: an owner, a hard link."""


@dataclass(frozen=True)
class _Ready:
    """A file that nothing speaks against writing, so far."""

    change: Change
    target: Path
    data: bytes = field(repr=False)
    status: os.stat_result | None = field(repr=False)
    """None for a file that is not there yet."""


@dataclass
class _Outcome:
    problems: list[Finding] = field(default_factory=list)
    unwritten: set[Path] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)
    is_unsettled: bool = False
    """Whether a file is left that only a later run, or a person, can bring in order."""

    def refuse(self, paths: Sequence[Path], blamed: Path, reason: str) -> None:
        """Files that belong together are not written, because one of them cannot be."""
        others = [path for path in paths if path != blamed]
        also = (
            f"; not written either, as they belong together: {', '.join(map(str, others))}" if others else ""
        )
        related = tuple(Place(path) for path in others)
        self.problems.append(Finding(Place(blamed), "LDC504", f"{reason}{also}", related=related))
        self.unwritten |= set(paths)


def write_groups(groups: Sequence[Sequence[Change]]) -> Written:
    """Write each group whole, or not at all. A finding (LDC504) names the file that kept a group from it.

    Modes stay, owners and extended attributes where the system allows it; a symbolic link stays one, and its target is
    written. A file that changed since it was read is never written.
    """
    outcome = _Outcome()
    ready = [each for each in (_ready(group, outcome) for group in groups if group) if each]
    if ready:
        _write(ready, outcome)
    return Written(tuple(outcome.problems), frozenset(outcome.unwritten), tuple(outcome.notes))


def _ready(group: Sequence[Change], outcome: _Outcome) -> list[_Ready] | None:
    """The files of a group with their new bytes; None where one of them speaks against it."""
    found: list[_Ready] = []
    for change in group:
        try:
            found.append(_checked(change))
        except SourceError as error:
            outcome.refuse([each.path for each in group], change.path, error.finding.message)
            return None
        except OSError as error:
            outcome.refuse([each.path for each in group], change.path, _reason(error))
            return None
    return found


def _checked(change: Change) -> _Ready:
    data = encode(change.source, change.new_text)
    target = Path(os.path.realpath(change.path))
    if change.is_new:
        return _checked_new(change, target, data)
    status = target.stat()
    if not status.st_mode & 0o222 or not os.access(target, os.W_OK):
        raise SourceError(Finding(Place(change.path), "LDC504", "it is write-protected"))
    if not target.parent.stat().st_mode & 0o222 or not os.access(target.parent, os.W_OK | os.X_OK):
        raise SourceError(Finding(Place(change.path), "LDC504", "its folder is write-protected"))
    if journals.digest_at(target) != change.source.digest:
        raise SourceError(Finding(Place(change.path), "LDC504", _EDITED))
    return _Ready(change, target, data, status)


def _checked_new(change: Change, target: Path, data: bytes) -> _Ready:
    """The same for a file that is not there yet; at most its own folder is not, either."""
    folder = target.parent if target.parent.exists() else target.parent.parent
    if os.path.lexists(target):
        raise SourceError(Finding(Place(change.path), "LDC504", "a file of this name is there already"))
    if not folder.stat().st_mode & 0o222 or not os.access(folder, os.W_OK | os.X_OK):
        raise SourceError(Finding(Place(change.path), "LDC504", "its folder is write-protected"))
    return _Ready(change, target, data, None)


def _write(groups: Sequence[list[_Ready]], outcome: _Outcome) -> None:
    try:
        folder, lock = _folder_for([each.target for group in groups for each in group])
    except (OSError, JournalError) as error:
        reason = f"what is written cannot be prepared beside it: {_reason(error)}"
        for group in groups:
            outcome.refuse(_paths(group), group[0].change.path, reason)
        return
    try:
        journal, staged = _stage(folder, groups, outcome)
        if staged:
            with _uninterrupted():
                _commit(journal, staged, outcome)
    finally:
        lock.release()
        if not outcome.is_unsettled:
            with contextlib.suppress(OSError):
                journals.remove(folder)


def _folder_for(targets: Sequence[Path]) -> tuple[Path, journals.Lock]:
    """A folder for the journal above all files, where a run over any of them finds it; else beside the first."""
    above = Path(os.path.commonpath([target.parent for target in targets if target.parent.exists()]))
    try:
        return journals.make_folder(above)
    except FileExistsError:
        raise JournalError(f"{above / journals.NAME} is there already") from None
    except OSError:
        first = next(target.parent for target in targets if target.parent.exists())
        if above == first:
            raise
        return journals.make_folder(first)


def _stage(
    folder: Path, groups: Sequence[list[_Ready]], outcome: _Outcome
) -> tuple[Journal, list[list[_Ready]]]:
    """Put new and old contents into the folder; groups for which that fails are left out."""
    numbers = count()
    entries: list[tuple[Entry, ...]] = []
    staged: list[list[_Ready]] = []
    for group in groups:
        made: list[Entry] = []
        for each in group:
            entry = Entry(
                next(numbers),
                each.target,
                str(each.change.path),
                each.change.source.digest,
                digest(each.data),
            )
            try:
                _stage_one(Journal(folder), entry, each, outcome)
            except OSError as error:
                outcome.refuse(_paths(group), each.change.path, _reason(error))
                _forget(Journal(folder), [*made, entry])
                break
            made.append(entry)
        else:
            entries.append(tuple(made))
            staged.append(group)
    journal = Journal(folder, tuple(entries))
    try:
        if staged:
            journals.commit(journal)
    except OSError as error:
        for group in staged:
            outcome.refuse(_paths(group), group[0].change.path, _reason(error))
        return Journal(folder), []
    return journal, staged


def _stage_one(journal: Journal, entry: Entry, each: _Ready, outcome: _Outcome) -> None:
    new, kept = journal.staged(entry), journal.kept(entry)
    write_new(new, each.data)
    if each.status is None:
        new.chmod(each.change.source.mode & ~umask())
        return
    lost = [f"{what} cannot be kept" for what in take_over(new, each.target, each.status)]
    if hard_links(each.status):
        lost.append("its other hard links keep the old content")
    try:
        os.link(each.target, kept)
    except (OSError, NotImplementedError):  # Not on this file system, or on another device.
        write_new(kept, each.target.read_bytes())
        [*take_over(kept, each.target, each.status)]
    outcome.notes += [f"{each.change.path}: {what}" for what in lost]


def _forget(journal: Journal, entries: Sequence[Entry]) -> None:
    """Free what a group that is left out takes: the disk may be full."""
    for entry in entries:
        for path in (journal.staged(entry), journal.kept(entry)):
            with contextlib.suppress(OSError):
                path.unlink()


def _commit(journal: Journal, groups: Sequence[list[_Ready]], outcome: _Outcome) -> None:
    done: list[Entry] = []
    try:
        for entries, group in zip(journal.groups, groups, strict=True):
            before = len(done)
            for entry, each in zip(entries, group, strict=True):
                try:
                    place(journal, entry)
                except (EditedError, OSError) as error:
                    reason = _EDITED if isinstance(error, EditedError) else _reason(error)
                    outcome.refuse(_paths(group), each.change.path, reason)
                    _undo(journal, done[before:], outcome)
                    del done[before:]
                    break
                done.append(entry)
    except BaseException:
        # Nothing is known of what stopped it: as if it had never begun, so that the next run does the same again.
        everything = [entry for group in journal.groups for entry in group]
        _undo(journal, [entry for entry in everything if state_of(journal, entry) is State.NEW], outcome)
        raise
    finally:
        settle(journal)


def _undo(journal: Journal, done: Sequence[Entry], outcome: _Outcome) -> None:
    for entry in reversed(done):
        try:
            take_back(journal, entry)
        except (EditedError, OSError) as error:
            outcome.is_unsettled = outcome.is_unsettled or isinstance(error, OSError)
            outcome.problems.append(Finding(Place(Path(entry.shown)), "LDC508", _HALF))


@contextlib.contextmanager
def _uninterrupted() -> Iterator[None]:
    """Ctrl-C, and a request to end, wait for the renames to be done: they take milliseconds."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    arrived: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        arrived.append(number)

    before = {
        number: signal.signal(number, note)
        for number in (signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM))
        if signal.getsignal(number) not in (signal.SIG_IGN, None)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for number in dict.fromkeys(arrived):
            signal.raise_signal(number)


def _paths(group: Sequence[_Ready]) -> list[Path]:
    return [each.change.path for each in group]


def _reason(error: Exception) -> str:
    return (error.strerror or type(error).__name__) if isinstance(error, OSError) else str(error)
