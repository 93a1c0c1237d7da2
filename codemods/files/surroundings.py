"""The files around the given ones: what imports from them must be known, although it is not to be changed."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from .walk import FoundFiles, find_sources


def files_around(paths: Sequence[Path], found: FoundFiles) -> FoundFiles:
    """The Python files of the repositories that the given paths are in, without those that were found in them.

    None where a path is in no repository, or is all of it.
    """
    given = {os.path.realpath(path) for path in paths}
    roots = {root for path in given for root in _repository_of(Path(path)) if str(root) not in given}
    if not roots:
        return FoundFiles()
    taken = {os.path.realpath(path) for path in found.python}
    around: list[Path] = []
    walked = [find_sources([_as_seen_from_here(root)]) for root in sorted(roots)]
    for each in walked:
        for path in each.python:
            real = os.path.realpath(path)
            if real not in taken:
                taken.add(real)
                around.append(path)
    return FoundFiles(
        python=tuple(around),
        others=tuple(path for each in walked for path in each.others),
        links=tuple(link for each in walked for link in each.links),
    )


def _repository_of(path: Path) -> Iterator[Path]:
    """The folder with ``.git`` above a path; nothing for a home folder that is one, which holds more than a project."""
    for folder in (path, *path.parents):
        if (folder / ".git").exists():
            if folder not in {Path.home(), Path(folder.anchor)}:
                yield folder
            return


def _as_seen_from_here(path: Path) -> Path:
    here = Path.cwd().resolve()
    if path.is_relative_to(here):
        return path.relative_to(here)
    return Path(os.path.relpath(path, here)) if here.is_relative_to(path) else path
