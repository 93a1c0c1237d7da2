"""Which paths a ``.gitignore`` file excludes: the rules of gitignore(5), and nothing more.

Written here rather than taken from a library because it is one page, runs once for each directory entry
(a single regular expression settles the usual case, "not ignored"), and is tested against git itself. One difference is meant: ``?`` stands for a character, in git for a byte.

No pattern takes long, whoever wrote it: of several ``*`` or ``**`` all but the last take the first place that fits, for good. What
follows them can then be nowhere that it could not be otherwise, and no other place needs to be tried.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import count

_POSIX_CLASSES = {
    "alnum": "a-zA-Z0-9",
    "alpha": "a-zA-Z",
    "blank": " \\t",
    "cntrl": "\\x00-\\x1f\\x7f",
    "digit": "0-9",
    "graph": "\\x21-\\x7e",
    "lower": "a-z",
    "print": "\\x20-\\x7e",
    "punct": "!-/:-@\\[-`{-~",
    "space": "\\s",
    "upper": "A-Z",
    "xdigit": "0-9a-fA-F",
}


_LONGEST = 8192
"""Characters of a pattern. No path is longer than half of that."""
_STAR = "*"
"""Stands among regular expressions for what is not one yet: a ``*``."""
_DEEP = "**/"
"""The same for a ``**`` that is a whole part and stands before others."""
_ANY_FOLDERS = "(?:[^/]*/)*?"
_GROUP = "(?=(?P<g"
"""How `_first_place` begins."""


@dataclass(frozen=True)
class Rule:
    """One line of an ignore file."""

    regex: str
    """Matches the whole path relative to the ignore file, with ``/`` between the parts."""
    is_negated: bool
    for_directories_only: bool


@dataclass(frozen=True)
class IgnoreRules:
    """The rules of one ignore file, in its order."""

    rules: tuple[Rule, ...]

    @cached_property
    def _any(self) -> tuple[re.Pattern[str], ...]:
        """What settles the usual case: all simple rules as one, the others one by one, since groups cost each other time."""
        simple = [rule.regex for rule in self.rules if _GROUP not in rule.regex]
        one = "|".join(f"(?:{regex})" for regex in simple) or r"(?!)"
        others = [rule.regex for rule in self.rules if _GROUP in rule.regex]
        return tuple(re.compile(regex, re.DOTALL) for regex in (one, *others))

    @cached_property
    def _last_first(self) -> tuple[tuple[Rule, re.Pattern[str]], ...]:
        return tuple((rule, re.compile(rule.regex, re.DOTALL)) for rule in reversed(self.rules))

    def verdict(self, path: str, *, is_directory: bool) -> bool | None:
        """Whether ``path`` (relative to the ignore file) is ignored; None when no rule speaks of it."""
        if not any(pattern.fullmatch(path) for pattern in self._any):
            return None
        for rule, pattern in self._last_first:
            if (is_directory or not rule.for_directories_only) and pattern.fullmatch(path):
                return not rule.is_negated
        return None


def parse_ignore(text: str) -> IgnoreRules:
    """The rules in the text of an ignore file. A line that git would never match is left out."""
    lines = text.removeprefix("\ufeff").split("\n")
    numbers = count()
    rules = (_parse_line(line.removesuffix("\r"), numbers) for line in lines)
    return IgnoreRules(tuple(rule for rule in rules if rule is not None))


def _parse_line(line: str, numbers: Iterator[int]) -> Rule | None:
    if line.startswith("#") or len(line) > _LONGEST:
        return None
    pattern = _without_trailing_spaces(line)
    is_negated = pattern.startswith("!")
    pattern = pattern.removeprefix("!")
    for_directories_only = pattern.endswith("/")
    pattern = pattern.removesuffix("/")
    if not pattern:
        return None
    is_anchored = "/" in pattern
    pieces = _translate(pattern.removeprefix("/"))
    if pieces is None:
        return None
    regex = _joined(pieces, numbers)
    return Rule(regex if is_anchored else f"(?:.*/)?{regex}", is_negated, for_directories_only)


def _joined(pieces: list[str], numbers: Iterator[int]) -> str:
    """One regular expression from pieces, some of which are stars."""
    groups = _split(pieces, _DEEP)
    first, *rest = ("/".join(_part(part, numbers) for part in _split(group, "/")) for group in groups)
    if not rest:
        return first
    *middle, last = rest
    return (
        first + "".join(_first_place(_ANY_FOLDERS + group, numbers) for group in middle) + _ANY_FOLDERS + last
    )


def _part(pieces: list[str], numbers: Iterator[int]) -> str:
    """What stands between two slashes."""
    first, *rest = ("".join(chunk) for chunk in _split(pieces, _STAR))
    if not rest:
        return first
    *middle, last = rest
    return first + "".join(_first_place(f"[^/]*?{chunk}", numbers) for chunk in middle) + f"[^/]*{last}"


def _first_place(regex: str, numbers: Iterator[int]) -> str:
    """The expression where it fits first, without going back: a look-ahead does not, and what it found is taken."""
    name = f"g{next(numbers)}"
    return f"(?=(?P<{name}>{regex}))(?P={name})"


def _split(pieces: list[str], separator: str) -> list[list[str]]:
    parts: list[list[str]] = [[]]
    for piece in pieces:
        if piece == separator:
            parts.append([])
        else:
            parts[-1].append(piece)
    return parts


def _without_trailing_spaces(line: str) -> str:
    stripped = line.rstrip(" ")
    backslashes = len(stripped) - len(stripped.rstrip("\\"))
    is_escaped = backslashes % 2 == 1 and len(stripped) < len(line)
    return stripped + " " if is_escaped else stripped


def _translate(pattern: str) -> list[str] | None:
    """The pieces of a pattern: regular expressions of a character, slashes and stars. None: it can match nothing."""
    out: list[str] = []
    at = 0
    while at < len(pattern):
        char = pattern[at]
        if char == "*":
            piece, at = _translate_stars(pattern, at)
        elif char == "?":
            piece, at = "[^/]", at + 1
        elif char == "[":
            bracket = _translate_bracket(pattern, at)
            if bracket is None:
                return None
            piece, at = bracket
        elif char == "\\":
            if at + 1 == len(pattern):
                return None
            piece, at = re.escape(pattern[at + 1]), at + 2
        else:
            piece, at = re.escape(char), at + 1
        out.append(piece)
    return out


def _translate_stars(pattern: str, start: int) -> tuple[str, int]:
    end = start
    while end < len(pattern) and pattern[end] == "*":
        end += 1
    is_whole_part = (
        end - start == 2
        and (start == 0 or pattern[start - 1] == "/")
        and (end == len(pattern) or pattern[end] == "/")
    )
    if not is_whole_part:
        return _STAR, end
    if end == len(pattern):
        return ".*" if start == 0 else ".+", end
    return _DEEP, end + 1


def _translate_bracket(pattern: str, start: int) -> tuple[str, int] | None:
    at = start + 1
    is_negated = pattern[at : at + 1] in {"!", "^"} and at < len(pattern)
    at += is_negated
    body: list[str] = []
    first = True
    while at < len(pattern) and (first or pattern[at] != "]"):
        first = False
        posix = re.compile(r"\[:([a-z]+):\]").match(pattern, at)
        if posix:
            if posix[1] not in _POSIX_CLASSES:
                return None
            body.append(_POSIX_CLASSES[posix[1]])
            at = posix.end()
            continue
        item = _bracket_item(pattern, at)
        if item is None:
            return None
        piece, at = item
        body.append(piece)
    if at >= len(pattern):
        return None
    inner = "".join(body)
    if is_negated:
        return f"[^/{inner}]", at + 1
    return f"(?!/)[{inner}]", at + 1


def _bracket_item(pattern: str, at: int) -> tuple[str, int] | None:
    """A character or a range of a bracket expression; to git a backward range holds its first."""
    low, at = _bracket_char(pattern, at)
    if low is None:
        return None
    if pattern[at : at + 1] != "-" or pattern[at + 1 : at + 2] in {"", "]"}:
        return re.escape(low), at
    high, at = _bracket_char(pattern, at + 1)
    if high is None:
        return None
    return (f"{re.escape(low)}-{re.escape(high)}" if low <= high else re.escape(low)), at


def _bracket_char(pattern: str, at: int) -> tuple[str | None, int]:
    if pattern[at] != "\\":
        return pattern[at], at + 1
    return (pattern[at + 1], at + 2) if at + 1 < len(pattern) else (None, at)
