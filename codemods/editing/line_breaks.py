"""New statements whose lines are too long for the file are broken as formatters do: behind the last bracket that opens where it fits.

Only lines that hold one statement, one argument or one element are broken, none with a comment. What comes out means the same.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ..analysis.syntax.source_module import nodes_in
from .edits import Edit, InsertAfter, InsertBefore, ReplaceStatement
from .style import Style

_STRING = re.compile(r"""[A-Za-z]{0,2}(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""")
_ADDING = re.compile(r" (?:\+|and|or) ")
_OPENING, _CLOSING = "([{", ")]}"


def broken(edit: Edit, style: Style) -> Edit:
    """The edit, with the lines of new statements no longer than the file's."""
    if not isinstance(edit, (InsertBefore, InsertAfter, ReplaceStatement)):
        return edit
    return replace(edit, text=within(edit.text, style.width - edit.span.column, style.indent))


def broken_line(line: str, style: Style) -> list[str]:
    """One argument in lines no longer than the file's; as it is where it has several lines."""
    is_short = "\n" in line or len(line) <= style.width
    return [line] if is_short else _Layout(style.width, style.indent).broken(line)


def within(text: str, width: int, indent: str) -> str:
    """Statements in lines of at most ``width`` columns, as far as brackets allow."""
    lines = text.split("\n")
    if "\r" in text or all(len(line) <= width for line in lines):
        return text
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return text
    layout = _Layout(width, indent)
    breaks = {
        **dict.fromkeys(_lines_of_parts(tree, lines), layout.broken_part),
        **dict.fromkeys(_lines_of_statements(tree, lines), layout.broken),
    }
    found = [
        piece
        for number, line in enumerate(lines, 1)
        for piece in (breaks[number](line) if number in breaks and len(line) > width else [line])
    ]
    again = "\n".join(found)
    return again if _means_the_same(tree, again) else text


def _means_the_same(tree: ast.Module, text: str) -> bool:
    try:
        return ast.dump(ast.parse(text)) == ast.dump(tree)
    except SyntaxError:
        return False


def _lines_of_parts(tree: ast.Module, lines: list[str]) -> Iterator[int]:
    """The lines on which an argument or an element stands alone."""
    for node in nodes_in(tree):
        if isinstance(node, (ast.keyword, ast.expr)) and _is_alone(node, lines):
            yield node.lineno


def _lines_of_statements(tree: ast.Module, lines: list[str]) -> Iterator[int]:
    """The lines on which a statement, the head of one or a decorator stands alone."""
    for node in nodes_in(tree):
        if isinstance(node, ast.stmt):
            first, last = node.lineno, _end_of_head(node)
            yield from (each.lineno for each in getattr(node, "decorator_list", ()) if _is_alone(each, lines))
            if first == last:
                yield first


def _end_of_head(node: ast.stmt) -> int:
    body: list[ast.stmt] = getattr(node, "body", [])
    end = body[0].lineno - 1 if body else node.end_lineno or 0
    return node.lineno if body and end >= node.lineno else end


def _is_alone(node: ast.expr | ast.keyword, lines: list[str]) -> bool:
    line = lines[node.lineno - 1].encode()
    behind = line[node.end_col_offset :].strip() if node.end_lineno == node.lineno else None
    return behind in (b"", b",") and line[: node.col_offset].strip() in (b"", b"@")


@dataclass(frozen=True)
class _Layout:
    width: int
    indent: str

    def broken(self, line: str) -> list[str]:
        """A line broken behind the last bracket that leaves what is before it short enough; as it is where none does."""
        seen = _STRING.sub(lambda found: "_" * len(found[0]), line)
        if "#" in seen:
            return [line]
        blank = line[: len(line) - len(line.lstrip())]
        for start, end in reversed(list(_groups(seen))):
            head, inner, tail = line[: start + 1], line[start + 1 : end], blank + line[end:]
            if inner.strip() and max(len(head), len(tail)) <= self.width and not _is_item(seen, start):
                return [
                    head,
                    *self._inside(inner, blank + self.indent, is_display=not _is_called(seen, start)),
                    tail,
                ]
        return [line]

    def _inside(self, inner: str, blank: str, *, is_display: bool) -> list[str]:
        parts = _parts(inner)
        one_line = f"{blank}{inner.strip()}"
        if len(one_line) <= self.width and not (is_display and len(parts) > 1):
            return [one_line]
        comma = "," if len(parts) > 1 else ""
        lines = [f"{blank}{part}{comma}" for part in parts]
        return [
            piece
            for each in lines
            for piece in (self.broken_part(each) if len(each) > self.width else [each])
        ]

    def broken_part(self, line: str) -> list[str]:
        """What stands in brackets, broken before what it is added up by, or as any other line."""
        seen = _outside_brackets(line)
        cuts = [] if "=" in seen else [found.start() + 1 for found in _ADDING.finditer(seen)]
        starts, ends = [0, *cuts], [*cuts, len(line) + 1]
        blank = line[: len(line) - len(line.lstrip())]
        pieces = [line[start:end].strip() for start, end in zip(starts, ends, strict=True)]
        return [f"{blank}{piece}" for piece in pieces] if cuts else self.broken(line)


def _groups(seen: str) -> Iterator[tuple[int, int]]:
    """Where the outermost brackets of a line open and close."""
    depth = first = 0
    for at, letter in enumerate(seen):
        if letter in _OPENING:
            first = at if not depth else first
            depth += 1
        elif letter in _CLOSING:
            depth -= 1
            if not depth:
                yield first, at


def _outside_brackets(line: str) -> str:
    """A line with its strings, and all that stands in brackets, out of sight."""
    seen = _STRING.sub(lambda found: "_" * len(found[0]), line)
    for start, end in list(_groups(seen)):
        seen = f"{seen[:start]}{'_' * (end + 1 - start)}{seen[end + 1 :]}"
    return seen


def _parts(inner: str) -> list[str]:
    """What stands between the outermost commas."""
    seen = _STRING.sub(lambda found: "_" * len(found[0]), inner)
    depth, cuts = 0, [-1]
    for at, letter in enumerate(seen):
        depth += (letter in _OPENING) - (letter in _CLOSING)
        if letter == "," and not depth:
            cuts.append(at)
    found = [inner[start + 1 : end].strip() for start, end in zip(cuts, [*cuts[1:], len(inner)], strict=True)]
    return [part for part in found if part]


def _is_called(seen: str, start: int) -> bool:
    """Whether a bracket opens the arguments of a call, or the parameters of a function."""
    return seen[start] == "(" and re.search(r"[\w)\]]$", seen[:start]) is not None


def _is_item(seen: str, start: int) -> bool:
    """Whether a bracket opens what an item is taken by."""
    return seen[start] == "[" and re.search(r"[\w)\]]$", seen[:start]) is not None
