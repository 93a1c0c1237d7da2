"""What the command line of ``verify`` asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import UsageError
from ..facts.permission import Approve, never
from ..options import Options


@dataclass(frozen=True)
class DbtSource:
    """Where dbt's side comes from: manifests or dbt projects, by the dbt Cloud project they are of.

    The key None stands for every project that is not named. Both empty: fetched from dbt Cloud.
    """

    manifests: Mapping[int | None, Path]
    dbt_projects: Mapping[int | None, Path]
    lookup: bool = False


@dataclass(frozen=True)
class Lookup:
    """How to reach dbt Cloud."""

    token_env: str | None = None
    host: str | None = None
    account_id: int | None = None
    env: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The environment that the token is read from. The code that is loaded gets none of it."""
    approve: Approve = never
    command: tuple[str, ...] = ()
    """The words of the command, without --host and --token-env."""


@dataclass(frozen=True)
class Request:
    """One verification."""

    path: Path
    definitions: str
    options: Options
    dbt: DbtSource
    access: Lookup = Lookup()
    before: str | None = None
    """A revision of git, of which the tree as it is must be the migration."""
    migrated: Path | None = None
    """A tree that is migrated already."""
    working_directory: Path | None = None
    subset: tuple[str, ...] = ()
    """Asset keys to materialize without the others."""
    partition: str | None = None
    deployment: str = ""
    """Which of several deployments it is."""
    jobs: tuple[str, ...] = ()
    """Jobs to execute although their ops are the user's own code."""


def by_project(values: list[str], option: str) -> dict[int | None, Path]:
    """Read ``FILE`` and ``PROJECT_ID=FILE``. Raises UsageError for a file that is not there, or is given twice."""
    found: dict[int | None, Path] = {}
    for value in values:
        head, equals, rest = value.partition("=")
        project = int(head) if equals and head.isdigit() else None
        path = Path(rest if project is not None else value)
        if not path.exists():
            raise UsageError(f"{path}: no such file or folder")
        if project in found:
            raise UsageError(f"{option} is given twice for one project; write {option} PROJECT_ID={path}")
        found[project] = path
    return found
