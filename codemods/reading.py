"""The first step: which files there are, and their bytes. It imports nothing that analyses or rewrites them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from pathlib import Path

from .analysis.project.prefilter import (
    imports_dagster_dbt,
    may_hold_rows,
    may_refuse_jobs,
    may_use_legacy,
    names_legacy,
    names_package,
    names_v2,
    names_workspace,
    names_workspaces,
)
from .errors import SourceError
from .files import recovery, sources, walk
from .files.other_files import other_findings
from .files.other_paths import DECLARING, other_paths
from .files.surroundings import files_around
from .findings import Finding
from .options import Options


@dataclass(frozen=True)
class FilesRead:
    """The files of the given paths, read."""

    found: walk.FoundFiles
    own: tuple[sources.RawFile, ...]
    near: tuple[sources.RawFile, ...]
    """Files outside the given paths, of the same repositories."""
    findings: tuple[Finding, ...]
    """What could not be read, and what other files than Python's name."""
    interrupted: tuple[Path, ...]
    """Journals that migrations which did not end have left."""
    matters: Callable[[bytes], bool] = names_legacy
    """Whether a file is worth parsing, by its bytes."""
    links: tuple[walk.Link, ...] = ()
    declaring: tuple[Path, ...] = ()
    """What may say which folder a package is read from."""

    # Where nothing is legacy, no file is looked up by its path.
    @cached_property
    def raws(self) -> Mapping[Path, sources.RawFile]:
        """The files of the given paths, by their path."""
        return {raw.path: raw for raw in self.own}

    @cached_property
    def around(self) -> Mapping[Path, sources.RawFile]:
        """Those outside, likewise."""
        return {raw.path: raw for raw in self.near}

    @cached_property
    def by_other_paths(self) -> Mapping[Path, Path]:
        """The files by the other paths that they are imported by."""
        return other_paths([*self.raws, *self.around], self.links, self.declaring)

    @property
    def data(self) -> dict[Path, bytes]:
        """The bytes of all of them."""
        return {path: raw.data for path, raw in {**self.raws, **self.around}.items()}

    @cached_property
    def naming_packages(self) -> tuple[bytes, ...]:
        """The files that name a package which has something legacy: no other needs to be searched for more."""
        return tuple(raw.data for raw in chain(self.own, self.near) if names_package(raw.data))

    @property
    def names_legacy(self) -> bool:
        """Whether any may import something legacy, or has v2's resource and may use it as the legacy one.

        Where none does, there is nothing to analyse.
        """
        if any(map(self.matters, self.naming_packages)):
            return True
        own = [raw.data for raw in self.own]
        return self._may_have_workspace and any(map(names_v2, own)) and any(map(may_use_legacy, own))

    @property
    def _may_have_workspace(self) -> bool:
        """Whether any may import v2's resource; where its module is imported in one file, another can have it of that."""
        if any(map(names_v2, self.naming_packages)):
            return True
        return any(map(imports_dagster_dbt, self.naming_packages)) and any(
            names_workspace(raw.data) for raw in self.own
        )

    @property
    def may_refuse_jobs(self) -> bool:
        """Whether any may hold what an earlier migration wrote, and refuse other jobs than those it was given."""
        return any(map(names_workspaces, self.naming_packages)) and any(
            may_refuse_jobs(raw.data) for raw in self.own
        )


def read_files(paths: Sequence[Path], options: Options) -> FilesRead:
    """Find and read the Python files in ``paths`` and around them."""
    found = walk.find_sources(paths, exclude=options.exclude)
    own, unread = _read(found.python, options)
    around = files_around(paths, found)
    near, _ = _read(around.python, options)
    interrupted = recovery.interrupted(paths, found.journals)
    findings = [
        *found.problems,
        *unread,
        *other_findings(found),
        *recovery.half_written(interrupted),
    ]
    files = FilesRead(
        found,
        own,
        near,
        tuple(findings),
        interrupted,
        links=(*found.links, *around.links),
        declaring=_declaring(found, around),
    )
    # Where dbt Cloud has changed, what an earlier migration wrote may have to change, too; and a deployment may be new to it.
    are_changed = any(job.earlier or job.is_gone for job in options.facts.jobs) or files.may_refuse_jobs
    return replace(files, matters=of_any_migration) if are_changed else files


def _declaring(*found: walk.FoundFiles) -> tuple[Path, ...]:
    paths = (path for each in found for path in (*each.others, *each.python))
    return tuple(dict.fromkeys(path for path in paths if path.name in DECLARING))


def of_any_migration(data: bytes) -> bool:
    """Whether a file may hold something legacy, or what an earlier migration wrote."""
    return names_legacy(data) or names_workspaces(data) or may_hold_rows(data)


def _read(paths: Sequence[Path], options: Options) -> tuple[tuple[sources.RawFile, ...], list[Finding]]:
    raws: list[sources.RawFile] = []
    problems: list[Finding] = []
    for path in paths:
        if options.on_file is not None:
            options.on_file(path)
        try:
            raws.append(sources.read_raw(path))
        except SourceError as error:
            problems.append(error.finding)
    return tuple(raws), problems
