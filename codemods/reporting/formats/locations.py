"""How services that annotate code name a file."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote


def relative_to_root(path: Path, root: Path) -> str | None:
    """The path from the top of the repository, with ``/`` between its parts; None when it is outside.

    Links are not resolved: services know a file by the path that it has in the repository.
    """
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 - Path.resolve would follow links
    top = Path(os.path.abspath(root))  # noqa: PTH100
    return absolute.relative_to(top).as_posix() if absolute.is_relative_to(top) else None


def as_uri(path: Path, root: Path) -> str:
    """A relative URI reference inside the repository, an absolute ``file:`` URI outside."""
    relative = relative_to_root(path, root)
    if relative is None:
        return Path(os.path.abspath(path)).as_uri()  # noqa: PTH100
    return quote(os.fsencode(relative))
