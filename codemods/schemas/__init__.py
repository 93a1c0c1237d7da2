"""The JSON Schemas of the files that the commands write and read: the report, the facts and the baseline."""

from __future__ import annotations

from importlib.resources import files
from typing import Final

from ..errors import UsageError

NAMES: Final = ("report", "facts", "baseline")


def schema(name: str) -> str:
    """The JSON Schema (draft 2020-12) of that name, as text. Raises UsageError where there is none."""
    if name not in NAMES:
        raise UsageError(f"{name!r} is none of {', '.join(NAMES)}")
    return files(__package__).joinpath(f"{name}.schema.json").read_text(encoding="utf-8")
