"""``explain CODE``: the section of a code in MIGRATION.md."""

from __future__ import annotations

import difflib

from legacy_shim.catalogue import BY_CODE, BY_NAME, LEGACY_NAMES

from ..errors import UsageError
from .guide import guide_text, section


def explain(word: str) -> str:
    """What a code means, why, and what to do, as Markdown. A legacy name is taken for its code.

    Raises UsageError for a word that is neither, with the nearest ones.
    """
    code = BY_CODE.get(code_of(word))
    if code is None:
        known = [*BY_CODE, *BY_NAME]
        near = difflib.get_close_matches(word, known, n=3) or difflib.get_close_matches(
            word.upper(), known, n=3
        )
        hint = f"; did you mean {', '.join(near)}?" if near else ""
        raise UsageError(f"{word!r} is neither a code nor a legacy name{hint}")
    text = section(code, guide_text())
    names = [row for row in LEGACY_NAMES if row.code == code.code]
    listed = "".join(
        f"- `{row.name}` (`dagster_dbt.cloud.{row.module}`): use {row.replacement}\n" for row in names
    )
    return f"{text}\n{listed}" if listed else text


def code_of(word: str) -> str:
    """The code that a word stands for: itself in upper case, or that of the legacy name."""
    row = BY_NAME.get(word)
    return row.code if row else word.strip().upper()
