"""Names that `from file import *` would hand on: where another file means something else by one, a new one needs an alias.

from time import time      # the importer's own
from helpers import *      # must not bring the `import time` that `helpers` gets: it becomes `import time as _time`
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module

from ..analysis.inference.star_imports import KNOWN_STARS, named_in_all
from ..analysis.inference.tables import names_set_by_text
from ..analysis.project.source_tree import Tree
from ..analysis.syntax.scopes import Binding, Imported
from ..analysis.syntax.source_module import Module

_WITH_EFFECTS = frozenset({"antigravity", "idlelib", "test", "this", "turtledemo"})
"""Modules of the standard library that do something when they are imported, and bring no name that new code has."""


@dataclass(frozen=True, eq=False)
class HandedOn:
    """What a file and those that star-import it, directly or through others, mean by names that are new in it."""

    tree: Tree
    module: Module

    def replaces(self, name: str, source: str = "", member: str = "") -> bool:
        """Whether a new name at module level takes the place of something else, here or where a star brings it.

        ``source`` and ``member`` say what it is imported from; what is defined in the file has none.
        """
        if name.startswith("_"):
            return False
        if _is_submodule(self.tree, self.module, name) or self._comes_by_stars(
            self.module, name, source, member
        ):
            return True
        return any(self._means_other(importer, name, source, member) for importer in self._importers)

    @cached_property
    def _importers(self) -> Sequence[Module]:
        return star_readers(self.tree, self.module)

    def _means_other(self, importer: Module, name: str, source: str, member: str) -> bool:
        if _is_submodule(self.tree, importer, name) or self._comes_by_stars(importer, name, source, member):
            return True
        bindings = [
            one
            for home in star_sources(self.tree, importer)
            for one in self.tree.names(home).tables.get(home.tree, {}).get(name, ())
        ]
        if bindings or any(names_set_by_text(importer)):
            return not bindings or not all(_imports(one, source, member) for one in bindings)
        names = self.tree.names(importer)
        is_read = any(not names.lookup(importer, name, node) for node in importer.named(name))
        return is_read and not (member and any(star.module == source for star in names.stars))

    def _comes_by_stars(self, module: Module, name: str, source: str, member: str) -> bool:
        """Whether a star import of a package that is not of the tree may bring another thing under a name."""
        return any(
            _may_bring(star.module, name)
            for home in star_sources(self.tree, module)
            for star in self.tree.names(home).stars
            if (star.module != source or not member)
            and self.tree.resolve(home, star.module, star.level) is None
        )


def _may_bring(source: str, name: str) -> bool:
    package = source.partition(".")[0]
    if package in KNOWN_STARS or package in _WITH_EFFECTS:
        return False
    if package not in sys.stdlib_module_names:
        return True
    try:
        module = import_module(source)
    except ImportError:
        return False
    return name in getattr(module, "__all__", vars(module))


def star_sources(tree: Tree, module: Module) -> list[Module]:
    """A file, and all files of the tree that it has names from by star imports, through others too."""
    found = [module]
    for home in found:  # grows as it goes
        for star in tree.names(home).stars:
            source = tree.module_at(tree.resolve(home, star.module, star.level))
            if source is not None and source not in found:
                found.append(source)
    return found


def star_readers(tree: Tree, module: Module) -> list[Module]:
    """The files that have new names of a file by star imports, through others too."""
    found = [module]
    for home in found:  # grows as it goes
        if not _is_bounded(tree, home):
            found += [each for each in tree.star_importers(home) if each not in found]
    return found[1:]


def _is_submodule(tree: Tree, module: Module, name: str) -> bool:
    """Whether a package has a module of that name, which `from package import name` means."""
    return module.is_package and tree.resolve(module, name, 1) is not None


def _is_bounded(tree: Tree, module: Module) -> bool:
    """Whether ``__all__`` is written out: a star import takes nothing that it does not list."""
    says: Sequence[Binding] = tree.names(module).tables.get(module.tree, {}).get("__all__", ())
    return bool(says) and named_in_all(says) is not None


def _imports(binding: Binding, source: str, member: str) -> bool:
    if not isinstance(binding, Imported) or binding.level or not source:
        return False
    return (binding.module, binding.name) == (source, member)
