"""Small parts of English that several reports share."""

from __future__ import annotations

import textwrap


def plural(number: int, noun: str) -> str:
    """``1 file``, ``2 files``, ``1,200 files``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def wrapped(text: str, width: int | None, indent: str, first: str | None = None) -> str:
    """The text in lines of at most ``width`` columns, which break between words only; in one line for None.

    ``first`` stands before the first line, ``indent`` before the others (and before the first where that is not given).
    """
    lead = indent if first is None else first
    if width is None:
        return lead + text
    return textwrap.fill(
        text,
        width,
        initial_indent=lead,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
