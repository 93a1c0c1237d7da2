"""What a project's runs are made by: the interface that both back ends have."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class RunContext:
    """What a back end has to know of the run that it works for."""

    run_id: int
    folder: Path
    """A folder of this run's own, for artifacts and logs; it exists."""
    environment: Mapping[str, str]
    """Variables that dbt Cloud sets: DBT_CLOUD_RUN_ID and the like, and the job's environment variables."""
    threads: int = 4
    target_name: str = "default"
    schema: str | None = None
    """Overrides the schema of the connection."""
    cancelled: threading.Event = field(default_factory=threading.Event)


@dataclass(frozen=True)
class StepOutcome:
    """What became of one command."""

    succeeded: bool
    logs: str
    debug_logs: str = ""
    artifacts: Mapping[str, Path | bytes] = field(default_factory=dict)
    """Contents, or the file that has them, by path below dbt's target folder."""


class Backend(Protocol):
    """Runs dbt commands for a project. Its methods are called from several threads."""

    @property
    def connection(self) -> str:
        """The name of the connection, as the step "Create profile from connection ..." shows it."""

    def clone(self, context: RunContext) -> str:
        """Prepare the project for a run; what the step "Clone git repository" logs."""

    def invoke(self, command: str, context: RunContext) -> StepOutcome:
        """Run one command, such as ``dbt build``, until it ends or ``context.cancelled`` is set."""

    def warm_up(self) -> None:
        """Start what takes time to start; returns at once."""

    def close(self) -> None:
        """Stop what runs and remove what was made on disk."""


def temporary_folder(prefix: str) -> tempfile.TemporaryDirectory[str]:
    """A folder that goes away when it is cleaned up, or at the latest with the process."""
    return tempfile.TemporaryDirectory(prefix=prefix, ignore_cleanup_errors=True)
