"""What the caller asks of a scan or a migration."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

from .facts.deployments import Deployment
from .facts.jobs import Facts
from .facts.release import Release
from .findings import Finding, Place

Target = Literal["decorator", "component", "specs"]
"""What the loads of dbt Cloud jobs become."""
TARGETS: tuple[Target, ...] = get_args(Target)


@dataclass(frozen=True)
class Options:
    """The options of the command line, as the pipeline needs them."""

    exclude: tuple[str, ...] = ()
    """Patterns as in a ``.gitignore`` file."""
    only: frozenset[str] = frozenset()
    """Codes of legacy names (LDC1xx): migrate nothing else. Empty: no limit."""
    skip: frozenset[str] = frozenset()
    """Codes of legacy names not to migrate."""
    polling_sensor: bool = False
    """Whether to write a sensor that records the runs of an environment which Dagster did not start."""
    to: Target = "decorator"
    """What loads become where they can; others are decorated functions, with the reason."""
    jobs: int = 1
    """Processes to work with."""
    facts: Facts = field(default_factory=Facts)
    release: Release | None = None
    """The dagster-dbt that the code will run with; None: the one that is installed here."""
    env: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The environment from which job ids that the code reads there are resolved. It holds secrets: never shown."""
    deployments: tuple[Deployment, ...] = ()
    """Where the code runs; none: only in `env`."""
    on_file: Callable[[Path], None] | None = field(default=None, compare=False)
    """Called with each file before it is looked at: for a progress display, and to name it when something breaks.

    Called in the main process only; with several processes, when the file is handed out or done.
    """

    def in_deployments(self) -> tuple[Deployment, ...]:
        """Where the code runs; the environment alone where nothing else is said."""
        return self.deployments or (Deployment("", self.env),)


@dataclass(frozen=True)
class WantedJob:
    """A job that the code names, as far as the code says where it lives."""

    job_id: int
    account_id: int | None = None
    host: str | None = None
    token_env: str | None = None
    """The environment variable from which the code takes the token, where it does."""
    account_env: str | None = None
    """The same for the account."""
    host_env: str | None = None
    """The same for the host."""
    places: tuple[str, ...] = ()
    """``path:line:column`` of each use."""
    deployment: str = ""
    """The deployment that runs it."""
    host_place: str = ""
    """Where the host is named: ``path:line:column``, or a facts file."""
    token_place: str = ""
    """Where the variable of the token is named."""


@dataclass(frozen=True)
class WrittenFact:
    """One fact of a job, as migrated code says it."""

    job_id: int
    column: str
    """What it says: project_id, environment_id, name, select, command ...; empty for the assets of the job."""
    place: Place
    value: object = None


@dataclass(frozen=True)
class JobsInCode:
    """The jobs that the code names."""

    wanted: tuple[WantedJob, ...]
    unknown: tuple[Finding, ...] = ()
    """Where a job id is not known (LDC402)."""
    written: tuple[WrittenFact, ...] = ()
    """The facts that migrated code holds."""
