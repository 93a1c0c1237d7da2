"""An error of the code under observation, told shortly: what was raised, and where in the user's own files."""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

_CHAIN_LIMIT = 8


def describe_error(error: BaseException, root: Path | None, missing: Sequence[str] = ()) -> dict[str, Any]:
    """The error as data; ``frames`` are those under `root`, the innermost last, and ``causes`` what led to it.

    `missing` are environment variables that were read and are not set; ``variables`` those of them that the error
    speaks of.
    """
    chain = list(_chain(error))
    return {
        "class": type(error).__name__,
        "message": str(error),
        "traceback": "".join(traceback.format_exception(error)),
        "causes": [{"class": type(cause).__name__, "message": str(cause)} for cause in chain[1:]],
        "variables": [name for name in missing if any(_speaks_of(each, name) for each in chain)],
        "frames": [frame for each in reversed(chain) for frame in _frames(each, root)],
    }


def _speaks_of(error: BaseException, name: str) -> bool:
    return re.search(rf"(?<![A-Za-z0-9_]){re.escape(name)}(?![A-Za-z0-9_])", str(error)) is not None


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and what it came from, as Python shows it."""
    each: BaseException | None = error
    for _ in range(_CHAIN_LIMIT):
        if each is None:
            return
        yield each
        each = each.__cause__ or (None if each.__suppress_context__ else each.__context__)


def _frames(error: BaseException, root: Path | None) -> Iterator[dict[str, Any]]:
    if isinstance(error, SyntaxError) and error.filename and _is_under(error.filename, root):
        yield {
            "path": error.filename,
            "line": error.lineno,
            "function": "",
            "text": (error.text or "").strip(),
        }
    for frame in traceback.extract_tb(error.__traceback__):
        if _is_under(frame.filename, root):
            yield {
                "path": frame.filename,
                "line": frame.lineno,
                "function": frame.name,
                "text": frame.line or "",
            }


def _is_under(name: str, root: Path | None) -> bool:
    return (
        root is not None and not name.startswith("<") and Path(name).resolve().is_relative_to(root.resolve())
    )
