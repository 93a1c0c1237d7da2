"""Keeps tokens out of everything that Dagster stores, shows or serializes, messages included.

Dagster writes the literal values of a resource into the snapshots of jobs and shows them in its UI. So what it is
given in place of a literal token is a handle, which this process can turn back and nobody else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b
from itertools import groupby
from typing import Any
from urllib.parse import quote, quote_plus

from legacy_shim.cloud.failures import DbtCloudConfigurationError
from legacy_shim.visible import one_line

_HANDLE = re.compile(r"hidden-token-[0-9a-f]{8}")
_tokens: dict[str, str] = {}
_MASK = "***"
LONGEST_QUOTE = 400
"""Characters that a message quotes of what dbt Cloud said."""
_SHORTEST_PIECE = 10  # characters in a row that a string and a token do not share by chance
_SHORTEST_SECRET = 4  # shorter strings are no secrets, and masking them would blot out innocent words


def hide(token: str) -> str:
    """Return the handle of `token`: the same for the same token in every process, and no way back from it."""
    if _HANDLE.fullmatch(token):
        return token
    handle = f"hidden-token-{blake2b(token.encode(), digest_size=4, person=b'legacy-shim').hexdigest()}"
    _tokens[handle] = token
    return handle


def reveal(text: str) -> str:
    """Return the token behind a handle; any other text is the token itself."""
    if not _HANDLE.fullmatch(text):
        return text
    try:
        return _tokens[text]
    except KeyError:
        raise DbtCloudConfigurationError(
            "This dbt Cloud resource came from another process, and its token stayed there. "
            "Build the resource in this process, or give its token as an EnvVar."
        ) from None


def redact(text: str, token: str) -> str:
    """Return `text` without `token`, as it is, escaped or in part.

    A part is left where something else has cut the text: the network, or dbt Cloud itself.
    """
    if len(token) < _SHORTEST_SECRET:
        return text
    for spelling in _spellings(token):
        text = text.replace(spelling, _MASK)
    return _without_pieces(text, token)


def redact_value(value: Any, token: str) -> Any:
    """Return JSON data with `redact` done to each of its strings."""
    if isinstance(value, str):
        return redact(value, token)
    if isinstance(value, Mapping):
        return {redact(str(key), token): redact_value(inner, token) for key, inner in value.items()}
    if isinstance(value, list):
        return [redact_value(inner, token) for inner in value]
    return value


class Watched:
    """Pieces of a response as they come, which notes whether a token is in it. An empty token never is."""

    def __init__(self, pieces: Iterable[str], token: str) -> None:
        self._pieces = pieces
        self._token = token
        self.has_met = False

    def __iter__(self) -> Iterator[str]:
        before = ""
        for piece in self._pieces:
            if self._token and not self.has_met:
                self.has_met = self._token in before + piece
                before = (before + piece)[-len(self._token) :]  # it may be cut in two
            yield piece


def excerpt(text: str, token: str, length: int = LONGEST_QUOTE) -> str:
    """Return `text` without `token` and what steers a terminal, on one line and cut to `length` characters.

    Every quotation passes here, since the order counts: a token that is cut first is no longer found.
    """
    line = one_line(" ".join(redact(text, token).split()))
    return line if len(line) <= length else f"{line[: length - 1]}…"


def _spellings(token: str) -> list[str]:
    """Return the ways in which JSON, a URL or Python's repr write `token`, the longest first."""
    spellings = {token, json.dumps(token)[1:-1], quote(token, safe=""), quote_plus(token), repr(token)[1:-1]}
    return sorted(spellings, key=len, reverse=True)


def _without_pieces(text: str, token: str) -> str:
    if len(token) < _SHORTEST_PIECE:
        return text
    pieces = {token[at : at + _SHORTEST_PIECE] for at in range(len(token) - _SHORTEST_PIECE + 1)}
    if any(piece in text for piece in pieces):
        covered = bytearray(len(text))
        for at in range(len(text) - _SHORTEST_PIECE + 1):
            if text[at : at + _SHORTEST_PIECE] in pieces:
                covered[at : at + _SHORTEST_PIECE] = b"\1" * _SHORTEST_PIECE
        text = "".join(
            _MASK if hidden else "".join(character for character, _ in group)
            for hidden, group in groupby(zip(text, covered, strict=True), key=lambda pair: pair[1])
        )
    for length in range(_SHORTEST_PIECE - 1, _SHORTEST_SECRET - 1, -1):  # the text ends within the token
        if text.endswith(token[:length]):
            return text[:-length] + _MASK
    return text
