"""Which environment variables code asked for that are not set."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_BETWEEN = (f"{os.sep}os.py", "<frozen os>", "_collections_abc.py", "<frozen _collections_abc>")
"""Where ``os.getenv`` and ``os.environ.get`` are written: the code that asks stands above."""


@dataclass(frozen=True)
class MissingVariables:
    """Names in the order of their first read."""

    by_anyone: list[str] = field(default_factory=list)
    by_own_code: list[str] = field(default_factory=list)
    """Those that the code under observation reads itself, and not a library for it, and has no other value for."""


def note_missing_variables(root: Path | None) -> MissingVariables:
    """From now on, note the names of variables that are read and not set. Own code is what stands under `root`."""
    missing = MissingVariables()
    environment: Any = type(os.environ)
    read = environment.__getitem__
    is_own = _own_file(root)

    def noting(self: Any, name: str) -> str:
        try:
            found: str = read(self, name)
        except KeyError:
            if isinstance(name, str):
                _note(missing.by_anyone, name)
                reader, has_default = _reader()
                if is_own(reader) and not has_default:
                    _note(missing.by_own_code, name)
            raise
        return found

    environment.__getitem__ = noting  # ``get`` and ``os.getenv`` come here too
    return missing


def _note(names: list[str], name: str) -> None:
    if name not in names:
        names.append(name)


def _own_file(root: Path | None) -> Callable[[str], bool]:
    if root is None:
        return lambda _: False
    prefixes = {f"{folder}{os.sep}" for folder in (root, root.resolve())}
    return lambda name: name.startswith(tuple(prefixes))


def _reader() -> tuple[str, bool]:
    """The file of the code that asks, and whether it says what to take instead."""
    frame = sys._getframe(2)
    has_default = False
    while frame.f_back is not None and frame.f_code.co_filename.endswith(_BETWEEN):
        has_default = has_default or frame.f_locals.get("default") is not None
        frame = frame.f_back
    return frame.f_code.co_filename, has_default
