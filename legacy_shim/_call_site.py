"""Finds the user's line behind a call: the nearest frame that is nobody's library.

Legacy names are called by user code, but also through decorators, ``functools`` and ``unittest.mock``, pydantic's
validation and Dagster itself. A message is of use only if it names a line that its reader can change.
"""

import linecache
import os
import sys
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, NamedTuple

_LIBRARIES = frozenset(
    {
        *("legacy_shim", "dagster", "dagster_shared", "dagster_dbt", "dagster_pipes", "dagster_graphql"),
        *("dagster_webserver", "dagster_cloud", "pydantic", "pydantic_core"),
        *("wrapt", "tenacity", "backoff", "decorator", "pluggy", "click", "typer"),
    }
)
"""Packages whose frames stand between the user and a legacy name, never in the user's place."""

_OWN_DIRECTORY = str(Path(__file__).parent) + os.sep  # also where a module of it runs as `__main__`
_STDLIB_DIRECTORY = str(Path(os.__file__).parent) + os.sep
_GENERATED = ("<string>", "<frozen ", "<attrs ", "<decorator-gen", "<__array")
"""File names of code that was made at run time (a dataclass, a namedtuple) and has no line to change."""

_is_library_file: dict[str, bool] = {}


_MARKS_OF_A_PROJECT = (
    ".git",
    "pyproject.toml",
    "setup.py",
    "setup.cfg",
    "workspace.yaml",
    "dagster_cloud.yaml",
)


class CallSite(NamedTuple):
    """A line of user code."""

    path: str
    line: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"

    @property
    def can_be_changed(self) -> bool:
        """Whether it is a line of a file of the user; a command line or an interactive session has none."""
        return not (self.path.startswith(("<", _OWN_DIRECTORY)) or _in_stdlib(self.path))

    @property
    def project(self) -> str:
        """The folder of the project that the line belongs to, or of its top package: what migrates together is in it."""
        folder = Path(self.path).absolute().parent
        for parent in (folder, *folder.parents):
            if any((parent / name).exists() for name in _MARKS_OF_A_PROJECT):
                return str(parent)
        while (folder / "__init__.py").exists():
            folder = folder.parent
        return str(folder)

    @property
    def reason_to_keep(self) -> str | None:
        """What the user wrote in a comment that keeps the line on the facade; None where there is none."""
        _, found, reason = linecache.getline(self.path, self.line).partition("# legacy-shim: keep")
        return reason.strip() if found else None


def user_frame(depth: int) -> FrameType:
    """Return the nearest frame of user code, counted outwards from `depth` frames above the caller.

    Code without a file (``python -c``, a dataclass's ``__init__``) is taken only where nothing else is there, and
    the outermost frame where even that is missing (a pool that calls a legacy name directly).
    """
    nearest = sys._getframe(depth + 1)
    frame: Any = nearest
    is_library = _is_library_file
    try:
        # Dozens of frames of Dagster, at each use: no more is done for one than must be.
        while is_library[frame.f_code.co_filename]:
            frame = frame.f_back
    except (KeyError, AttributeError):  # A file that is not known yet, or no frame is left.
        return _judged(nearest)
    found: FrameType = frame
    return found


def _judged(nearest: FrameType) -> FrameType:
    """The same, where some frame's file is not known, or none is the user's."""
    without_file: FrameType | None = None
    frame: FrameType | None = nearest
    outermost = frame
    while frame is not None:
        library = _is_library_file.get(frame.f_code.co_filename)
        if library is None:
            library = _judge(frame)
            if without_file is None and _is_without_file(frame):
                without_file = frame
        if not library:
            return frame
        outermost = frame
        frame = frame.f_back
    found = without_file or outermost
    assert found is not None, "there is always at least the calling frame"
    return found


def _is_without_file(frame: FrameType) -> bool:
    """Whether code may be all that the user typed. Of such a file name it is never known whose it is."""
    return frame.f_code.co_filename == "<string>" and _package(frame) not in _LIBRARIES


def is_library_frame(frame: FrameType) -> bool:
    """Whether `frame` is of a library, so that what it does is no act of the user."""
    library = _is_library_file.get(frame.f_code.co_filename)
    return _judge(frame) if library is None else library


def is_import_machinery(code: CodeType) -> bool:
    """Whether `code` is of the import system itself, which stands between an import and its module."""
    return code.co_filename.startswith("<frozen importlib") or "importlib/_bootstrap" in code.co_filename


def _judge(frame: FrameType) -> bool:
    path = frame.f_code.co_filename
    if (
        path == "<string>"
    ):  # may be generated code or all that the user typed: not a property of the file name
        return True
    library = (
        path.startswith((*_GENERATED, _OWN_DIRECTORY)) or _package(frame) in _LIBRARIES or _in_stdlib(path)
    )
    _is_library_file[path] = library
    return library


def _package(frame: FrameType) -> str:
    name = frame.f_globals.get("__name__")
    return name.partition(".")[0] if isinstance(name, str) else ""


def _in_stdlib(path: str) -> bool:
    return path.startswith(_STDLIB_DIRECTORY) and f"{os.sep}site-packages{os.sep}" not in path
