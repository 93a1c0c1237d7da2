"""How the user writes: quotes, indentation, line length. New code follows it."""

from __future__ import annotations

import io
import re
import tokenize
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ..analysis.syntax.source_module import Module

DEFAULT_LINE_LENGTH = 88
_LINE_LENGTH = re.compile(r"^\s*(?:line[-_]length|max[-_]line[-_]length)\s*=\s*[\"']?(\d+)", re.MULTILINE)


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
    """Read the style of a file from its tokens and from the project's configuration."""
    quotes: Counter[str] = Counter()
    comments: list[Comment] = []
    indent = ""
    for token in _tokens(module.text):
        if token.type == tokenize.COMMENT:
            trails = bool(token.line[: token.start[1]].strip())
            comments.append(Comment(token.start[0], token.start[1], token.string.rstrip(), trails))
        elif token.type == tokenize.STRING:
            body = token.string.lstrip("rRbBuUfF")
            if not body.startswith(('"' * 3, "'" * 3)):
                quotes[body[0]] += 1
        elif token.type == tokenize.INDENT and not indent:
            indent = token.string
    quote = "'" if quotes["'"] > quotes['"'] else '"'
    width = configured_width(module.path.parent) or DEFAULT_LINE_LENGTH
    return Style(quote, indent or "    ", width, tuple(comments))


def _tokens(text: str) -> Iterator[tokenize.TokenInfo]:
    try:
        yield from tokenize.generate_tokens(io.StringIO(text, newline="").readline)
    except (tokenize.TokenError, IndentationError):
        # What ast accepts and tokenize does not (a lone form feed, say) costs no more than the rest of the style.
        return


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
