"""Whether git could take back what is written: a warning where it could not, never a refusal."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from ..errors import UsageError
from .git import ask_git

_SHOWN = 3
"""How many files a warning names."""
_AT_ONCE = 500
"""Files in one call of git: a command line is not endless."""


def warnings(paths: Iterable[Path]) -> Iterator[str]:
    """One line for files that are in no git checkout, and one for each checkout where files have changes already.

    ``paths`` are the files to be written. Nothing is said where git is not there, or does not answer.
    """
    by_top: dict[Path | None, list[Path]] = defaultdict(list)
    for path in paths:
        resolved = path.resolve()
        by_top[top_of(resolved)].append(resolved)
    outside = by_top.pop(None, [])
    if outside:
        yield f"warning: not in a git checkout, so git cannot take it back: {named(outside)}"
    for top, files in by_top.items():
        changed = uncommitted(top, files) if top is not None else []
        if changed:
            yield f"warning: changes that are not committed will be mixed with those written now: {named(changed)}"


def top_of(path: Path) -> Path | None:
    """The top of the checkout that a file is in; None where it is in none."""
    return next((folder for folder in path.parents if (folder / ".git").exists()), None)


def refuse_way_out(path: Path) -> None:
    """Raises UsageError where a path of a checkout leads out of it, by a symbolic link: its author chose where to."""
    named = Path(os.path.normpath(path.absolute()))
    top = top_of(named)
    if top is not None and not named.resolve().is_relative_to(top.resolve()):
        raise UsageError(
            f"{path}: it leads out of the checkout by a symbolic link: delete the link, or name the file behind it"
        )


def uncommitted(top: Path, files: Sequence[Path]) -> list[Path]:
    """Those of ``files`` that git does not have as they are: changed, not added yet, or ignored."""
    names = {path.relative_to(top).as_posix(): path for path in files}
    told: set[str] = set()
    for first in range(0, len(names), _AT_ONCE):
        told |= _told_of(top, list(names)[first : first + _AT_ONCE])
    return [path for name, path in names.items() if name in told]


def _told_of(top: Path, names: Sequence[str]) -> set[str]:
    options = ["--untracked-files=all", "--ignored=matching", "--no-renames", "--ignore-submodules=all"]
    answer = ask_git(top, "status", "--porcelain", "-z", *options, "--", *names)
    return {entry[3:] for entry in os.fsdecode(answer or b"").split("\0")}


def named(paths: Sequence[Path]) -> str:
    """The first few of them, for a message."""
    shown = ", ".join(map(str, paths[:_SHOWN]))
    more = len(paths) - _SHOWN
    return f"{shown} and {more} more" if more > 0 else shown
