"""Questions to git about a checkout that others may have made: nothing that its configuration names is started."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

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
_QUIET: Mapping[str, str] = {
    "GIT_OPTIONAL_LOCKS": "0",  # writes no index, so that no hook hears of it
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_TERMINAL_PROMPT": "0",
}
_PROGRAMS = ("clean", "smudge", "process")
_SECONDS = 30


def ask_git(folder: Path, *arguments: str) -> bytes | None:
    """What git prints; None where it is not there, does not answer, or could not be kept from starting other programs.

    A checkout may name any program as its file system monitor, as a hook, or as a filter of its files.
    """
    filters = _filters(folder)
    if filters is None:
        return None
    off = [f"{name}.{program}=" for name in filters for program in _PROGRAMS]
    off += [f"{name}.required=false" for name in filters]
    settings = ["core.fsmonitor=false", f"core.hooksPath={os.devnull}", *off]
    return _answer(folder, [part for each in settings for part in ("-c", each)], arguments)


def git_environment() -> dict[str, str]:
    """The environment for git, without what would lead it to another repository, as in a hook of git."""
    return {name: value for name, value in os.environ.items() if name not in _OF_REPOSITORY}


def _filters(folder: Path) -> list[str] | None:
    """The sections of all filters that are configured; None where one has a name that cannot be switched off by."""
    asked = ("config", "--null", "--name-only", "--get-regexp", r"^filter\.")
    answer = _answer(folder, [], asked, nothing=1)
    names = {key.rpartition(".")[0] for key in os.fsdecode(answer or b"").split("\0") if key}
    return None if answer is None or any("=" in name for name in names) else sorted(names)


def _answer(folder: Path, settings: list[str], arguments: tuple[str, ...], nothing: int = 0) -> bytes | None:
    command = ["git", "-C", str(folder), *settings, "--literal-pathspecs", *arguments]
    try:
        done = subprocess.run(
            command, capture_output=True, timeout=_SECONDS, env={**git_environment(), **_QUIET}
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout if done.returncode in (0, nothing) else None
