"""Files of ``KEY=VALUE`` lines: the variables of a deployment."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from pathlib import Path

from legacy_shim.regular_file import read_given

from ..errors import UsageError

_LARGEST = 1024 * 1024
"""Characters of all values together: each may repeat those further up, ten times over."""
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")


def read_env_file(path: Path) -> dict[str, str]:
    """The variables of a file, read as Dagster reads a ``.env``: by python-dotenv.

    ``${NAME}`` stands for a variable further up in the file alone: the file may be from a checkout, and must not take
    what this process has. Raises UsageError, with the number of the line; no message shows a value.
    """
    from dotenv.parser import parse_stream  # here: most commands read no such file

    text = _text(path)
    variables: dict[str, str] = {}
    size = 0
    for binding in parse_stream(io.StringIO(text)):
        number = binding.original.line
        if binding.error or (binding.key is not None and not _NAME.fullmatch(binding.key)):
            raise UsageError(f"{path}:{number}: expected NAME=VALUE")
        if binding.key is None:
            continue
        if binding.value is None:
            raise UsageError(f"{path}:{number}: expected NAME=VALUE")
        value = _expanded(binding.value, variables, f"{path}:{number}", _LARGEST - size)
        size += len(value)
        variables[binding.key] = value
    return variables


def _text(path: Path) -> str:
    try:
        return read_given(path).decode("utf-8-sig")
    except FileNotFoundError:
        raise UsageError(f"{path}: no such file") from None
    except (OSError, UnicodeDecodeError) as error:
        reason = "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else error.strerror
        raise UsageError(f"{path}: it cannot be read: {reason}") from None


def _expanded(value: str, known: Mapping[str, str], place: str, room: int) -> str:
    from dotenv.variables import Variable, parse_variables

    parts = []
    for atom in parse_variables(value):
        if isinstance(atom, Variable) and atom.default is None and atom.name not in known:
            raise UsageError(
                f"{place}: ${{{atom.name}}} is not set further up in this file; write the value, or ${{{atom.name}:-}}"
            )
        parts.append(atom.resolve(known))
        room -= len(parts[-1])
        if room < 0:
            raise UsageError(f"{place}: the values have more than {_LARGEST // 1024 // 1024} MB")
    return "".join(parts)
