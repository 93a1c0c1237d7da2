"""Which groups of claims run in one code location, where workspaces of one environment share one state."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

from ..analysis.project.reach import reached_from
from ..analysis.project.test_files import is_test
from .claims import Context
from .groups import Groups


def locations_of(groups: Sequence[Set[Path]], context: Context) -> list[object]:
    """For each group of files what stands for the code location, or locations, that may run it.

    One for all, where the project does not say which it has.
    """
    reached = _reached(context)
    if reached is None:
        return [None] * len(groups)
    joined = Groups()
    for number, paths in enumerate(groups):
        joined.join([number, *_running(paths, reached)])
    return [joined.find(number) for number in range(len(groups))]


@dataclass(frozen=True, eq=False)
class _Reached:
    """The files that are run, by the file in which that starts."""

    declared: Mapping[Path, frozenset[Path]]
    """Those of the code locations that the project declares."""
    others: Mapping[Path, frozenset[Path]]
    """Those of files that none of them runs: such a file may be a code location, too."""
    tests: Mapping[Path, frozenset[Path]]


def _reached(context: Context) -> _Reached | None:
    """What each code location runs; None where that is not known."""
    tree = context.index.tree
    if not context.entries.found or not context.entries.are_whole:
        return None
    real = {os.path.realpath(path): path for path in tree.paths}
    starts = [_start(candidates, real) for candidates in (one.candidates() for one in context.entries.found)]
    declared = _all_reached(context, starts)
    if declared is None:
        return None
    seen = frozenset().union(*declared.values())
    left = [path for path in tree.modules if path not in seen]
    others = _all_reached(context, [path for path in left if not is_test(path)])
    tests = _all_reached(context, [path for path in left if is_test(path)])
    return _Reached(declared, others, tests) if others is not None and tests is not None else None


def _start(candidates: Iterable[Path], real: Mapping[str, Path]) -> Path | None:
    return next((real[str(path)] for path in candidates if str(path) in real), None)


def _all_reached(context: Context, starts: Iterable[Path | None]) -> dict[Path, frozenset[Path]] | None:
    found: dict[Path, frozenset[Path]] = {}
    for start in starts:
        files = reached_from(context.index.tree, start) if start is not None else None
        if start is None or files is None:
            return None
        found[start] = files
    return found


def _running(paths: Iterable[Path], reached: _Reached) -> list[tuple[str, Path]]:
    """What runs some of the files. Of a file that no code location is seen to run, any may run it."""
    found: dict[Path, None] = {}
    for path in paths:
        for starts in (reached.declared, reached.others):
            found.update((start, None) for start, files in starts.items() if path in files)
        if path in reached.others:
            found.update(dict.fromkeys(reached.declared))
    for path in paths if not found else ():
        # A test runs by itself, beside what it imports.
        files = reached.tests.get(path, frozenset())
        found.update((start, None) for start, others in reached.declared.items() if files & others)
    return [("location", start) for start in found]
