"""The comments of the arguments of a call, for the arguments of what takes its place."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ...analysis.syntax.source_module import Module
from ...editing import render
from ...editing.render import Field
from ...editing.style import Style


@dataclass(frozen=True)
class Described:
    """What is said of each argument, under its new name, and of none of them."""

    spoken: Mapping[str, Field]
    left: tuple[str, ...]

    def fields(self, values: Mapping[str, str], shown: Mapping[str, str]) -> tuple[list[Field], list[str]]:
        """The arguments with their comments, and the comments that have no argument any more.

        `shown` is what stands elsewhere for an argument, and may hold its comments already.
        """
        spoken = dict(self.spoken)
        found = [
            spoken.pop(name, Field("", name)).saying(text, shown.get(name, ""))
            for name, text in values.items()
        ]
        left = list(self.left)
        for field in spoken.values():
            gone = field.saying("")
            left += [*gone.comments, *([gone.trailing] if gone.trailing else [])]
        return found, left


def described_by(
    module: Module, style: Style, call: ast.Call, parts: Sequence[tuple[ast.AST, Field]]
) -> Described:
    """The comments in a call; `parts` has its arguments, under their new names."""
    told, left = render.with_comments(module, style, call, parts)
    spoken: dict[str, Field] = {}
    for field in told:
        have = spoken.get(field.name)
        trailing = field.trailing if not have or not have.trailing else have.trailing
        extra = (field.trailing,) if have and have.trailing and field.trailing else ()
        before = (*(have.comments if have else ()), *field.comments, *extra)
        inside = (*(have.inside if have else ()), *field.inside)
        spoken[field.name] = Field("", field.name, before, trailing, inside)
    return Described(spoken, tuple(left))
