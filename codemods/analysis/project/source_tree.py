"""The files of a run: which import names which file, and the parsed ones among them."""

from __future__ import annotations

import ast
import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path

from legacy_shim.catalogue import BY_NAME

from ...files.data_files import as_expression
from ..syntax.scopes import (
    Names,
    collect_names,
)
from ..syntax.source_module import Module, parse_module
from .prefilter import NEVER_IN_THE_TREE, without_dagster

_DAGSTER_DBT = "dagster_dbt"
_IMPORTED = frozenset({".py", ".pyi"})
_STARS = (b"import *", b"import*", b"import  ", b"import\t")
"""How a star import may be spelled."""


@dataclass(eq=False)
class Tree:
    """All files of the run, and the modules parsed so far."""

    paths: Sequence[Path]
    load: Callable[[Path], Module | None] = field(repr=False)
    """Parses a file that holds nothing legacy, for the constants in it."""
    importing: Callable[[Module, str], Iterable[Path]] = field(default=lambda _module, _name: (), repr=False)
    """The files that may import a name from a module, whether they are parsed or not."""
    data: Mapping[Path, bytes] = field(default_factory=dict, repr=False)
    """What the files hold that may be searched for words."""
    naming_in_imports: Callable[[bytes, bool], Iterable[Path]] = field(
        default=lambda _name, _is_package: (), repr=False
    )
    """The files that may import a module, or a package, by the last part of its name, whether they are parsed or not."""
    by_other_paths: Mapping[Path, Path] = field(default_factory=dict, repr=False)
    """Files by other paths that imports may name them by: through links, say."""
    modules: dict[Path, Module] = field(default_factory=dict)
    _aside: dict[Path, Module | None] = field(default_factory=dict)
    _names: dict[Path, Names] = field(default_factory=dict)
    _data_modules: dict[tuple[Path, str], Module | None] = field(default_factory=dict, repr=False)
    _spelling: dict[tuple[tuple[bytes, ...], bytes], tuple[Path, ...]] = field(
        default_factory=dict, repr=False
    )
    _resolved: dict[tuple[Module, str, int], Path | None] = field(default_factory=dict, repr=False)
    _named: dict[tuple[str, ...], _Nearest] = field(default_factory=dict, repr=False)
    _imports: dict[Module, list[tuple[ast.AST, Path]]] = field(default_factory=dict, repr=False)
    _importing: dict[Module, list[tuple[Module, ast.AST]]] = field(default_factory=dict, repr=False)
    """The import statements of the tree that name a file."""
    _by_file: dict[Module, dict[Path, list[ast.AST]]] = field(default_factory=dict, repr=False)
    """The import statements of a file by the files that they name."""

    @cached_property
    def known(self) -> frozenset[Path]:
        """The files of the run, for a quick look."""
        return frozenset(self.paths)

    @cached_property
    def _by_stem(self) -> dict[str, list[Path]]:
        found: dict[str, list[Path]] = defaultdict(list)
        for path in (*self.paths, *self.by_other_paths):
            if path.suffix not in _IMPORTED:
                continue  # A script: nothing imports it.
            found[path.parent.name if path.stem == "__init__" else path.stem].append(path)
        return found

    def add(self, module: Module) -> None:
        self.modules[module.path] = module
        self.names(module)

    def aside(self, path: Path) -> Module | None:
        """The module of a file that was parsed for its constants, to be added now; None for any other."""
        return self._aside.pop(path, None)

    def module_at(self, path: Path | None) -> Module | None:
        """The module of a file of the run, parsed now where it was not yet; None where it cannot be parsed."""
        if path is None or path in self._aside:
            return self._aside.get(path) if path else None
        if path in self.modules:
            return self.modules[path]
        # It stays aside: what holds nothing legacy takes no part in the index.
        module = self._aside[path] = self.load(path)
        return module

    def data_at(self, path: Path, form: str) -> Module | None:
        """What a file beside the code holds, as a module with one expression; None where it is not read.

        Only what lies below the folder that all files of the run have in common is read.
        """
        if (path, form) not in self._data_modules:
            module = self._data_modules[path, form] = self._read_data(path, form)
            if module is not None:
                self._names[module.path] = collect_names(module)
        return self._data_modules[path, form]

    def _read_data(self, path: Path, form: str) -> Module | None:
        real = os.path.realpath(path)
        if os.path.commonpath([real, self._top]) != self._top:
            return None
        try:
            return parse_module(Path(real), as_expression(Path(real), form), ())
        except (OSError, ValueError, SyntaxError, RecursionError, MemoryError):
            return None

    @cached_property
    def _top(self) -> str:
        return os.path.commonpath([os.path.realpath(path.parent) for path in self.paths])

    def names(self, module: Module) -> Names:
        found = self._names.get(module.path)
        if found is None:  # Of a file that stays aside it may be enough to know its nodes.
            found = self._names[module.path] = collect_names(module)
        return found

    def resolve(self, importer: Module, name: str, level: int) -> Path | None:
        """The file that ``import name`` means in ``importer`` (relative where ``level`` is not 0).

        An absolute name matches files whose path ends in it and whose root is no package itself, the nearest
        to the importer first: that covers flat and ``src`` layouts and namespace packages.
        """
        asked = (importer, name, level)
        if asked not in self._resolved:
            self._resolved[asked] = self.resolve_at(importer.path, name, level)
        return self._resolved[asked]

    def resolve_at(self, importer: Path, name: str, level: int) -> Path | None:
        """The same by the path of the importer."""
        found = self._resolve(importer, tuple(name.split(".")) if name else (), level)
        return self.by_other_paths.get(found, found) if found is not None else None

    def other_paths_of(self, path: Path) -> Sequence[Path]:
        """The other paths that a file may be imported by."""
        return [other for other, file in self.by_other_paths.items() if file == path]

    def _resolve(self, importer: Path, parts: tuple[str, ...], level: int) -> Path | None:
        if level:
            folder = importer.parent
            for _ in range(level - 1):
                folder = folder.parent
            return self._in_folder(folder, parts)
        if not parts or (parts[0] in NEVER_IN_THE_TREE and not self.is_forked(parts)):
            return None
        if parts not in self._named:
            self._named[parts] = _Nearest.of(
                path for path in self._by_stem.get(parts[-1], ()) if _is_named(path, parts)
            )
        return self._named[parts].to(importer)

    def spelling(self, words: Iterable[bytes], also: bytes = b"") -> tuple[Path, ...]:
        """The files that have one of some words anywhere in their bytes, and ``also``, whether they are parsed or not.

        Those of a copy of Dagster are none.
        """
        asked = (tuple(words), also)
        if asked not in self._spelling:
            paths = self.spelling(asked[0]) if also else self.searched
            wanted = (also,) if also else asked[0]
            self._spelling[asked] = tuple(
                path for path in paths if any(word in self.data[path] for word in wanted)
            )
        return self._spelling[asked]

    @cached_property
    def searched(self) -> Mapping[Path, bytes]:
        """The files that are searched for words, and what they hold."""
        return without_dagster(self.data)

    def parsed_as(self, name: str) -> list[Module]:
        """The parsed files that are imported by names whose last part this is."""
        return [self.modules[path] for path in self._by_stem.get(name, ()) if path in self.modules]

    def imports_in(self, module: Module) -> Sequence[tuple[ast.AST, Path]]:
        """The files of the tree that the import statements of a file name, wherever these stand."""
        if module not in self._imports:
            self._imports[module] = [
                (node, path)
                for node in module.of(ast.Import, ast.ImportFrom)
                for name, level in _modules_named_by(node)
                if (path := self.resolve(module, name, level)) is not None and path != module.path
            ]
        return self._imports[module]

    def imports_of(self, home: Module) -> Sequence[tuple[Module, ast.AST]]:
        """The import statements of the tree that name a file."""
        if home not in self._importing:
            self._importing[home] = list(self._find_imports_of(home))
        return self._importing[home]

    def _find_imports_of(self, home: Module) -> Iterator[tuple[Module, ast.AST]]:
        name = (home.dotted or (home.path.stem,))[-1]
        for path in self.naming_in_imports(name.encode(errors="replace"), home.is_package):
            importer = self.module_at(path)
            if importer is not None and importer is not home:
                yield from ((importer, node) for node in self._imports_by_file(importer).get(home.path, ()))

    def _imports_by_file(self, module: Module) -> Mapping[Path, Sequence[ast.AST]]:
        if module not in self._by_file:
            found: dict[Path, list[ast.AST]] = defaultdict(list)
            for node, path in self.imports_in(module):
                found[path].append(node)
            self._by_file[module] = dict(found)
        return self._by_file[module]

    def behind_stars(self, module: Module) -> list[Module]:
        """The parsed modules that a module has names from by ``from x import *``, through others too."""
        found = [module]
        for home in found:  # grows as it goes
            for star in self.names(home).stars:
                path = self.resolve(home, star.module, star.level)
                source = self.modules.get(path) if path is not None else None
                if source is not None and source not in found:
                    found.append(source)
        return found[1:]

    def star_importers(self, home: Module) -> list[Module]:
        """The files that have names from one by ``from x import *``, whether they are parsed or not."""
        # `from . import *` does not say the name of a package.
        paths = self.spelling(_STARS, b"" if home.is_package else home.path.stem.encode(errors="replace"))
        found = (self.module_at(path) for path in paths if path != home.path)
        return [
            module
            for module in found
            if module is not None
            and any(
                self.resolve(module, one.module, one.level) == home.path for one in self.names(module).stars
            )
        ]

    def is_forked(self, parts: Sequence[str]) -> bool:
        """Whether a dotted name begins with a ``dagster_dbt`` that the tree itself has: vendored, or a fork."""
        return parts[0] == _DAGSTER_DBT and bool(self.forks)

    @cached_property
    def forks(self) -> tuple[Path, ...]:
        """The packages of the tree that are called ``dagster_dbt`` and have legacy names, by their ``__init__.py``.

        The user's own folder may be called so too: it has none of the names, so that imports mean the installed one.
        """
        named = self._by_stem.get(_DAGSTER_DBT, ())
        found = (path for path in named if path.stem == "__init__" and path in self.known)
        return tuple(path for path in found if _is_named(path, (_DAGSTER_DBT,)) and self._has_legacy(path))

    def _has_legacy(self, package: Path) -> bool:
        beside = (package.with_name("cloud") / "__init__.py", package.with_name("cloud.py"))
        if any(path in self._by_stem.get("cloud", ()) for path in beside):
            return True
        module = self.load(package)
        bound = collect_names(module).tables.get(module.tree, {}).keys() if module is not None else set()
        return bool(bound & (BY_NAME.keys() | {"__getattr__"}))

    def _in_folder(self, folder: Path, parts: Sequence[str]) -> Path | None:
        target = folder.joinpath(*parts)
        stem = parts[-1] if parts else folder.name
        if stem not in self._by_stem:
            return None
        for candidate in (target / "__init__.py", target.with_suffix(".py") if parts else None):
            if candidate is not None and (candidate in self.known or candidate in self.by_other_paths):
                return candidate
        return None


