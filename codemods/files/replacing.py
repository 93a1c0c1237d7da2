"""Write one file that is no source: it has its old content or its new, never a part."""

from __future__ import annotations

import contextlib
import os
import secrets
import time
from pathlib import Path

from .journal import write_new
from .metadata import take_over

_PREFIX = ".legacy-shim-"
"""Nothing of the file's own name: with it, a temporary name could be longer than names may be."""
_LEFTOVER_AGE = 60.0
"""Seconds after which a temporary file must be from a run that was killed: writing one takes milliseconds."""


def replace_file(target: Path, data: bytes, status: os.stat_result | None = None) -> None:
    """Write a file through a temporary one beside it, with what ``status`` says of it, where it is there already.

    Raises OSError, with nothing left behind.
    """
    _remove_leftovers(target.parent)
    temporary = target.with_name(f"{_PREFIX}{secrets.token_hex(4)}.tmp")
    try:
        write_new(temporary, data)
        if status is None:
            temporary.chmod(0o666 & ~umask())
        else:
            [*take_over(temporary, target, status)]
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def umask() -> int:
    """The permissions that new files do not get. It can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _remove_leftovers(folder: Path) -> None:
    """Remove what a killed run left."""
    oldest = time.time() - _LEFTOVER_AGE
    with os.scandir(folder) as entries:
        leftovers = [
            entry for entry in entries if entry.name.startswith(_PREFIX) and entry.name.endswith(".tmp")
        ]
    for entry in leftovers:
        with contextlib.suppress(OSError):
            if entry.stat(follow_symlinks=False).st_mtime < oldest:
                Path(entry.path).unlink()
