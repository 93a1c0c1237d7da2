"""Files of ``KEY=VALUE`` lines: the variables of a deployment."""

from __future__ import annotations

import re
from pathlib import Path

from ..errors import UsageError

_LINE = re.compile(
    r"""\s*(?:export\s+)?
    (?P<name>[A-Za-z_][A-Za-z0-9_.]*)\s*=\s*
    (?: '(?P<single>[^']*)' | "(?P<double>(?:[^"\\]|\\.)*)" | (?!['"])(?P<bare>(?:[^\s\#]|\s+(?=[^\s\#])|(?<=\S)\#)*) )
    \s*(?:\#.*)?$""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}


def read_env_file(path: Path) -> dict[str, str]:
    """The variables of a file of ``KEY=VALUE`` lines: comments, quotes and ``export`` as shells have them.

    Nothing is expanded: a ``$`` stays as it stands. Raises UsageError, with the number of the line.
    """
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except FileNotFoundError:
        raise UsageError(f"{path}: no such file") from None
    except (OSError, UnicodeDecodeError) as error:
        reason = "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else error.strerror
        raise UsageError(f"{path}: it cannot be read: {reason}") from None
    variables = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = _LINE.match(line)
        if match is None:
            raise UsageError(f"{path}:{number}: expected NAME=VALUE")
        variables[match["name"]] = _value(match)
    return variables


def _value(match: re.Match[str]) -> str:
    if match["single"] is not None:
        return match["single"]
    if match["double"] is not None:
        return re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[1]), match["double"])
    return match["bare"]
