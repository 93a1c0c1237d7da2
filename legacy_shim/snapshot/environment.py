"""Which environment variables code asked for that are not set."""

from __future__ import annotations

import os
from typing import Any


def note_missing_variables() -> list[str]:
    """From now on, note the names of variables that are read and not set, in the order of the first read."""
    names: list[str] = []
    environment: Any = type(os.environ)
    read = environment.__getitem__

    def noting(self: Any, name: str) -> str:
        try:
            found: str = read(self, name)
        except KeyError:
            if isinstance(name, str) and name not in names:
                names.append(name)
            raise
        return found

    environment.__getitem__ = noting  # ``get`` and ``os.getenv`` come here too
    return names
