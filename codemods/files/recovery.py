"""What a migration that was killed left: find it, and complete or take back what it began.

A journal may come with a checkout, or be out of date. Nothing is believed but what the files themselves show: a file is
written only if it is among the given ones, holds exactly the old (or new) content that the journal names, and is
reached by no link.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import UsageError
from ..findings import Finding, Place
from . import journal as journals
from .git import ask_git
from .journal import Entry, Journal, JournalError, digest_at
from .placing import (
    EditedError,
    State,
    can_go_back,
    place,
    settle,
    state_of,
    take_back,
    was_edited_meanwhile,
)

_HALF = "an interrupted migration has written {written} and not {unwritten}, which belong together"


@dataclass(frozen=True)
class _Group:
    """Files that belong together, and what stands in the place of each."""

    journal: Journal
    states: dict[Entry, State]

    def at(self, *wanted: State) -> list[Entry]:
        return [entry for entry, state in self.states.items() if state in wanted]

    @property
    def is_half(self) -> bool:
        """Whether some have their new content, or had it, and others their old."""
        written = self.at(State.NEW, State.EDITED_SINCE)
        return bool(written) and len(written) < len(self.states)

    @property
    def goes_back(self) -> bool:
        """Whether it cannot be completed: a file was edited before its turn came, or its new content is gone."""
        lost = any(digest_at(self.journal.staged(entry)) != entry.new for entry in self.at(State.OLD))
        return lost or bool(self.at(State.EDITED)) or any(map(self._is_undone, self.at(State.NEW)))

    def _is_undone(self, entry: Entry) -> bool:
        return was_edited_meanwhile(self.journal, entry)


def interrupted(paths: Sequence[Path], found: Iterable[Path]) -> tuple[Path, ...]:
    """The journals that concern the files in ``paths``: those ``found`` below, and those above."""
    named = [Path(os.path.realpath(path)) / journals.NAME for path in paths]
    here = [folder for folder in named if os.path.lexists(folder)]
    below = {Path(os.path.realpath(folder.parent), folder.name): None for folder in (*found, *here)}
    above = (folder for folder in journals.journals_above(paths) if _concerns(folder, paths))
    return tuple(dict.fromkeys([*below, *above]))


def _concerns(folder: Path, paths: Sequence[Path]) -> bool:
    """Whether a journal above the given paths is one, and names a file in them."""
    try:
        journal = journals.read(folder)
    except JournalError:
        return False
    inside = _Inside(paths)
    return any(inside.has(entry) for group in journal.groups for entry in group)


def half_written(folders: Iterable[Path]) -> Iterator[Finding]:
    """A finding (LDC508) for each unit of which an interrupted migration has written a part. Changes nothing."""
    for folder in folders:
        try:
            journal = journals.read(folder)
        except JournalError as error:
            yield Finding(
                Place(folder), "LDC508", f"{error}, so that nothing is completed from it: delete it"
            )
            continue
        for group in _groups(journal):
            if group.is_half:
                yield _half_finding(group, "`migrate` completes it")


def recover(folders: Iterable[Path], paths: Sequence[Path]) -> Iterator[str]:
    """Complete or take back what interrupted migrations began. Yields a line for each of them.

    Raises UsageError, with that migration as it was found, where a unit of it reaches out of ``paths``, the journal is
    not one to act on, or the migration is still going.
    """
    for folder in folders:
        try:
            _refuse_what_came_with_a_checkout(folder)
            lock = journals.lock(folder)
        except JournalError as error:
            raise UsageError(f"{folder}: {error}") from None
        try:
            yield _recovered(folder, paths)
        except JournalError as error:
            raise UsageError(f"{folder}: {error}, so that nothing is completed from it: delete it") from None
        except OSError as error:
            raise UsageError(f"{folder}: an interrupted migration cannot be completed: {error}") from None
        finally:
            lock.release()


def _recovered(folder: Path, paths: Sequence[Path]) -> str:
    journal = journals.read(folder)
    if not journal.is_committed:
        journals.remove(folder)
        return f"{folder}: removed; an interrupted migration had prepared it and changed no file."
    groups = [*_groups(journal)]
    inside = _Inside(paths)
    for group in groups:
        _refuse_outside(group, inside)
    completed, taken_back, left = 0, 0, []
    for group in groups:
        if not all(inside.has(entry) for entry in group.states):
            continue  # All of it has its old content, or all its new.
        if not group.goes_back:
            completed += _complete(group)
            continue
        taken_back += _go_back(group)
        if group.at(State.EDITED_SINCE):
            left.append(_half_finding(group, "").message)
    settle(journal)
    if left:
        raise UsageError(
            f"{'; '.join(left)}, and were edited since: take them from version control, and delete {folder}"
        )
    journals.remove(folder)
    return f"An interrupted migration was completed: {_files(completed)} written, {_files(taken_back)} taken back."


def _complete(group: _Group) -> int:
    written = 0
    for entry in group.at(State.OLD):
        try:
            place(group.journal, entry)
        except EditedError:
            raise UsageError(f"{entry.shown} is being edited: run `migrate` again") from None
        written += 1
    return written


def _go_back(group: _Group) -> int:
    taken_back = 0
    for entry in group.at(State.NEW):
        if not can_go_back(group.journal, entry):
            why = f"{entry.shown} cannot be taken back: take it from version control"
            raise UsageError(f"{_half_finding(group, why).message}, and delete {group.journal.folder}")
        try:
            take_back(group.journal, entry)
        except EditedError:
            raise UsageError(f"{entry.shown} is being edited: run `migrate` again") from None
        taken_back += 1
    return taken_back


def _groups(journal: Journal) -> Iterator[_Group]:
    for entries in journal.groups:
        yield _Group(journal, {entry: state_of(journal, entry) for entry in entries})


@dataclass(frozen=True)
class _Inside:
    """Whether a file is among the given ones, and is where its path says: no link leads to it."""

    paths: Sequence[Path]

    def has(self, entry: Entry) -> bool:
        if os.path.realpath(entry.target.parent) != str(entry.target.parent):
            return False
        given = (Path(os.path.realpath(path)) for path in self.paths)
        return any(entry.target == path or path in entry.target.parents for path in given)


def _refuse_outside(group: _Group, inside: _Inside) -> None:
    """A unit that is half written can be completed only where all of its files are given."""
    outside = [entry for entry in group.states if not inside.has(entry)]
    if outside and group.is_half:
        where = os.path.commonpath([entry.target.parent for entry in group.states])
        raise UsageError(f"{_half_finding(group, f'complete it with `migrate {where}`').message}")


def _half_finding(group: _Group, then: str) -> Finding:
    written = ", ".join(entry.shown for entry in group.at(State.NEW, State.EDITED_SINCE))
    unwritten = ", ".join(entry.shown for entry in group.at(State.OLD, State.EDITED))
    message = _HALF.format(written=written, unwritten=unwritten or "the rest")
    first = group.at(State.OLD, State.EDITED) or [*group.states]
    return Finding(Place(Path(first[0].shown)), "LDC508", f"{message}{': ' if then else ''}{then}")


def _refuse_what_came_with_a_checkout(folder: Path) -> None:
    """What git tracks was not left here by a run: git is made to ignore it."""
    if ask_git(folder.parent, "ls-files", "-z", "--", folder.name):
        raise JournalError(
            "it came with the checkout, and nothing is written because of it: delete it to go on"
        )


def _files(number: int) -> str:
    return f"{number} file{'' if number == 1 else 's'}"
