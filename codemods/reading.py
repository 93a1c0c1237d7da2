"""The first step: which files there are, and their bytes. It imports nothing that analyses or rewrites them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .analysis.project.prefilter import (
    may_refuse_jobs,
    may_use_legacy,
    names_legacy,
    names_v2,
    names_workspaces,
)
from .errors import SourceError
from .files import recovery, sources, walk
from .files.other_files import other_findings
from .files.surroundings import files_around
from .findings import Finding
from .options import Options


@dataclass(frozen=True)
class FilesRead:
    """The files of the given paths, read."""

    found: walk.FoundFiles
    raws: Mapping[Path, sources.RawFile]
    around: Mapping[Path, sources.RawFile]
    """Files outside the given paths, of the same repositories."""
    findings: tuple[Finding, ...]
    """What could not be read, and what other files than Python's name."""
    interrupted: tuple[Path, ...]
    """Journals that migrations which did not end have left."""
    matters: Callable[[bytes], bool] = names_legacy
    """Whether a file is worth parsing, by its bytes."""

    @property
    def data(self) -> dict[Path, bytes]:
        """The bytes of all of them."""
        return {path: raw.data for path, raw in {**self.raws, **self.around}.items()}

    @property
    def names_legacy(self) -> bool:
        """Whether any may import something legacy, or has v2's resource and may use it as the legacy one.

        Where none does, there is nothing to analyse.
        """
        if any(self.matters(raw.data) for raws in (self.raws, self.around) for raw in raws.values()):
            return True
        own = [raw.data for raw in self.raws.values()]
        return any(map(names_v2, own)) and any(map(may_use_legacy, own))


def read_files(paths: Sequence[Path], options: Options) -> FilesRead:
    """Find and read the Python files in ``paths`` and around them."""
    found = walk.find_sources(paths, exclude=options.exclude)
    raws, unread = _read(found.python, options)
    around, _ = _read(files_around(paths, found), options)
    interrupted = recovery.interrupted(paths, found.journals)
    findings = [
        *found.problems,
        *unread,
        *other_findings(found),
        *recovery.half_written(interrupted),
    ]
    # Where dbt Cloud has changed, what an earlier migration wrote may have to change, too; and a deployment may be new to it.
    are_changed = any(job.earlier or job.is_gone for job in options.facts.jobs) or any(
        may_refuse_jobs(raw.data) for raw in raws.values()
    )
    matters = of_any_migration if are_changed else names_legacy
    return FilesRead(found, raws, around, tuple(findings), interrupted, matters)


def of_any_migration(data: bytes) -> bool:
    """Whether a file may hold something legacy, or what an earlier migration wrote."""
    return names_legacy(data) or names_workspaces(data)


def _read(paths: Sequence[Path], options: Options) -> tuple[dict[Path, sources.RawFile], list[Finding]]:
    raws: dict[Path, sources.RawFile] = {}
    problems: list[Finding] = []
    for path in paths:
        if options.on_file is not None:
            options.on_file(path)
        try:
            raws[path] = sources.read_raw(path)
        except SourceError as error:
            problems.append(error.finding)
    return raws, problems
