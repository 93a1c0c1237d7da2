"""How the user writes: quotes, indentation, line length. New code follows it."""

from __future__ import annotations

import ast
import io
import re
import sys
import tokenize
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from pathlib import Path

from ..analysis.syntax.source_module import Module, split_lines

DEFAULT_LINE_LENGTH = 88
_LINE_LENGTH = re.compile(r"^\s*(?:line[-_]length|max[-_]line[-_]length)\s*=\s*[\"']?(\d+)", re.MULTILINE)
_STRING_OR_COMMENT = re.compile(
    r"""\#[^\r\n]*"""
    r'''|"""(?:[^"\\]|\\.|"(?!""))*"""|"(?:[^"\\]|\\.)*"'''
    r"""|'''(?:[^'\\]|\\.|'(?!''))*'''|'(?:[^'\\]|\\.)*'""",
    re.DOTALL,
)
"""Exact where each quote begins or ends a string, as in all files that Python reads."""
_NESTS_STRINGS = sys.version_info >= (3, 12)
_FORMATTED = re.compile(r"[fF][rR]?$|[rR][fF]$")
_CASE = re.compile(r"([ \t]+)case\b")


@dataclass(frozen=True)
class Comment:
    """A comment, with whether code stands before it on its line. Lines are 1-based."""

    line: int
    column: int
    text: str
    trails: bool


_DIRECTIVE = re.compile(r"#\s*(?:noqa|type:\s*ignore|pyright:|mypy:|pylint:|pyre-|ruff:|nosec|pragma:)")


def is_directive(comment: str) -> bool:
    """Whether a comment speaks to a tool, about the code on its line."""
    return bool(_DIRECTIVE.match(comment))


_SWITCH = re.compile(r"#\s*(?:fmt|isort|yapf)\s*:\s*(?:on|off|disable|enable)\b")


def is_switch(comment: str) -> bool:
    """Whether a comment switches a tool off or on for the lines that follow."""
    return bool(_SWITCH.match(comment))


@dataclass(frozen=True)
class Style:
    """What new code in a file must look like."""

    quote: str
    indent: str
    width: int
    comments: tuple[Comment, ...]

    def string(self, value: str) -> str:
        """A string literal in the file's quotes."""
        body = value.replace("\\", "\\\\")
        other = "'" if self.quote == '"' else '"'
        if "\n" in value or "\r" in value or not value.isprintable():
            return repr(value)
        if self.quote in body:
            return f"{other}{body}{other}" if other not in body else repr(value)
        return f"{self.quote}{body}{self.quote}"


def style_of(module: Module) -> Style:
    """Read the style of a file from its strings and comments, and from the project's configuration."""
    quotes: Counter[str] = Counter()
    comments: list[Comment] = []
    starts = list(accumulate(map(len, module.lines), initial=0))
    for start, text in _strings_and_comments(module.text):
        if text.startswith("#"):
            line = bisect_right(starts, start)
            column = start - starts[line - 1]
            trails = bool(module.lines[line - 1][:column].strip())
            comments.append(Comment(line, column, text.rstrip(), trails))
        elif not text.startswith(('"' * 3, "'" * 3)):
            quotes[text[0]] += 1
    quote = "'" if quotes["'"] > quotes['"'] else '"'
    indent = next((found for each in module.tree.body for found in _indents(module, each)), "    ")
    width = configured_width(module.path.parent) or DEFAULT_LINE_LENGTH
    return Style(quote, indent, width, tuple(comments))


def _strings_and_comments(text: str) -> Iterator[tuple[int, str]]:
    """Where each stands in a file that Python reads, and its text, a string's from its first quote on."""
    for found in _STRING_OR_COMMENT.finditer(text):
        start = found.start()
        if _NESTS_STRINGS and found[0][0] != "#" and _FORMATTED.search(text, max(0, start - 2), start):
            yield from _by_tokens(text, start)
            return
        yield start, found[0]


def _by_tokens(text: str, first: int) -> Iterator[tuple[int, str]]:
    """The same from some place on, where strings may stand inside of strings."""
    lines = split_lines(text)
    starts = list(accumulate(map(len, lines), initial=0))
    try:
        for token in tokenize.generate_tokens(io.StringIO(text, newline="").readline):
            start = starts[token.start[0] - 1] + token.start[1]
            if start >= first and token.type == tokenize.COMMENT:
                yield start, token.string
            elif start >= first and token.type == tokenize.STRING:
                body = token.string.lstrip("rRbBuUfF")
                yield start + len(token.string) - len(body), body
    except (tokenize.TokenError, IndentationError):
        # What ast accepts and tokenize does not (a lone form feed, say) costs no more than the rest of the style.
        return


def _indents(module: Module, statement: ast.stmt) -> Iterator[str]:
    """What stands before each block of a statement at the top level that has lines of its own."""
    if isinstance(statement, ast.Match):
        lines = module.lines[: statement.cases[0].pattern.lineno]
        yield next(case[1] for case in map(_CASE.match, reversed(lines)) if case)
        return
    blocks: list[list[ast.stmt]] = [
        getattr(statement, "body", []),
        *(handler.body for handler in getattr(statement, "handlers", [])),
        getattr(statement, "orelse", []),
        getattr(statement, "finalbody", []),
    ]
    for block in filter(None, blocks):
        before = module.lines[block[0].lineno - 1][: module.span(block[0]).column]
        if not before:
            yield from _indents(module, block[0])  # an `elif`
        elif not before.strip():
            yield before


@cache
def configured_width(folder: Path) -> int | None:
    """The line length that a formatter or linter is configured with in or above ``folder``."""
    for name in ("ruff.toml", ".ruff.toml", "pyproject.toml", ".flake8", "setup.cfg", "tox.ini"):
        path = folder / name
        if path.is_file():
            found = _LINE_LENGTH.search(path.read_text(encoding="utf-8", errors="replace"))
            if found:
                return int(found.group(1))
    if (folder / ".git").exists() or folder.parent == folder:
        return None
    return configured_width(folder.parent)
