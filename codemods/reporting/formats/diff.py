"""Changes as a patch that ``git apply`` and ``patch -p1`` take."""

from __future__ import annotations

import difflib
import os
from pathlib import Path

from legacy_shim import visible

from ...files.sources import (
    Change,
    encode,
)
from .palette import Palette

_SHORT = {7: b"a", 8: b"b", 9: b"t", 10: b"n", 11: b"v", 12: b"f", 13: b"r", 34: b'"', 92: b"\\"}
_NO_NEWLINE = b"\n\\ No newline at end of file\n"


def render_diff(change: Change) -> bytes:
    """The unified diff of a change, byte for byte: line ends, encoding and byte order mark are the file's own."""
    old = _lines(encode(change.source, change.source.text))
    new = _lines(encode(change.source, change.new_text))
    name = _name(change.path)
    before = b"/dev/null" if change.is_new else _header(b"a/" + name)
    lines = difflib.diff_bytes(difflib.unified_diff, old, new, before, _header(b"b/" + name))
    return b"".join(line if line.endswith(b"\n") else line + _NO_NEWLINE for line in lines)


def colour_diff(change: Change, palette: Palette) -> str:
    """The same, for the eye: decoded, with colours, without what a terminal would not show."""
    text = render_diff(change).decode(change.source.encoding, "replace")
    lines = text.replace("\r\n", "\n").split("\n")[:-1]
    return "".join(_colour(visible.text(line), palette) + "\n" for line in lines)


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
    """The path from the working directory, where a patch is applied."""
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 - a link is patched by its own name
    here = Path.cwd()
    name = absolute.relative_to(here) if absolute.is_relative_to(here) else absolute
    return os.fsencode(name.as_posix().lstrip("/"))


def _header(name: bytes) -> bytes:
    """A name as it stands in a patch: quoted as git quotes it where it is odd, and ended by a tab where it has spaces."""
    if _is_plain(name):
        return name + b"\t" if b" " in name else name
    return b'"' + b"".join(_quoted(byte) for byte in name) + b'"'


def _is_plain(name: bytes) -> bool:
    try:
        text = name.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return not set(text) & {'"', "\\"} and visible.one_line(text) == text


def _quoted(byte: int) -> bytes:
    """Source: ``quote_c_style`` of git."""
    if byte in _SHORT:
        return b"\\" + _SHORT[byte]
    return bytes([byte]) if 0x20 <= byte < 0x7F else b"\\%03o" % byte
