"""Which paths a ``.gitignore`` file excludes: the rules of gitignore(5), and nothing more.

Written here rather than taken from a library because it is one page, runs once for each directory entry
(a single regular expression settles the usual case, "not ignored"), and is tested against git itself. One difference is meant: ``?`` stands for a character, in git for a byte.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

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
    def _any(self) -> re.Pattern[str]:
        return re.compile("|".join(f"(?:{rule.regex})" for rule in self.rules) or r"(?!)", re.DOTALL)

    @cached_property
    def _last_first(self) -> tuple[tuple[Rule, re.Pattern[str]], ...]:
        return tuple((rule, re.compile(rule.regex, re.DOTALL)) for rule in reversed(self.rules))

    def verdict(self, path: str, *, is_directory: bool) -> bool | None:
        """Whether ``path`` (relative to the ignore file) is ignored; None when no rule speaks of it."""
        if not self._any.fullmatch(path):
            return None
        for rule, pattern in self._last_first:
            if (is_directory or not rule.for_directories_only) and pattern.fullmatch(path):
                return not rule.is_negated
        return None


def parse_ignore(text: str) -> IgnoreRules:
    """The rules in the text of an ignore file. A line that git would never match is left out."""
    lines = text.removeprefix("\ufeff").split("\n")
    rules = (_parse_line(line.removesuffix("\r")) for line in lines)
    return IgnoreRules(tuple(rule for rule in rules if rule is not None))


def _parse_line(line: str) -> Rule | None:
    if line.startswith("#"):
        return None
    pattern = _without_trailing_spaces(line)
    is_negated = pattern.startswith("!")
    pattern = pattern.removeprefix("!")
    for_directories_only = pattern.endswith("/")
    pattern = pattern.removesuffix("/")
    if not pattern:
        return None
    is_anchored = "/" in pattern
    regex = _translate(pattern.removeprefix("/"))
    if regex is None:
        return None
    return Rule(regex if is_anchored else f"(?:.*/)?{regex}", is_negated, for_directories_only)


def _without_trailing_spaces(line: str) -> str:
    stripped = line.rstrip(" ")
    backslashes = len(stripped) - len(stripped.rstrip("\\"))
    is_escaped = backslashes % 2 == 1 and len(stripped) < len(line)
    return stripped + " " if is_escaped else stripped


def _translate(pattern: str) -> str | None:
    """The regular expression of a pattern, or None for one that can match nothing."""
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
    return "".join(out)


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
        return "[^/]*", end
    if end == len(pattern):
        return ".*" if start == 0 else ".+", end
    return "(?:.*/)?", end + 1


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
