"""Which files are worth parsing: questions asked of their bytes, since parsing all of a tree takes many times longer."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from legacy_shim.catalogue import LEGACY_NAMES

_NAMES = tuple(sorted({row.name.encode() for row in LEGACY_NAMES} | {b"dagster_dbt.cloud", b"missing_fact"}))
_STAR = b"import *"
_FEW = 16
"""To look for so many words in all of a file takes as long as to read its import statements."""
_IMPORT = re.compile(rb"import[^\n]*")
_WORD = re.compile(rb"[\w\x80-\xff]+")


def names_legacy(data: bytes) -> bool:
    """Whether a file may import something legacy itself, and not from a file that does."""
    # Asked of every file of the tree: two plain searches are faster than a loop over them, or a regular expression.
    if b"dagster_dbt" not in data and b"legacy_shim" not in data:
        return False
    return _STAR in data or any(name in data for name in _NAMES)


@dataclass(eq=False)
class Importers:
    """Finds the files that may import a name from a module, by the words of their import statements."""

    files: Mapping[Path, bytes]
    _words: dict[Path, frozenset[bytes]] = field(default_factory=dict, repr=False)

    def of(self, wanted: Iterable[tuple[bytes, bytes]]) -> Iterator[Path]:
        """The files that may import one of the ``(last part of the module's name, name)`` pairs."""
        names: dict[bytes, list[bytes]] = defaultdict(list)
        for module, name in wanted:
            names[module].append(name)
        modules = frozenset(names)
        for path, data in self.files.items():
            if len(modules) < _FEW and not any(module in data for module in modules):
                continue
            imported = modules & self._imported_by(path, data)
            if any(name in data for module in imported for name in names[module]):
                yield path

    def _imported_by(self, path: Path, data: bytes) -> frozenset[bytes]:
        if path not in self._words:
            self._words[path] = frozenset(_imported_words(data))
        return self._words[path]


def may_patch(data: bytes) -> bool:
    """Whether a file may name something legacy in a text, to replace it in a test."""
    return (b"patch" in data or b"setattr" in data) and any(name in data for name in _NAMES)


def reaches_key(data: bytes, keys: Iterable[bytes]) -> bool:
    """Whether a file may reach a resource under one of its keys."""
    return any(key in data for key in keys) and b"resource" in data


def merges_definitions(data: bytes) -> bool:
    """Whether a file may merge several ``Definitions`` into one."""
    return b".merge(" in data and b"Definitions" in data


def loads_asset(data: bytes, names: Iterable[bytes]) -> bool:
    """Whether a file may load one of the assets of these names."""
    return any(name in data for name in names) and b"asset" in data


def _imported_words(data: bytes) -> set[bytes]:
    """The words of all import statements, and of some text that only looks like one."""
    statements: list[bytes] = []
    for found in _IMPORT.finditer(data):
        start = data.rfind(b"\n", 0, found.start()) + 1
        end = found.end()
        if b"(" in found[0] and b")" not in found[0]:
            closing = data.find(b")", end)
            end = closing if closing > 0 else end
        elif found[0].rstrip().endswith(b"\\"):
            following = data.find(b"\n", end + 1)
            end = following if following > 0 else len(data)
        statements.append(data[start:end])
    return set(_WORD.findall(b" ".join(statements)))
