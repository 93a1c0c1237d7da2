"""Changes as a patch that ``git apply`` and ``patch -p1`` take."""

from __future__ import annotations

import difflib
import os
from pathlib import Path

from ...files.sources import (
    Change,
    encode,
)
from .palette import Palette

_NO_NEWLINE = b"\n\\ No newline at end of file\n"


def render_diff(change: Change) -> bytes:
    """The unified diff of a change, byte for byte: line ends, encoding and byte order mark are the file's own."""
    old = _lines(encode(change.source, change.source.text))
    new = _lines(encode(change.source, change.new_text))
    name = _name(change.path)
    lines = difflib.diff_bytes(difflib.unified_diff, old, new, b"a/" + name, b"b/" + name)
    return b"".join(line if line.endswith(b"\n") else line + _NO_NEWLINE for line in lines)


def colour_diff(change: Change, palette: Palette) -> str:
    """The same, for the eye: decoded, with colours, without what a terminal would not show."""
    text = render_diff(change).decode(change.source.encoding, "replace")
    return "".join(_colour(line, palette) + "\n" for line in text.replace("\r\n", "\n").split("\n")[:-1])


def _colour(line: str, palette: Palette) -> str:
    if line.startswith(("--- ", "+++ ")):
        return palette.paint(palette.strong, line)
    if line.startswith("@@"):
        return palette.paint(palette.quiet, line)
    if line.startswith("+"):
        return palette.paint(palette.good, line)
    return palette.paint(palette.bad, line) if line.startswith("-") else line


def _lines(data: bytes) -> list[bytes]:
    """Lines as git counts them: only a line feed ends one."""
    parts = data.split(b"\n")
    return [part + b"\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


def _name(path: Path) -> bytes:
    """The path from the working directory, where a patch is applied. A tab ends a name with spaces in it."""
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 - a link is patched by its own name
    here = Path.cwd()
    name = absolute.relative_to(here) if absolute.is_relative_to(here) else absolute
    text = name.as_posix().lstrip("/")
    return os.fsencode(f"{text}\t" if " " in text else text)
