"""Shows what others wrote (names of files, source, facts, what dbt Cloud answers) without what steers its reader.

A terminal obeys control characters, the eye is misled by bidirectional ones, and GitHub runs a line that begins with ``::``.
This is the one place that makes them visible; what is not text (a patch, a file of the user's) never comes here.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterable
from typing import Any

_STEERING = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
"""C0, C1, bidirectional and invisible characters, separators of lines, and halves of characters that no encoding has."""
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_COMMAND = re.compile(r"^(\s*):(?=:)")
"""What GitHub takes for a workflow command. It passes over space in front."""
_OLD_COMMAND = "##["
"""The older form of one, which GitHub takes anywhere in a line."""
_COLOUR = re.compile("(\x1b\\[\\d{0,2}m)")
"""The escape sequences that this project writes itself."""


def one_line(value: object) -> str:
    """A value that stands in a line of a message: its line ends and all that steers are shown as escapes."""
    text = _STEERING.sub(_escape, str(value))
    text = _COMMAND.sub(r"\1\\x3a", text)
    return text.replace(_OLD_COMMAND, "\\x23#[")


def text(written: str) -> str:
    """Text of this project's own making, for a terminal without colours: only its line ends and tabs pass."""
    return re.sub(_STEERING, lambda found: found[0] if found[0] in "\n\t" else _escape(found), written)


def coloured_text(written: str) -> str:
    """The same with the colours that this project writes."""
    parts = _COLOUR.split(written)
    return "".join(part if number % 2 else text(part) for number, part in enumerate(parts))


def message(written: str) -> str:
    """A message of one or several lines, none of which is a command to GitHub."""
    lines = text(written).replace(_OLD_COMMAND, "\\x23#[").split("\n")
    return "\n".join(_COMMAND.sub(r"\1\\x3a", line) for line in lines)


def shell_words(words: Iterable[object]) -> str:
    """Words as a shell reads them, on one line: what steers is written as in ``$'\\n'``, which bash and zsh read."""
    return " ".join(_shell_word(str(word)) for word in words)


def _shell_word(word: str) -> str:
    if one_line(word) == word:
        return shlex.quote(word)
    escaped = word.replace("\\", "\\\\").replace("'", "\\'").replace("#", "\\x23")
    return f"$'{re.sub(_STEERING, _shell_escape, escaped)}'"


def _shell_escape(found: re.Match[str]) -> str:
    data = found[0].encode("utf-8", "surrogateescape" if "\udc80" <= found[0] <= "\udcff" else "replace")
    return "".join(f"\\x{byte:02x}" for byte in data)


def json_text(document: Any, *, indent: int | None = 2) -> str:
    """A document as JSON that is safe to look at: the same data, with ``\\u`` escapes for what steers."""
    separators = None if indent else (",", ":")
    dumped = json.dumps(document, indent=indent, separators=separators, ensure_ascii=False)
    return re.sub(_STEERING, lambda found: found[0] if found[0] == "\n" else _json_escape(found[0]), dumped)


def _escape(found: re.Match[str]) -> str:
    char = found[0]
    code = ord(char)
    return _SHORT.get(char) or (
        f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
    )


def _json_escape(char: str) -> str:
    return json.dumps(char)[1:-1]
