"""Every private name of Dagster that the facade uses, each with what takes its place in a Dagster without it.

Dagster may move or remove these in any release. :data:`MISSING` has what this one lacks, and :func:`losses` says what
that costs; the rest of the facade imports the names from here, and works without asking which they are.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dagster._check import CheckError as CheckError

MISSING: dict[str, str] = {}


def _private(module: str, name: str) -> Any:
    try:
        return getattr(import_module(module), name)
    except (ImportError, AttributeError) as error:
        MISSING[name] = str(error)
        return None


class _OwnCheckError(Exception):
    pass


if not TYPE_CHECKING:
    CheckError = _private("dagster._check", "CheckError") or _OwnCheckError
