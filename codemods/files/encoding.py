"""Python source as text and back, without losing a byte (PEP 263)."""

from __future__ import annotations

import ast
import codecs
import io
import tokenize

_UTF8 = "utf-8"
_BYTE_FOR_BYTE = frozenset({_UTF8, "ascii", "iso8859-1"})


_FOR_NAMES = frozenset({"punycode", "idna"})


class EncodingError(Exception):
    """The bytes are not what the file declares, or the text does not fit the encoding. The message is for people."""


def decode(data: bytes) -> tuple[str, str, bool]:
    """The text, its encoding and whether a byte order mark stood before it. Line ends stay as they are.

    Raises EncodingError where the bytes cannot be decoded, and where decoding would not give the same
    bytes back, because a file like that could not be rewritten without changing what was not meant.
    """
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    except SyntaxError as error:
        raise EncodingError(str(error.msg)) from None
    if encoding.lower() in _FOR_NAMES:
        raise EncodingError(f"{encoding} is an encoding of host names, and never ends with a file")
    has_bom = data.startswith(codecs.BOM_UTF8)
    name = _UTF8 if has_bom else encoding
    body = data[len(codecs.BOM_UTF8) :] if has_bom else data
    try:
        text = body.decode(name)
    except (UnicodeError, LookupError) as error:
        raise EncodingError(f"it is not {name} as declared ({_reason(error)})") from None
    if codecs.lookup(name).name not in _BYTE_FOR_BYTE and _encode_or_none(text, name) != body:
        raise EncodingError(f"it cannot be written back in {name} without a change elsewhere")
    return text, name, has_bom


def encode(text: str, encoding: str, *, bom: bool) -> bytes:
    """The bytes of a Python text.

    A character that the encoding cannot express is escaped where that means the same, as in a string literal. Raises
    EncodingError where it does not.
    """
    try:
        body = text.encode(encoding)
    except UnicodeError as error:
        escaped = text.encode(encoding, errors="backslashreplace")
        if not _mean_the_same(text, escaped.decode(encoding)):
            raise EncodingError(f"the new text does not fit {encoding} ({_reason(error)})") from None
        body = escaped
    return codecs.BOM_UTF8 + body if bom else body


def _mean_the_same(one: str, other: str) -> bool:
    try:
        return ast.dump(ast.parse(one)) == ast.dump(ast.parse(other))
    except (SyntaxError, ValueError):
        return False


def _encode_or_none(text: str, encoding: str) -> bytes | None:
    try:
        return text.encode(encoding)
    except UnicodeError:
        return None


def _reason(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"byte {error.object[error.start]:#04x} at offset {error.start}"
    if isinstance(error, UnicodeEncodeError):
        return f"character {error.object[error.start]!r}"
    return str(error)
