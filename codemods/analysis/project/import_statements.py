"""The import statements of a file, by its bytes: what they name, without parsing the file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_IN_WORDS_OF_IMPORTS = (b"import_module", b"__import__")
_IN_OTHERS = (b"modules[", b"modules.get(")
"""How a file may import a module by a string, with these and `resolve_name`, and what `pydoc` has."""
_SKIPPING = b"importorskip"
_NAME_WRITTEN = re.compile(rb"\s*\(\s*(?:\"(\w+(?:\.\w+)*)\"|'(\w+(?:\.\w+)*)')\s*[,)]")
_PART_OF_WORD = re.compile(rb"\w")
_FROM = re.compile(rb"\bfrom\b([\w.\s\\\x80-\xff]*?)\bimport\b")
_FROM_WORD = re.compile(rb"\bfrom\b")
_IMPORT = re.compile(rb"\bimport\b")
_DOTTED = re.compile(rb"[\w\x80-\xff]+(?:[\s\\]*\.[\s\\]*[\w\x80-\xff]+)*")
_BETWEEN = re.compile(rb"[\s\\]+")
"""What may stand between the parts of a dotted name."""
_IN_PARENTHESES = re.compile(rb"\((?:[^)#]|#[^\n]*\n)*\)")
"""The names of an import statement in parentheses. Their comments may have some too."""
_COMMENT = re.compile(rb"#[^\n]*")


@dataclass(frozen=True)
class Statement:
    """An import statement: ``from ..module import names``, or ``import name`` for each of several. More may be named than is."""

    names: tuple[str, ...]
    module: str = ""
    level: int = 0
    is_from: bool = False
    is_star: bool = False


def statements_in(data: bytes) -> Iterator[Statement]:
    """The import statements of a file, and some that only look like one."""
    yield from (Statement((name.decode(),)) for name in _imported_by_pytest(data) if name)
    for text in import_lines(data):
        yield from _statements_of(text)
        if b"#" in text:  # What looks like a comment may be in a string, before the statement.
            yield from _statements_of(_COMMENT.sub(b"", text))


def _statements_of(text: bytes) -> Iterator[Statement]:
    place = 0
    while (found := _IMPORT.search(text, place)) is not None:
        before = _FROM.search(text, place)
        following = _IMPORT.search(text, found.end())
        end = following.start() if following is not None else len(text)
        named = text[found.end() : end]
        names = tuple(_dotted(each) for each in _DOTTED.findall(named) if each != b"as")
        if before is not None and before.end() == found.end():
            module = _dotted(_FROM_WORD.split(before[1])[-1])
            whole = module.lstrip(".")
            yield Statement(names, whole, len(module) - len(whole), is_from=True, is_star=b"*" in named)
        else:
            yield Statement(names)
        place = found.end()


def _dotted(name: bytes) -> str:
    return _BETWEEN.sub(b"", name).decode(errors="replace")


def imports_of(data: bytes) -> bytes:
    """The text of all import statements, and some that only looks like one: a small part of a file."""
    return searched_for_imports(data)[0]


def searched_for_imports(data: bytes) -> tuple[bytes, bool]:
    """The text of all import statements, and whether the file may import a module by a string that it may compute."""
    # Plain searches: a regular expression takes several times as long, and every file of the tree comes by here.
    lines = b"\n".join(import_lines(data))  # They hold every word that has an `import` in it.
    skipping = list(_imported_by_pytest(data)) if _SKIPPING in lines else []
    is_by_string = (
        any(word in lines for word in _IN_WORDS_OF_IMPORTS)
        or (b"modules" in data and any(word in data for word in _IN_OTHERS))
        or b"resolve_name" in data
        or b"pydoc" in data
        or b"" in skipping
    )
    if is_by_string:
        return data, True  # The name of the module may stand anywhere.
    return b"\n".join([lines, *skipping]), False


def _imported_by_pytest(data: bytes) -> Iterator[bytes]:
    """The modules that ``pytest.importorskip("package.module")`` imports: a call says their names, as a statement does.

    Empty for all else that is spelled so.
    """
    found = data.find(_SKIPPING)
    while found >= 0:
        end = found + len(_SKIPPING)
        is_whole = not _PART_OF_WORD.match(data[max(found - 1, 0) : found])
        written = _NAME_WRITTEN.match(data, end) if is_whole else None
        yield (written[1] or written[2]) if written is not None else b""
        found = data.find(_SKIPPING, end)


def import_lines(data: bytes) -> Iterator[bytes]:
    """The lines in which import statements stand, each statement whole."""
    found = data.find(b"import")
    while found >= 0:
        start = data.rfind(b"\n", 0, found) + 1
        while data[max(start - 3, 0) : start].rstrip().endswith(b"\\"):
            start = data.rfind(b"\n", 0, start - 1) + 1  # `from package \` stands on the line above.
        end = _end_of_import(data, found)
        yield data[start:end]
        found = data.find(b"import", end)


def _end_of_import(data: bytes, start: int) -> int:
    end = data.find(b"\n", start)
    if end < 0:
        return len(data)
    opening = data.find(b"(", start, end)
    while opening >= 0 and (names := _IN_PARENTHESES.match(data, opening)) is not None:
        if names.end() > end:
            following = data.find(b"\n", names.end())
            end = following if following > 0 else len(data)
        opening = data.find(b"(", names.end(), end)
    while data[max(start, end - 2) : end].rstrip().endswith(b"\\"):
        following = data.find(b"\n", end + 1)
        end = following if following > 0 else len(data)
    return end
