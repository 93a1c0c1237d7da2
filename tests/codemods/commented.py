"""Programs with a comment on every line that can have one, each of its own, and those of them that a migration loses."""

from __future__ import annotations

import io
import tokenize
from collections import Counter
from collections.abc import Mapping


def commented(text: str) -> str:
    """The program with a comment above each line and behind it, also inside brackets."""
    lines = io.StringIO(text, newline="").readlines()
    ends: dict[int, bool] = {}
    starts: set[int] = set()
    is_first = True
    for token in tokenize.generate_tokens(io.StringIO(text, newline="").readline):
        if token.type in (tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER):
            continue
        if is_first:
            starts.add(token.start[0])
        if token.type == tokenize.COMMENT:
            ends[token.end[0]] = False
        is_first = token.type in (tokenize.NL, tokenize.NEWLINE)
        if is_first and token.string:
            ends.setdefault(token.end[0] if token.end[1] else token.start[0], bool(token.line.strip()))
    found: list[str] = []
    for number, line in enumerate(lines, 1):
        body = line.rstrip("\r\n")
        end = line[len(body) :]
        if number in starts and body.strip() and number in ends and not body.lstrip().startswith("#"):
            found.append(f"{body[: len(body) - len(body.lstrip())]}# above {number}{end}")
        found.append(f"{body}  # behind {number}{end}" if ends.get(number) else line)
    return "".join(found)


def exploded(text: str) -> str:
    """The program with a line of its own for each part between brackets."""
    lines = io.StringIO(text, newline="").readlines()
    breaks: list[tuple[int, int]] = []
    depth = in_text = 0
    for token in tokenize.generate_tokens(io.StringIO(text, newline="").readline):
        name = tokenize.tok_name[token.type]
        in_text += {"FSTRING_START": 1, "FSTRING_END": -1}.get(name, 0)
        depth += (token.string in "([{") - (token.string in ")]}") if name == "OP" else 0
        if name == "OP" and not in_text and token.string in "([{," and depth:
            breaks.append(token.end)
    for row, column in reversed(breaks):
        line = lines[row - 1]
        end = line[len(line.rstrip("\r\n")) :]
        if line[column:].strip() and not line[column:].lstrip().startswith("#"):
            lines[row - 1] = f"{line[:column]}{end}{line[column:]}"
    return "".join(lines)


def comments_of(text: str) -> Counter[str]:
    """The comments of a program, as often as each stands in it."""
    tokens = tokenize.generate_tokens(io.StringIO(text, newline="").readline)
    return Counter(token.string.rstrip() for token in tokens if token.type == tokenize.COMMENT)


def lost_comments(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, list[str]]:
    """The comments of each file that are not in it any more."""
    found = {
        name: sorted((comments_of(before[name]) - comments_of(after[name])).elements()) for name in before
    }
    return {name: lost for name, lost in found.items() if lost}