def _is_named(path: Path, parts: tuple[str, ...]) -> bool:
    own = path.parent.parts if path.stem == "__init__" else (*path.parent.parts, path.stem)
    if own[-len(parts) :] != parts:
        return False
    base = path.parent if path.stem == "__init__" else path
    return not _is_package(base.parents[len(parts) - 1])


@cache
def _is_package(folder: Path) -> bool:
    return (folder / "__init__.py").is_file()


def _modules_named_by(node: ast.Import | ast.ImportFrom) -> list[tuple[str, int]]:
    """What an import statement may name a module by, and from how many levels up."""
    if isinstance(node, ast.Import):
        return [(alias.name, 0) for alias in node.names]
    inside = [".".join(filter(None, [node.module, alias.name])) for alias in node.names]
    return [(name, node.level) for name in (node.module or "", *inside)]


@dataclass(frozen=True, eq=False)
class _Nearest:
    """Files of one name, to be found by which has most folders in common with another."""

    below: Mapping[tuple[str, ...], Path]
    """For each folder the file in it that has the fewest folders around, the first of several."""

    @classmethod
    def of(cls, paths: Iterable[Path]) -> _Nearest:
        below: dict[tuple[str, ...], Path] = {}
        for path in sorted(paths, key=lambda path: len(path.parts)):
            for length in range(len(path.parts) + 1):
                below.setdefault(path.parts[:length], path)
        return cls(below)

    def to(self, other: Path) -> Path | None:
        """The nearest to a file; None where there is none at all."""
        parts = other.parts if self.below else ()
        return next(
            (
                self.below[parts[:length]]
                for length in range(len(parts), -1, -1)
                if parts[:length] in self.below
            ),
            None,
        )
