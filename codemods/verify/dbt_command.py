"""What a dbt command does, as data: two commands that do the same are equal however they are spelled."""

from __future__ import annotations

import json
from dataclasses import dataclass

from legacy_shim.dbt_commands import CommandError, arguments_without_selection, parse_command, words_of
from legacy_shim.json_text import parse_json

_EVERYTHING = frozenset({"fqn:*"})
"""What dbt selects when nothing is said; v2 says it."""


@dataclass(frozen=True)
class Doing:
    """The selection of a command, and all else it was given."""

    select: frozenset[str]
    exclude: frozenset[str]
    selector: str
    vars: str
    """The variables as JSON with sorted keys, as far as they are JSON."""
    words: tuple[str, ...]
    """The verb and every other option."""

    @property
    def to_its_nodes(self) -> tuple[str, tuple[str, ...]]:
        """What it does to the nodes that it selects."""
        return self.vars, self.words


def doing(text: str) -> Doing:
    """Read a command. One that cannot be read is equal to itself alone."""
    try:
        command = parse_command(text)
        if not command.materializes:
            return Doing(_EVERYTHING, frozenset(), "", "", words_of(text))
        return Doing(
            frozenset(map(_criterion, command.select)) or _EVERYTHING,
            frozenset(map(_criterion, command.exclude)),
            command.selector or "",
            _sorted_vars(command.vars or ""),
            tuple(_without_vars(arguments_without_selection(text))),
        )
    except CommandError:
        return Doing(_EVERYTHING, frozenset(), "", "", (text,))


def _criterion(text: str) -> str:
    """A selection criterion without the default method: ``fqn:a.b`` selects what ``a.b`` does."""
    return text if text in _EVERYTHING else text.removeprefix("fqn:")


def _without_vars(words: tuple[str, ...]) -> list[str]:
    rest: list[str] = []
    pending = list(words)
    while pending:
        word = pending.pop(0)
        if word == "--vars":
            pending = pending[1:]
        elif not word.startswith("--vars="):
            rest.append(word)
    return rest


def _sorted_vars(text: str) -> str:
    try:
        return json.dumps(parse_json(text), sort_keys=True)
    except ValueError:
        return text
