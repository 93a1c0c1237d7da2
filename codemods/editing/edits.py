"""What a rewrite asks for: changes at positions that the index has found, as text. ``apply`` carries them out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeGuard

from ..analysis.syntax.source_module import Span


@dataclass(frozen=True)
class ReplaceExpression:
    """Put ``text`` where the expression at ``span`` stands."""

    span: Span
    text: str


@dataclass(frozen=True)
class Unstar:
    """Make ``*x`` at ``span`` (in a display or a call) plain ``x``."""

    span: Span


@dataclass(frozen=True)
class ReplaceAround:
    """Put ``text`` where the attribute, or a ``getattr`` of it, at ``span`` stands, with ``{}`` in it for what the attribute is taken from.

    What stands there may have edits of its own.
    """

    span: Span
    text: str


@dataclass(frozen=True)
class PrependArgument:
    """Put the positional argument ``value`` before all others of the call at ``span``."""

    span: Span
    value: str


@dataclass(frozen=True)
class HandFirst:
    """Have the method call at ``span`` call the function ``name``, first with ``value``: ``{}`` in it is what the method is taken from.

    What stands there may have edits of its own.
    """

    span: Span
    name: str
    value: str


@dataclass(frozen=True)
class DropArgument:
    """Take the argument at ``place``, counted from 0 in the order of the text, out of the call at ``span``."""

    span: Span
    place: int


@dataclass(frozen=True)
class DropEntry:
    """Take the entry at ``place``, counted from 0, out of the dict display at ``span``."""

    span: Span
    place: int


@dataclass(frozen=True)
class AddArgument:
    """Add the keyword argument ``name=value`` to the call at ``span``, with a comment where it has a line of its own."""

    span: Span
    name: str
    value: str
    comment: str = ""


@dataclass(frozen=True)
class AddEntry:
    """Add the entry ``key: value`` (as text) to the dict display at ``span``."""

    span: Span
    key: str
    value: str


@dataclass(frozen=True)
class AddElement:
    """Add the element ``value`` to the list display at ``span``."""

    span: Span
    value: str


@dataclass(frozen=True)
class ReplaceStatement:
    """Put the statements of ``text`` where the statement at ``span`` stands; remove it where ``text`` is empty."""

    span: Span
    text: str


@dataclass(frozen=True)
class InsertBefore:
    """Put the statements of ``text`` before the statement at ``span``, and before the comments directly above it.

    ``blank`` asks for an empty line between the two. Of several at one place the lowest ``rank`` comes first.
    """

    span: Span
    text: str
    blank: bool = False
    rank: int = 1


@dataclass(frozen=True)
class InsertAfter:
    """Put the statements of ``text`` behind the statement at ``span``."""

    span: Span
    text: str


@dataclass(frozen=True)
class ReplaceInString:
    """Put ``new`` for the expression ``old`` where it stands in braces in the f-string at ``span``."""

    span: Span
    old: str
    new: str


Edit = (
    ReplaceInString
    | ReplaceExpression
    | ReplaceAround
    | Unstar
    | PrependArgument
    | HandFirst
    | DropArgument
    | DropEntry
    | AddArgument
    | AddEntry
    | AddElement
    | ReplaceStatement
    | InsertBefore
    | InsertAfter
)


def defined_once(edits: Sequence[Edit]) -> list[Edit]:
    """The edits, with each function that several of them define in a file only where the first of them does."""
    first: dict[str, Span] = {}
    for edit in edits:
        if _defines(edit):
            first[edit.text] = min(first.get(edit.text, edit.span), edit.span, key=lambda span: span.line)
    return [edit for edit in edits if not _defines(edit) or edit.span == first[edit.text]]


def _defines(edit: Edit) -> TypeGuard[InsertBefore]:
    return isinstance(edit, InsertBefore) and edit.text.startswith("def ")


@dataclass(frozen=True)
class Import:
    """``from module import name``, or ``import module`` where ``name`` is empty; both maybe under ``alias``."""

    module: str
    name: str = ""
    alias: str = ""

    @property
    def bound_name(self) -> str:
        return self.alias or self.name or self.module
