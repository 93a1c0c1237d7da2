"""Which uses of a legacy name are the user's, and so worth a warning."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from types import FrameType

from legacy_shim.deprecation import warn_use

_building: ContextVar[bool] = ContextVar("legacy_shim_building", default=False)


@contextmanager
def building() -> Iterator[None]:
    """Build legacy objects in this block without a warning: another one, which the user wrote, had its warning."""
    reset = _building.set(True)
    try:
        yield
    finally:
        _building.reset(reset)


def warn_construction(name: str, made: object) -> None:
    """Warn that the user builds the legacy object `made`. To be called by its constructor.

    Neither what this package builds for itself gets a warning, nor the copy of a resource or of a configuration that
    Dagster makes for each run.
    """
    if _building.get():
        return
    frame: FrameType | None = sys._getframe(2)
    while frame is not None and frame.f_code.co_name == "__init__" and _first_local(frame) is made:
        frame = frame.f_back  # the constructor of a subclass
    if not _is_of(frame, "dagster."):
        warn_use(name)


def warn_call(name: str) -> None:
    """Warn that the user calls the legacy function `name`. To be called by that function."""
    if not _is_of(sys._getframe(2), "legacy_shim."):
        warn_use(name)


def _is_of(frame: FrameType | None, package: str) -> bool:
    return frame is not None and str(frame.f_globals.get("__name__", "")).startswith(package)


def _first_local(frame: FrameType) -> object:
    return next(iter(frame.f_locals.values()), None)
