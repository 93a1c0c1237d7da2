"""Tells when user code takes a legacy name from a module: by ``from ... import`` or as an attribute.

Only the code that asks is looked at: what the standard library, Dagster or this package take from a module on their
way (``unittest.mock``, ``inspect``, a re-export) is not a use.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from legacy_shim._call_site import is_import_machinery, is_library_frame
from legacy_shim.catalogue import BY_NAME
from legacy_shim.deprecation import warn_attribute, warn_import

if TYPE_CHECKING:
    from types import FrameType


def note_access(name: str) -> None:
    """Warn if user code is what takes `name` from a module right now. To be called from that module's look-up."""
    frame = _asking_frame(sys._getframe(2))
    if frame is None or is_library_frame(frame):
        return
    if _stands_at(frame, "IMPORT_FROM", "IMPORT_NAME"):
        warn_import(name, frame)
    else:
        warn_attribute(name, frame)


def note_module_import(module: str) -> None:
    """Warn if user code is what imports the legacy `module` right now, as a module and not for names of it."""
    frame = _asking_frame(sys._getframe(2))
    if frame is None or is_library_frame(frame) or not _stands_at(frame, "IMPORT_NAME"):
        return
    if not _imports_names(frame):
        warn_import(module, frame)


def watch_module(name: str) -> None:
    """Make the legacy module `name` tell of what user code takes from it. To be called at the end of the module."""
    module = sys.modules[name]
    module.__class__ = _WatchedModule
    note_module_import(name)


class _WatchedModule(type(sys)):  # type: ignore[misc]  # ModuleType, without importing types
    """A module that says when a legacy name is taken from it."""

    def __getattribute__(self, name: str) -> Any:
        value = super().__getattribute__(name)
        if name in BY_NAME:
            note_access(name)
        elif name == "__spec__":  # what the import statement reads of a module that is there already
            note_module_import(super().__getattribute__("__name__"))
        return value


def _asking_frame(frame: FrameType | None) -> FrameType | None:
    while frame is not None and is_import_machinery(frame.f_code):
        frame = frame.f_back
    return frame


def _stands_at(frame: FrameType, *operations: str) -> bool:
    import opcode

    return opcode.opname[frame.f_code.co_code[frame.f_lasti]] in operations


def _imports_names(frame: FrameType) -> bool:
    """Whether the import statement at which `frame` stands is a `from ... import`, whose names are told of one by one."""
    import opcode

    code, at = frame.f_code.co_code, frame.f_lasti - 2  # the instruction before loads the names
    index = code[at + 1]
    if opcode.opname[code[at - 2]] == "EXTENDED_ARG":
        index |= code[at - 1] << 8
    return bool(frame.f_code.co_consts[index])
