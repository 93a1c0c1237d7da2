"""Git commits of what was written: a commit for the files that belong together, and nothing else in it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import UsageError
from .checkout import named, top_of, uncommitted
from .git import git_environment

_TIMEOUT = 60
"""Seconds for a question. A commit has no limit: it runs the hooks of the checkout."""


@dataclass(frozen=True)
class Commit:
    """A commit that was made."""

    hash: str
    subject: str


def require_clean(paths: Sequence[Path]) -> Path:
    """The top of the checkout that holds all ``paths``, where each file that git knows is as it was committed.

    Raises UsageError where that is not so, or where git does not know who commits.
    """
    resolved = [path.resolve() for path in paths]
    tops = {top_of(path) for path in resolved}
    outside = [path for path in resolved if top_of(path) is None]
    if outside:
        raise UsageError(f"--commit: not in a git checkout: {named(outside)}")
    if len(tops) > 1:
        raise UsageError(f"--commit: the files are in several checkouts: {named(sorted(filter(None, tops)))}")
    top = tops.pop()
    assert top is not None
    known = _ask(top, "status", "--porcelain", "-z", "--untracked-files=no", "--no-renames")
    changed = [Path(entry[3:]) for entry in known.split("\0") if entry]
    changed += [path for path in uncommitted(top, resolved) if path.relative_to(top) not in changed]
    if changed:
        raise UsageError(f"--commit: commit or stash these changes first: {named(changed)}")
    _ask(top, "var", "GIT_COMMITTER_IDENT")
    return top


def commit(top: Path, paths: Iterable[Path], message: str) -> Commit:
    """Commit these files, as they are on the disk. Raises UsageError with what git or a hook says against it."""
    names = [path.resolve().relative_to(top).as_posix() for path in paths]
    _ask(
        top, "add", "--intent-to-add", "--", *names
    )  # A commit of certain files takes none that is not known.
    done = _git(top, ["commit", "--quiet", "--only", "--file=-", "--", *names], message, timeout=None)
    subject = message.partition("\n")[0]
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip() or f"git ended with {done.returncode}"
        raise UsageError(f"written, and not committed: {', '.join(names)}\n{said}")
    return Commit(_ask(top, "rev-parse", "HEAD").strip(), subject)


def _ask(top: Path, *words: str) -> str:
    done = _git(top, words, "", timeout=_TIMEOUT)
    if done.returncode != 0:
        raise UsageError(
            f"--commit: git {words[0]}: {done.stderr.strip() or f'ended with {done.returncode}'}"
        )
    return done.stdout


def _git(
    top: Path, words: Sequence[str], given: str, *, timeout: float | None
) -> subprocess.CompletedProcess[str]:
    # A checkout may name any program as its file system monitor.
    command = ["git", "-C", str(top), "-c", "core.fsmonitor=false", "--literal-pathspecs", *words]
    try:
        done = subprocess.run(
            command, input=os.fsencode(given), capture_output=True, timeout=timeout, env=git_environment()
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise UsageError(f"--commit: git cannot be run: {error}") from None
    return subprocess.CompletedProcess(
        command, done.returncode, os.fsdecode(done.stdout), os.fsdecode(done.stderr)
    )
