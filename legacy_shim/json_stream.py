"""A large JSON object read piece by piece: what is not kept of it never stands in memory beside the rest."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from legacy_shim.json_text import DEEPEST, JsonError, is_deeper, too_deep, whole_number

_SPACE = re.compile(r"[ \t\n\r]*")
_DECODER = json.JSONDecoder(parse_int=whole_number)
_EXPONENT = len("e+0")
"""As many characters make a longer number out of one that was complete before the first of them."""

Entry = tuple[str, str | None, Any]
"""A key of the document; a key of what is under it; what is under that.

Where a key begins, and where no object is under it, the second is None, and the third what is there: an empty object to begin with.
"""


def entries(pieces: Iterable[str], *, deepest: int = DEEPEST) -> Iterator[Entry]:
    """Go through a document that is an object, two levels deep, while its text comes in pieces.

    Raises JsonError where `json_text.parse_json` does, although after what stands before the mistake; and where the
    document is no object.
    """
    reader = _Reader(iter(pieces))
    if reader.next_character() != "{":
        raise JsonError("it is no object")
    for key in reader.names():
        if reader.next_character(take=False) != "{":
            yield key, None, reader.value(deepest - 1)
            continue
        reader.next_character()
        yield key, None, {}
        for inner in reader.names():
            yield key, inner, reader.value(deepest - 2)
    if reader.next_character():
        raise JsonError("something follows the end of the object")


class _Reader:
    """The text that has come and is not read yet."""

    def __init__(self, pieces: Iterator[str]) -> None:
        self._pieces = pieces
        self._text = ""
        self._at = 0

    def names(self) -> Iterator[str]:
        """The keys of an object whose brace was taken; what is under each must be taken before the next."""
        character = self.next_character(take=False)
        if character == "}":
            self.next_character()
            return
        while True:
            if self.next_character(take=False) != '"':
                raise JsonError("a key was expected")
            key = self.value(1)
            if self.next_character() != ":":
                raise JsonError("a colon was expected")
            yield key
            character = self.next_character()
            if character == "}":
                return
            if character != ",":
                raise JsonError("a comma was expected")

    def next_character(self, *, take: bool = True) -> str:
        """The next character that is no space; empty at the end of the text."""
        while True:
            self._at = _SPACE.match(self._text, self._at).end()  # type: ignore[union-attr]  # it matches anything
            if self._at < len(self._text):
                self._at += take
                return self._text[self._at - take]
            if not self._read_on():
                return ""

    def value(self, deepest: int) -> Any:
        """The next value, whole."""
        self.next_character(take=False)
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                if not self._read_on():
                    raise JsonError(error.msg) from None
                continue
            except RecursionError:
                raise JsonError(too_deep(deepest)) from None
            if isinstance(value, (int, float)) and len(self._text) - end < _EXPONENT and self._read_on():
                continue  # It may go on.
            # What has few brackets is not deep; to look through a value takes as long as to read it.
            brackets = self._text.count("{", self._at, end) + self._text.count("[", self._at, end)
            if brackets > deepest and is_deeper(value, deepest):
                raise JsonError(too_deep(deepest))
            self._at = end
            return value

    def _read_on(self) -> bool:
        """Have more of the text, each time at least as much as is there, so that little of it is gone through again."""
        wanted = max(1, len(self._text) - self._at)
        parts: list[str] = []
        for piece in self._pieces:
            parts.append(piece)
            wanted -= len(piece)
            if wanted <= 0:
                break
        more = "".join(parts)
        if more:
            self._text, self._at = self._text[self._at :] + more, 0
        return bool(more)
