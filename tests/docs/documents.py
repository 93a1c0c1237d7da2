"""The documents as data: their code blocks, and the commands in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
DOCUMENTS = ("README.md", "MIGRATION.md", "CONTRIBUTING.md", "SECURITY.md", "BENCHMARKS.md")
_FENCED = re.compile(r"^```(?P<language>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_INDENTED = re.compile(r"(?:(?<=\n\n)|\A)(?:    [^\n]*\n+)+")


@dataclass(frozen=True)
class Block:
    """A code block: fenced blocks have a language, indented ones are for a shell."""

    document: str
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.document}:{self.line}"


def blocks(*languages: str) -> list[Block]:
    """Every code block of the documents that are there, of these languages or of all."""
    found = [block for name in DOCUMENTS if (TOP / name).exists() for block in _blocks(name)]
    return [block for block in found if not languages or block.language in languages]


def _blocks(name: str) -> Iterator[Block]:
    text = (TOP / name).read_text("utf-8")
    for match in _FENCED.finditer(text):
        yield Block(name, _line(text, match.start()), match["language"], match["text"])
    plain = _FENCED.sub(lambda match: "\n" * match[0].count("\n"), text)
    for match in _INDENTED.finditer(plain):
        lines = (line.removeprefix("    ") for line in match[0].splitlines())
        yield Block(name, _line(plain, match.start()), "shell", "\n".join(lines).rstrip() + "\n")


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


def commands(block: Block) -> list[str]:
    """The command lines of a shell block: continued lines joined, comments and ``&&`` taken apart."""
    joined = re.sub(r"\s*\\\n\s*", " ", block.text)
    lines = (re.sub(r"\s+#.*", "", line).strip() for line in joined.splitlines())
    return [part.strip() for line in lines if line and line[0] != "#" for part in line.split("&&")]
