"""Tells when user code takes a legacy name from a module: by ``from ... import`` or as an attribute.

Only the code that asks is looked at: what the standard library, Dagster or this package take from a module on their
way (``unittest.mock``, ``inspect``, a re-export) is not a use.
"""

from __future__ import annotations

import opcode
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

from legacy_shim._call_site import is_import_machinery, is_library_frame
from legacy_shim.catalogue import BY_NAME, LEGACY_NAMES
from legacy_shim.deprecation import warn_attribute, warn_import, was_told

if TYPE_CHECKING:
    from types import FrameType

_INTRINSIC_IMPORT_STAR = 2  # INTRINSIC_IMPORT_STAR of CPython's pycore_intrinsics.h
_MODULE_OF = {row.name: f"legacy_shim.cloud.{row.module}" for row in LEGACY_NAMES}
_plain_attribute = type(sys).__getattribute__  # that of a watched module tells of what is taken
_import_places: dict[tuple[str, int, int], str] = {}


def serve(name: str) -> Any:
    """Return the legacy `name`, and warn if user code takes it. To be called from a module's ``__getattr__``."""
    _note(name, sys._getframe(2))
    module = sys.modules.get(_MODULE_OF[name])
    if module is None:
        module = import_module(_MODULE_OF[name])
    return _plain_attribute(module, name)


def note_access(name: str) -> None:
    """Warn if user code is what takes `name` from a module right now. To be called from that module's look-up."""
    _note(name, sys._getframe(2))


def _note(name: str, frame: FrameType) -> None:
    if was_told(name, frame):
        return
    asking = _asking_frame(frame)
    if asking is None or is_library_frame(asking):
        return
    if _import_at(asking):
        warn_import(name, asking)
    else:
        warn_attribute(name, asking)


def note_module_import(module: str) -> None:
    """Warn if user code is what imports the legacy `module` right now, as a module and not for names of it."""
    frame = _asking_frame(sys._getframe(2))
    if frame is not None and not is_library_frame(frame) and _import_at(frame) == "module":
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


def _import_at(frame: FrameType) -> str:
    """Return what is imported where `frame` stands: "names" of a module, a "module", or "" where nothing is.

    Known for each place after the first time, since reading bytecode takes long.
    """
    place = (frame.f_code.co_filename, frame.f_lineno, frame.f_lasti)
    known = _import_places.get(place)
    if known is None:
        operation = _operation(frame)
        known = "names" if operation in ("IMPORT_FROM", "IMPORT_STAR") else ""
        if operation == "IMPORT_NAME":
            known = "names" if _imports_names(frame) else "module"
        if not place[0].startswith("<"):  # code without a file shares its name with other code
            _import_places[place] = known
    return known


def _operation(frame: FrameType) -> str:
    code, at = frame.f_code.co_code, frame.f_lasti
    while (
        code[at] == opcode.EXTENDED_ARG
    ):  # Python 3.10 stands at the first prefix of an instruction, later ones behind
        at += 2
    operation = opcode.opname[code[at]]
    if operation == "CALL_INTRINSIC_1":  # from Python 3.12 on, `import *` is one of those
        return "IMPORT_STAR" if code[at + 1] == _INTRINSIC_IMPORT_STAR else operation
    return operation


def _imports_names(frame: FrameType) -> bool:
    """Whether the import of a module at which `frame` stands is that of a `from ... import`."""
    code, at = frame.f_code.co_code, frame.f_lasti
    at = _behind_prefixes(code, at) - 2  # the instruction before loads the names
    index, bits, prefix = code[at + 1], 8, at - 2
    while prefix >= 0 and code[prefix] == opcode.EXTENDED_ARG:
        index |= code[prefix + 1] << bits
        bits, prefix = bits + 8, prefix - 2
    return bool(frame.f_code.co_consts[index])


def _behind_prefixes(code: bytes, at: int) -> int:
    """Return where the instruction at `at` begins, with the prefixes that widen its argument."""
    while at >= 2 and code[at - 2] == opcode.EXTENDED_ARG:
        at -= 2
    return at
