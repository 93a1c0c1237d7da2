"""Tells when user code takes a legacy name from a module: by ``from ... import`` or as an attribute.

Only the code that asks is looked at: what the standard library, Dagster or this package take from a module on their
way (``unittest.mock``, ``inspect``, a re-export) is not a use. What the code that asks is doing, its bytecode says.
"""

from __future__ import annotations

import opcode
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from legacy_shim._call_site import is_import_machinery, is_library_frame
from legacy_shim.catalogue import BY_NAME, LEGACY_NAMES
from legacy_shim.deprecation import is_done_with, warn_attribute, warn_import

if TYPE_CHECKING:
    from types import CodeType, FrameType

_INTRINSIC_IMPORT_STAR = 2  # INTRINSIC_IMPORT_STAR of CPython's pycore_intrinsics.h
_MODULE_OF = {row.name: f"legacy_shim.cloud.{row.module}" for row in LEGACY_NAMES}
_plain_attribute = type(sys).__getattribute__  # that of a watched module reports what is taken


class _Import(NamedTuple):
    """What an instruction of an import statement does."""

    module: str
    """The module, as the statement spells it."""
    takes: Literal["module", "name", ""]
    """What it takes; nothing where it is on its way to what it takes."""


_imports: dict[tuple[str, int, int], _Import | None] = {}


def serve(name: str) -> Any:
    """Return the legacy `name`, and warn if user code takes it. To be called from a module's ``__getattr__``."""
    _note(name, sys._getframe(2))
    return find(name)


def find(name: str) -> Any:
    """Return the legacy `name`, whoever asks."""
    try:
        return _plain_attribute(sys.modules[_MODULE_OF[name]], name)
    except (KeyError, AttributeError):  # not loaded yet, or just being loaded by another thread
        return _plain_attribute(import_module(_MODULE_OF[name]), name)


def note_access(name: str) -> None:
    """Warn if user code is what takes `name`, a legacy name or module, from a module right now.

    To be called from that module's look-up.
    """
    _note(name, sys._getframe(2))


def note_module_import(module: str, frame: FrameType | None) -> None:
    """Warn if user code imports the legacy `module` as such and not for names of it. `frame` is the importing one."""
    asking = _asking_frame(frame)
    if asking is None or is_library_frame(asking):
        return
    statement = _import_at(asking)
    if statement and statement.takes == "module" and _inside(statement.module) == _inside(module):
        warn_import(statement.module, asking)


def watch_module(name: str) -> None:
    """Make the legacy module `name` report what user code takes from it. To be called at the end of the module."""
    module = sys.modules[name]
    module.__class__ = _WatchedModule
    note_module_import(name, sys._getframe(1).f_back)


class _WatchedModule(type(sys)):  # type: ignore[misc]  # ModuleType, without importing types
    """A module that says when a legacy name is taken from it."""

    def __getattribute__(self, name: str) -> Any:
        value = super().__getattribute__(name)
        if name in BY_NAME or type(value) is _WatchedModule:
            note_access(name)
        elif name == "__spec__":  # what the import statement reads of a module that is there already
            note_module_import(super().__getattribute__("__name__"), sys._getframe(1))
        return value


def _note(name: str, frame: FrameType) -> None:
    if is_done_with(name, frame):
        return
    asking = _asking_frame(frame)
    if asking is None or is_library_frame(asking):
        return
    statement = _import_at(asking)
    if statement is None:
        if name in BY_NAME:  # of a module, what is taken from it is reported
            warn_attribute(name, asking)
    elif statement.takes == "name":
        warn_import(name if name in BY_NAME else f"{statement.module}.{name}", asking)


def _inside(module: str) -> str:
    """Return what of a dotted name is the same in either package."""
    return module.partition(".")[2]


def _asking_frame(frame: FrameType | None) -> FrameType | None:
    while frame is not None and is_import_machinery(frame.f_code):
        frame = frame.f_back
    return frame


def _import_at(frame: FrameType) -> _Import | None:
    """Return what is imported where `frame` stands, if anything is.

    Known for each place after the first time, since reading bytecode takes long.
    """
    place = (frame.f_code.co_filename, frame.f_lineno, frame.f_lasti)
    if place in _imports:
        return _imports[place]
    found = _read_import(frame.f_code, frame.f_lasti)
    if not place[0].startswith("<"):  # code without a file shares its name with other code
        _imports[place] = found
    return found


def _read_import(code: CodeType, at: int) -> _Import | None:
    bytecode = code.co_code
    while bytecode[at] == opcode.EXTENDED_ARG:
        at += 2  # Python 3.10 stands at the first prefix of an instruction, later ones behind
    if not _is_of_import(bytecode, at):
        return None
    start = at
    while opcode.opname[bytecode[start]] != "IMPORT_NAME":
        start -= 2  # the instruction that the statement begins with, after it has loaded the names
    module = code.co_names[_argument(bytecode, start)]
    names = code.co_consts[_argument(bytecode, _begin(bytecode, start) - 2)]
    if start == at:
        return _Import(module, "" if names else "module")
    return _Import(module, "name" if names else "")  # `import a.b as c` takes b from a, which nobody wrote


def _is_of_import(bytecode: bytes, at: int) -> bool:
    operation = opcode.opname[bytecode[at]]
    if operation == "CALL_INTRINSIC_1":  # from Python 3.12 on, `import *` is one of those
        return bytecode[at + 1] == _INTRINSIC_IMPORT_STAR
    return operation in ("IMPORT_NAME", "IMPORT_FROM", "IMPORT_STAR")


def _argument(bytecode: bytes, at: int) -> int:
    """Return the argument of the instruction at `at`, with the prefixes that widen it."""
    argument, bits = bytecode[at + 1], 8
    for prefix in range(at - 2, _begin(bytecode, at) - 2, -2):
        argument |= bytecode[prefix + 1] << bits
        bits += 8
    return argument


def _begin(bytecode: bytes, at: int) -> int:
    """Return where the instruction at `at` begins, with its prefixes."""
    while at >= 2 and bytecode[at - 2] == opcode.EXTENDED_ARG:
        at -= 2
    return at
