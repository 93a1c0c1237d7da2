"""An error of the code under observation, in short: what was raised, and where in the user's own files."""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterator
from pathlib import Path

from legacy_shim.snapshot.environment import MissingVariables
from legacy_shim.snapshot.schema import Error, Frame

_CHAIN_LIMIT = 8


def describe_error(error: BaseException, root: Path | None, missing: MissingVariables | None = None) -> Error:
    """The error as data; ``frames`` are those under `root`, the innermost last, and ``causes`` what led to it.

    ``variables`` are the environment variables that were read and are not set as far as the error, or the line that
    raised it, speaks of them; ``unset`` all that the code under `root` read in vain.
    """
    missing = missing or MissingVariables()
    chain = list(_chain(error))
    frames = [frame for each in reversed(chain) for frame in _frames(each, root)]
    line = frames[-1]["text"] if frames else ""
    return {
        "class": type(error).__name__,
        "message": str(error),
        "traceback": "".join(traceback.format_exception(error)),
        "causes": [{"class": type(cause).__name__, "message": str(cause)} for cause in chain[1:]],
        "variables": [
            name
            for name in missing.by_anyone
            if any(_is_named(name, str(each)) for each in chain)
            or (name in missing.by_own_code and _is_read_in(line, name))
        ],
        "unset": list(missing.by_own_code),
        "frames": frames,
    }


def _is_named(name: str, text: str) -> bool:
    return re.search(rf"(?<![A-Za-z0-9_]){re.escape(name)}(?![A-Za-z0-9_])", text) is not None


def _is_read_in(line: str, name: str) -> bool:
    """Whether a line such as ``int(os.getenv("PORT"))`` reads the variable: what it raises does not name it."""
    return "env" in line and _is_named(name, line)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and what it came from, as Python shows it."""
    each: BaseException | None = error
    for _ in range(_CHAIN_LIMIT):
        if each is None:
            return
        yield each
        each = each.__cause__ or (None if each.__suppress_context__ else each.__context__)


def _frames(error: BaseException, root: Path | None) -> Iterator[Frame]:
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
