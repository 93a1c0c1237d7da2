"""Statuses of dbt Cloud runs and their steps, as the Administrative API v2 numbers them."""

from __future__ import annotations

from enum import IntEnum


class RunStatus(IntEnum):
    """The status of a run, or of one of its steps (field ``status``)."""

    QUEUED = 1
    STARTING = 2
    RUNNING = 3
    SUCCESS = 10
    ERROR = 20
    CANCELLED = 30

    @property
    def humanized(self) -> str:
        """The text of the field ``status_humanized``."""
        return self.name.capitalize()


ACTIVE = frozenset({RunStatus.QUEUED, RunStatus.STARTING, RunStatus.RUNNING})
"""The statuses of a run that has not ended."""


def humanized(status: int) -> str:
    """The text for a status, also for a number that dbt Cloud does not have."""
    try:
        return RunStatus(status).humanized
    except ValueError:
        return f"Status {status}"
