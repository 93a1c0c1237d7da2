"""Has the modules of a copy imported from the copy, also where the tree that it is a copy of is installed here."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import spec_from_file_location
from pathlib import Path
from types import ModuleType


class WrongTreeError(Exception):
    """What was loaded is not the copy that was asked for; the text says which module."""


@dataclass(frozen=True)
class OwnTree:
    """A copy, and the tree that it is a copy of; both resolved."""

    original: Path
    copy: Path

    def of_copy(self, path: str) -> Path | None:
        """Where the copy has what `path` is of the original; None for a path of another place."""
        place = Path(path).resolve()
        if not place.is_relative_to(self.original) or place.is_relative_to(self.copy) or _is_installed(place):
            return None
        return self.copy / place.relative_to(self.original)


def use(tree: OwnTree) -> None:
    """From now on, look for modules in the copy where the search path, or an editable install, names the original."""
    for number, entry in enumerate(sys.path):
        own = tree.of_copy(entry) if entry else None
        if own is not None:
            sys.path[number] = str(own)
    after_path = next(
        (at for at, each in enumerate(sys.meta_path, 1) if each is PathFinder), len(sys.meta_path)
    )
    sys.meta_path.insert(after_path, _OfEditableInstalls(tree))


class _OfEditableInstalls(MetaPathFinder):
    """Asks the finders behind it, which editable installs add, and takes what they find in the original from the copy."""

    def __init__(self, tree: OwnTree) -> None:
        self._tree = tree

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        for finder in sys.meta_path[sys.meta_path.index(self) + 1 :]:
            find = getattr(finder, "find_spec", None)
            spec = find(fullname, path, target) if find is not None else None
            if spec is not None:
                return self._own(spec)
        return None

    def _own(self, spec: ModuleSpec) -> ModuleSpec | None:
        own = self._tree.of_copy(spec.origin) if spec.has_location and spec.origin else None
        if own is None:
            return spec
        folders = None if spec.submodule_search_locations is None else [str(own.parent)]
        return (
            spec_from_file_location(spec.name, own, submodule_search_locations=folders)
            if own.exists()
            else None
        )


def require_own_modules(tree: OwnTree) -> None:
    """Raise WrongTreeError where a module came from the original: what was loaded is not what was asked for."""
    for name, module in sorted(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if name.partition(".")[0] == "legacy_shim" or not isinstance(file, str):
            continue
        if tree.of_copy(file) is not None:
            raise WrongTreeError(
                f"the module {name} was loaded from {Path(file).resolve()}, which is installed here, and not from the "
                "copy that is to be observed. Set PYTHONPATH to the folder that it is to be imported from."
            )


def _is_installed(path: Path) -> bool:
    return bool({"site-packages", "dist-packages", "lib-dynload"} & set(path.parts))
