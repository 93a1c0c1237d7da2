"""Which files of the tree import statements name, as far as their bytes say: a file need not be parsed to be ruled out."""

from __future__ import annotations

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from .import_statements import Statement, statements_in
from .prefilter import NEVER_IN_THE_TREE, WORD, imports_by_text
from .source_tree import Tree

_ELSEWHERE = NEVER_IN_THE_TREE | sys.stdlib_module_names
"""Where modules come from that are none of the tree, if no file of it has their name."""
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class _Named:
    """What the import statements of a file name."""

    files: frozenset[Path]
    imported: frozenset[Path]
    """Those of them that a statement names with its whole name, and not with the beginning of it."""
    packages: frozenset[Path]
    """The folders of packages that a name of the file stands for, so that what is in them is reached by attributes."""
    unknown: tuple[frozenset[str], ...]
    """The words of each statement that names something which is not found, and may be anywhere."""
    is_by_text: bool
    """Whether the file may import others by a string."""


@dataclass(eq=False)
class NamedInImports:
    """Answers which files the import statements of others name."""

    tree: Tree
    _named: dict[Path, _Named] = field(default_factory=dict, repr=False)
    _words: dict[Path, frozenset[str]] = field(default_factory=dict, repr=False)

    def may_import(self, path: Path, home: Path) -> bool:
        """Whether a file may import something from another: it is not ruled out by what its statements name."""
        named = self._named_in(path)
        if (
            path == home
            or named.is_by_text
            or home in named.files
            or not named.packages.isdisjoint(home.parents)
        ):
            return True
        own = {*home.parent.parts, home.stem} if named.unknown else set()
        return any(not own.isdisjoint(words) for words in named.unknown)

    def may_hand_out(self, path: Path, home: Path) -> bool:
        """Whether a file may answer names of another: it imports that, stands above it, or names it in a string."""
        if path.parent in home.parents:
            return True
        stem = home.parent.name if home.stem == "__init__" else home.stem
        named = self._named_in(path)
        if named.is_by_text:
            return stem in self._words_in_strings(path)
        return self.may_import(path, home)

    def imported_directly(self, path: Path) -> frozenset[Path]:
        """The files that the import statements of one name."""
        return self._named_in(path).imported

    def imported_from(self, start: Iterable[Path]) -> dict[Path, Path | None]:
        """The files that some may import, and what those may.

        Each with the file that was seen to import it first; None for those to start from.
        """
        found: dict[Path, Path | None] = dict.fromkeys(start)
        waiting = list(found)
        for path in waiting:  # grows as it goes
            fresh = {each for each in self._imported_by(path) if each not in found}
            found |= dict.fromkeys(sorted(fresh), path)
            waiting += sorted(fresh)
        return found

    def _imported_by(self, path: Path) -> Iterator[Path]:
        named = self._named_in(path)
        yield from named.files
        for words in named.unknown:
            yield from self._of_stems(words)
        if named.is_by_text:
            yield from self._of_stems(self._words_in_strings(path))

    def _words_in_strings(self, path: Path) -> frozenset[str]:
        """The words of what a file that imports by strings may import; strings that only describe are left out."""
        if path not in self._words:
            self._words[path] = frozenset(self._find_words(path))
        return self._words[path]

    def _find_words(self, path: Path) -> Iterator[str]:
        module = self.tree.module_at(path)
        if module is None:
            yield from (word.decode(errors="replace") for word in WORD.findall(self.tree.data[path]))
            return
        for node in module.of(ast.Constant):
            if isinstance(node.value, str) and not isinstance(module.parent(node), ast.Expr):
                yield from _WORD.findall(node.value)

    def _of_stems(self, words: Iterable[str]) -> Iterator[Path]:
        return (path for word in words for path in self._by_stem.get(word, ()))

    @cached_property
    def _by_stem(self) -> Mapping[str, Sequence[Path]]:
        """The files by the last part of the name by which they are imported."""
        found: dict[str, list[Path]] = defaultdict(list)
        for path in self.tree.paths:
            name = path.parent.name if path.name == "__init__.py" else path.name.partition(".")[0]
            found[name].append(path)
        return found

    def _named_in(self, path: Path) -> _Named:
        if path not in self._named:
            self._named[path] = self._find_named(path)
        return self._named[path]

    def _find_named(self, path: Path) -> _Named:
        files: dict[Path, None] = {}
        imported: dict[Path, None] = {}
        packages: dict[Path, None] = {}
        unknown: dict[frozenset[str], None] = {}
        for statement in dict.fromkeys(statements_in(self.tree.data[path])):
            for name, is_whole, is_bound in _modules_of(statement):
                found = self.tree.resolve_at(path, name, statement.level)
                if found is not None:
                    files[found] = None
                    if is_whole:
                        imported[found] = None
                    if is_bound and found.stem == "__init__":
                        packages[found.parent] = None
            if self._is_unknown(path, statement):
                unknown[_words_of(statement)] = None
        is_by_text = imports_by_text(self.tree.data[path])
        return _Named(frozenset(files), frozenset(imported), frozenset(packages), tuple(unknown), is_by_text)

    def _is_unknown(self, path: Path, statement: Statement) -> bool:
        """Whether a statement names a module that is not found, and may be a file of the tree by another name."""
        if statement.level:
            return False  # Which file that is depends on no search path.
        if not statement.is_from:
            return any(self._is_not_found(path, name) for name in statement.names)
        if not self._is_not_found(path, statement.module):
            return False
        # Of a package without `__init__.py` only the modules in it are found.
        inside = (f"{statement.module}.{name}" for name in statement.names)
        return statement.is_star or any(self._is_not_found(path, name) for name in inside)

    def _is_not_found(self, path: Path, name: str) -> bool:
        is_elsewhere = name.partition(".")[0] in _ELSEWHERE and not self.tree.is_forked(name.split("."))
        return not is_elsewhere and self.tree.resolve_at(path, name, 0) is None


def _modules_of(statement: Statement) -> Iterator[tuple[str, bool, bool]]:
    """The modules that a statement may name; whether by its whole name, and whether a name of the file may stand for them."""
    if not statement.is_from:
        for name in statement.names:
            parts = name.split(".")
            for length in range(1, len(parts) + 1):
                yield ".".join(parts[:length]), length == len(parts), True
        return
    parts = statement.module.split(".") if statement.module else []
    for length in range(1, len(parts)):
        yield ".".join(parts[:length]), False, False
    yield statement.module, True, statement.is_star
    for name in statement.names:
        yield ".".join(filter(None, [statement.module, name])), True, True


def _words_of(statement: Statement) -> frozenset[str]:
    named = [statement.module, *statement.names]
    return frozenset(word for each in named for word in each.split(".") if word)
