"""What a file has beside its content, and how a file that takes its place gets the same."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path


def take_over(new: Path, old: Path, status: os.stat_result) -> Iterator[str]:
    """Give ``new`` the owner, mode and extended attributes of ``old``; yields what the system does not allow.

    Raises OSError where the mode cannot be set.
    """
    own = new.stat()
    if (own.st_uid, own.st_gid) != (status.st_uid, status.st_gid) and not _chowned(new, status):
        yield "its owner or group"
    new.chmod(stat.S_IMODE(status.st_mode))
    yield from _attributes(new, old)


def hard_links(status: os.stat_result) -> int:
    """How many other names a file has."""
    return max(status.st_nlink - 1, 0)


def _chowned(path: Path, status: os.stat_result) -> bool:
    """Only root may give files away; anyone else may give them to a group of theirs."""
    if not hasattr(os, "chown"):
        return True
    for owner in (status.st_uid, -1):
        try:
            os.chown(path, owner, status.st_gid)
        except OSError:
            continue
        return owner != -1 or path.stat().st_uid == status.st_uid
    return False


def _attributes(new: Path, old: Path) -> Iterator[str]:
    """Copy the extended attributes, in which access control lists and labels live, too."""
    if not hasattr(os, "listxattr"):
        return
    try:
        names = os.listxattr(old)
    except OSError:
        return  # This file system has none.
    for name in names:
        try:
            value = os.getxattr(old, name)
            if _attribute(new, name) != value:
                os.setxattr(new, name, value)
        except OSError:
            yield f"its extended attribute {name}"


def _attribute(path: Path, name: str) -> bytes | None:
    try:
        return os.getxattr(path, name)
    except OSError:
        return None
