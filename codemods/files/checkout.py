"""Whether git could take back what is written: a warning where it could not, never a refusal."""

from __future__ import annotations

import os
import subprocess
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

_SHOWN = 3
"""How many files a warning names."""
_OF_REPOSITORY = frozenset(
    {"GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_PREFIX"}
    | {
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_NAMESPACE",
        "GIT_GRAFT_FILE",
        "GIT_SHALLOW_FILE",
        "GIT_CONFIG",
    }
)
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


def uncommitted(top: Path, files: Sequence[Path]) -> list[Path]:
    """Those of ``files`` that git does not have as they are: changed, not added yet, or ignored."""
    names = {path.relative_to(top).as_posix(): path for path in files}
    told: set[str] = set()
    for first in range(0, len(names), _AT_ONCE):
        told |= _told_of(top, list(names)[first : first + _AT_ONCE])
    return [path for name, path in names.items() if name in told]


def _told_of(top: Path, names: Sequence[str]) -> set[str]:
    command = ["git", "-C", str(top), "-c", "core.fsmonitor=false", "--literal-pathspecs"]
    command += ["status", "--porcelain", "-z"]  # a checkout may name any program as its file system monitor
    options = ["--untracked-files=all", "--ignored=matching", "--no-renames", "--", *names]
    try:
        done = subprocess.run([*command, *options], capture_output=True, timeout=30, env=git_environment())
    except (OSError, subprocess.SubprocessError):
        return set()
    return {entry[3:] for entry in os.fsdecode(done.stdout).split("\0")} if done.returncode == 0 else set()


def git_environment() -> dict[str, str]:
    """The environment for git, without what would lead it to another repository, as in a hook of git."""
    return {name: value for name, value in os.environ.items() if name not in _OF_REPOSITORY}


def named(paths: Sequence[Path]) -> str:
    """The first few of them, for a message."""
    shown = ", ".join(map(str, paths[:_SHOWN]))
    more = len(paths) - _SHOWN
    return f"{shown} and {more} more" if more > 0 else shown
