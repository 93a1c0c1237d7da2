"""The files of a run: which import names which file, and the parsed ones among them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path

from legacy_shim.catalogue import BY_NAME

from ..syntax.scopes import (
    Names,
    collect_names,
)
from ..syntax.source_module import Module

_DAGSTER_DBT = "dagster_dbt"
_NEVER_IN_THE_TREE = frozenset(
    {"dagster", _DAGSTER_DBT, "functools", "itertools", "json", "legacy_shim", "os", "typing"}
)
"""What rewrites know the meaning of. A folder of the user's may be called so, and is imported as something longer."""


@dataclass(eq=False)
class Tree:
    """All files of the run, and the modules parsed so far."""

    paths: Sequence[Path]
    load: Callable[[Path], Module | None] = field(repr=False)
    """Parses a file that holds nothing legacy, for the constants in it."""
    importing: Callable[[tuple[str, ...], str], Iterable[Path]] = field(
        default=lambda _module, _name: (), repr=False
    )
    """The files that may import a name from a module, by its dotted name, whether they are parsed or not."""
    spelling: Callable[[Iterable[bytes]], Iterable[Path]] = field(default=lambda _words: (), repr=False)
    """The files that have one of some words anywhere in their bytes, whether they are parsed or not."""
    modules: dict[Path, Module] = field(default_factory=dict)
    _aside: dict[Path, Module | None] = field(default_factory=dict)
    _names: dict[Path, Names] = field(default_factory=dict)

    @cached_property
    def known(self) -> frozenset[Path]:
        """The files of the run, for a quick look."""
        return frozenset(self.paths)

    @cached_property
    def _by_stem(self) -> dict[str, list[Path]]:
        found: dict[str, list[Path]] = defaultdict(list)
        for path in self.paths:
            found[path.parent.name if path.stem == "__init__" else path.stem].append(path)
        return found

    def add(self, module: Module) -> None:
        self.modules[module.path] = module
        self._names[module.path] = collect_names(module)

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
        if module is not None:
            self._names[path] = collect_names(module)
        return module

    def names(self, module: Module) -> Names:
        return self._names[module.path]

    def resolve(self, importer: Module, name: str, level: int) -> Path | None:
        """The file that ``import name`` means in ``importer`` (relative where ``level`` is not 0).

        An absolute name matches files whose path ends in it and whose root is no package itself, the nearest
        to the importer first: that covers flat and ``src`` layouts and namespace packages.
        """
        parts = tuple(name.split(".")) if name else ()
        if level:
            folder = importer.path.parent
            for _ in range(level - 1):
                folder = folder.parent
            return self._in_folder(folder, parts)
        if not parts or (parts[0] in _NEVER_IN_THE_TREE and not self.is_forked(parts)):
            return None
        found = [path for path in self._by_stem.get(parts[-1], ()) if _is_named(path, parts)]
        return max(found, key=lambda path: (_shared(path, importer.path), -len(path.parts)), default=None)

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

    def is_forked(self, parts: Sequence[str]) -> bool:
        """Whether a dotted name begins with a ``dagster_dbt`` that the tree itself has: vendored, or a fork."""
        return parts[0] == _DAGSTER_DBT and bool(self.forks)

    @cached_property
    def forks(self) -> tuple[Path, ...]:
        """The packages of the tree that are called ``dagster_dbt`` and have legacy names, by their ``__init__.py``.

        The user's own folder may be called so too: it has none of the names, so that imports mean the installed one.
        """
        found = (path for path in self._by_stem.get(_DAGSTER_DBT, ()) if path.stem == "__init__")
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
        known = self._by_stem.get(stem, ())
        for candidate in (target / "__init__.py", target.with_suffix(".py") if parts else None):
            if candidate is not None and candidate in known:
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


def _shared(left: Path, right: Path) -> int:
    shared = 0
    for one, other in zip(left.parts, right.parts, strict=False):
        if one != other:
            break
        shared += 1
    return shared
