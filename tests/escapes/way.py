"""A way by which a value leaves the code that the tool sees, or comes back by a path that it may lose."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_USE = re.compile(r"<use (?P<holder>[^<>]+)>")


@dataclass(frozen=True)
class Way:
    """``body`` leads the value ``<v>`` away; ``<use x>`` stands for a legacy read of ``x``, which holds it again.

    A way without ``<use ...>`` ends in code outside of the tree.
    """

    name: str
    top: str
    """Statements at module level, before the value is made."""
    body: str

    @property
    def returns_to_the_tree(self) -> bool:
        return "<use " in self.top + self.body

    def filled(self, value: str, use: str) -> Way:
        """The way with the value and the read of one kind, in which ``{}`` stands for what holds the value."""

        def fill(text: str) -> str:
            text = text.replace("<v>", value)
            return _USE.sub(lambda found: use.format(found["holder"]), text)

        return Way(self.name, fill(self.top), fill(self.body))


def ways(table: Mapping[str, str]) -> tuple[Way, ...]:
    """The ways of a table: name to statements, those at module level above a line of dashes."""
    made = []
    for name, text in table.items():
        top, _, body = text.strip("\n").rpartition("----\n")
        made.append(Way(name, top, body.strip("\n")))
    return tuple(made)
