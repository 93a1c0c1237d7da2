"""dbt commands as data, so that two that do the same are equal however they are spelled."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass

EVERYTHING = frozenset({"fqn:*"})
_LISTS = {"--select": "select", "-s": "select", "--models": "select", "-m": "select", "--exclude": "exclude"}
_WITH_VALUE = ("--selector", "--vars")
_TWO_WORDS = frozenset({"docs", "source"})


@dataclass(frozen=True)
class DbtCommand:
    """What a command does: its verb, what it selects, and everything else it was given."""

    verb: str
    select: frozenset[str] = EVERYTHING
    exclude: frozenset[str] = frozenset()
    selector: str = ""
    vars: str = ""
    """The variables as JSON with sorted keys."""
    rest: tuple[str, ...] = ()

    @property
    def does(self) -> tuple[str, str, tuple[str, ...]]:
        """What it does to the nodes that it selects."""
        return self.verb, self.vars, self.rest


def parse_dbt_command(text: str) -> DbtCommand:
    """Read `text`, with or without the word ``dbt``. What cannot be read as a command is its own verb."""
    try:
        words = shlex.split(text)
    except ValueError:
        return DbtCommand(text)
    if words[:1] == ["dbt"]:
        words = words[1:]
    if not words:
        return DbtCommand(text)
    size = 2 if words[0] in _TWO_WORDS and len(words) > 1 else 1
    return _read_options(" ".join(words[:size]), words[size:])


def _read_options(verb: str, words: list[str]) -> DbtCommand:
    chosen: dict[str, list[str]] = {"select": [], "exclude": []}
    values = {"--selector": "", "--vars": ""}
    rest: list[str] = []
    target = rest
    for word in _with_values_apart(words):
        if word in _LISTS:
            target = chosen[_LISTS[word]]
        elif word in _WITH_VALUE:
            target = _Slot(values, word)
        elif word.startswith("-"):
            rest.append(word)
            target = rest
        else:
            target.append(word)
    return DbtCommand(
        verb,
        frozenset(_criteria(chosen["select"])) or EVERYTHING,
        frozenset(_criteria(chosen["exclude"])),
        values["--selector"],
        _vars(values["--vars"]),
        tuple(rest),
    )


class _Slot(list[str]):
    """Takes the one value of an option."""

    def __init__(self, values: dict[str, str], name: str) -> None:
        super().__init__()
        self._values, self._name = values, name

    def append(self, word: str) -> None:
        self._values[self._name] = word


def _with_values_apart(words: list[str]) -> list[str]:
    """``--select=a`` as two words, and an option that was quoted together with its value too."""
    parts: list[str] = []
    for word in words:
        name, equals, value = word.partition("=")
        if equals and name in (*_LISTS, *_WITH_VALUE):
            parts += [name, value]
        elif word.startswith("--") and " " in word:
            parts += word.split()
        else:
            parts.append(word)
    return parts


def _criteria(words: list[str]) -> list[str]:
    """Selection criteria with the default method left out: ``fqn:a.b`` selects what ``a.b`` does."""
    parts = [part for word in words for part in word.split()]
    return [part.removeprefix("fqn:") if part != "fqn:*" else part for part in parts]


def _vars(text: str) -> str:
    if not text:
        return ""
    try:
        return json.dumps(json.loads(text), sort_keys=True)
    except ValueError:
        return text
