"""The options that several commands share, as what they stand for."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..facts.jobs import Facts
    from ..options import Options


def options_of(
    paths: Sequence[Path],
    facts: Sequence[Path] | None,
    env_files: Sequence[Path] | None,
    named: Sequence[str] | None,
    exclude: Sequence[str] | None,
    dagster_dbt: str | None,
    jobs: int,
) -> Options:
    """Raises UsageError for facts, environment files or a version that are wrong, before any source is read."""
    from ..facts.deployments import read_deployments
    from ..facts.release import read_release
    from ..files.walk import require_paths
    from ..options import Options

    require_paths(paths)
    deployments = read_deployments(env_files or (), named or ())
    return Options(
        exclude=tuple(exclude or ()),
        jobs=jobs or _cpu_count(),
        facts=_facts(paths, facts),
        env=deployments[0].variables if len(deployments) == 1 else dict(os.environ),
        deployments=deployments,
        release=None if dagster_dbt is None else read_release(dagster_dbt),
    )


def options_given(
    facts: Sequence[Path] | None,
    env_files: Sequence[Path] | None,
    named: Sequence[str] | None,
    exclude: Sequence[str] | None,
    dagster_dbt: str | None,
) -> list[tuple[str, str]]:
    """The options that a next command must repeat to come to the same."""
    return [
        *(("--facts", str(path)) for path in facts or ()),
        *(("--env-file", str(path)) for path in env_files or ()),
        *(("--deployment", text) for text in named or ()),
        *(("--exclude", pattern) for pattern in exclude or ()),
        *([("--dagster-dbt", dagster_dbt)] if dagster_dbt is not None else []),
    ]


def _facts(paths: Sequence[Path], given: Sequence[Path] | None) -> Facts:
    from ..facts.jobs import discover_facts, load_facts

    return load_facts(discover_facts(paths) if given is None else given)


def _cpu_count() -> int:
    usable = getattr(os, "sched_getaffinity", None)  # not everywhere; knows the limits of a container
    return len(usable(0)) if usable else os.cpu_count() or 1
