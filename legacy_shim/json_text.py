"""JSON that others wrote, read so that no text of theirs ends this program."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

DEEPEST = 50
"""Levels of objects and lists. What this project reads has five."""
_MOST_DIGITS = 100

Pairs = Callable[[list[tuple[str, Any]]], dict[str, Any]]


class JsonError(ValueError):
    """What is wrong with it, in words."""


def parse_json(text: str | bytes, *, deepest: int = DEEPEST, pairs: Pairs = dict) -> Any:
    """The document in a JSON string. Raises JsonError, also for what Python's own parser gives up on with other errors.

    ``pairs`` makes the objects, and may raise errors of its own.
    """
    try:
        hook = None if pairs is dict else pairs  # Python makes dicts faster itself.
        document = json.loads(text, object_pairs_hook=hook, parse_int=whole_number)
    except json.JSONDecodeError as error:
        raise JsonError(f"line {error.lineno}, column {error.colno}: {error.msg}") from None
    except UnicodeDecodeError:
        raise JsonError("it is not UTF-8") from None
    except RecursionError:
        raise JsonError(too_deep(deepest)) from None
    if is_deeper(document, deepest):
        raise JsonError(too_deep(deepest))
    return document


def too_deep(deepest: int) -> str:
    """What is wrong with a document of too many levels."""
    return f"nested too deeply: more than {deepest} levels"


def is_deeper(document: Any, deepest: int) -> bool:
    """Whether a document has more levels than that."""
    # Level by level, since a walk down would meet the limit that it is to keep others from.
    level = [document] if isinstance(document, (dict, list)) else []
    for _ in range(deepest):
        level = [
            part
            for value in level
            for part in (value.values() if isinstance(value, dict) else value)
            if isinstance(part, (dict, list))
        ]
        if not level:
            return False
    return True


def whole_number(digits: str) -> int:
    """A whole number: Python takes minutes for one of a million digits, or refuses it, and so does what is made of it."""
    if len(digits) > _MOST_DIGITS:
        raise JsonError(f"the number {digits[:20]}... has more than {_MOST_DIGITS} digits")
    return int(digits)
