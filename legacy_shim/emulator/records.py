"""What a local dbt Cloud keeps: accounts, projects, environments, jobs, runs, and what was asked of it."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from .backends import Backend
from .status import ACTIVE, RunStatus, humanized

Job = dict[str, Any]
"""A job as the API shows it; see ``new_job``."""


@dataclass(frozen=True)
class Account:
    """An account and its name."""

    id: int
    name: str


@dataclass(frozen=True)
class Project:
    """A project, and the back end that runs its commands."""

    id: int
    account_id: int
    name: str
    backend: Backend = field(repr=False)


@dataclass(frozen=True)
class Environment:
    """An environment of a project."""

    id: int
    account_id: int
    project_id: int
    name: str
    dbt_version: str
    created_at: datetime


@dataclass(frozen=True)
class EnvironmentVariable:
    """The value of a dbt Cloud environment variable at one level: the project's, an environment's or a job's."""

    id: int
    account_id: int
    project_id: int
    name: str
    raw_value: str = field(repr=False)
    level: str = "project"
    environment_id: int | None = None
    job_id: int | None = None


@dataclass(frozen=True)
class Request:
    """One request that arrived, and the status that it was answered with. It never holds a token.

    ``status`` is what was, or would have been, answered: it is there for lost answers too. ``at`` is a Unix time.
    """

    method: str
    path: str
    query: Mapping[str, str]
    json: Any
    status: int
    at: float


@dataclass
class Step:
    """One step of a run, while it runs."""

    id: int
    index: int
    name: str
    status: RunStatus = RunStatus.RUNNING
    logs: str = ""
    debug_logs: str = ""
    artifacts: Mapping[str, Path | bytes] = field(default_factory=dict)
    started_at: datetime = field(default_factory=lambda: now())
    finished_at: datetime | None = None


@dataclass
class Run:
    """A run, while it runs. ``job`` and ``trigger`` are as they were when it was triggered."""

    id: int
    project: Project
    job: Job
    trigger: dict[str, Any]
    commands: tuple[str, ...]
    environment: Environment
    status: int = RunStatus.QUEUED
    status_humanized: str = "Queued"
    status_message: str | None = None
    steps: list[Step] = field(default_factory=list)
    created_at: datetime = field(default_factory=lambda: now())
    dequeued_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    cancelled: threading.Event = field(default_factory=threading.Event)
    done: threading.Event = field(default_factory=threading.Event)

    @property
    def is_active(self) -> bool:
        """Whether it has not ended."""
        return self.finished_at is None

    def become(self, status: int, text: str | None = None) -> None:
        """Take a status, and note the time."""
        self.status = status
        self.status_humanized = text or humanized(status)
        moment = now()
        if status == RunStatus.STARTING:
            self.dequeued_at = moment
        elif status == RunStatus.RUNNING:
            self.started_at = moment
        elif status not in ACTIVE:
            self.finished_at = moment


@dataclass(frozen=True)
class StepSnapshot:
    """One step of a run at one moment."""

    index: int
    name: str
    status: RunStatus
    logs: str


@dataclass(frozen=True)
class RunSnapshot:
    """A run at one moment: what tests read.

    ``commands`` are the dbt commands as they were given (those of the override, else the job's); ``overrides`` is
    what the request asked for beside ``cause`` and ``steps_override``, without what was not given.
    """

    id: int
    account_id: int
    project_id: int
    environment_id: int
    job_id: int
    job_name: str
    cause: str
    commands: tuple[str, ...]
    status: int
    status_humanized: str
    steps: tuple[StepSnapshot, ...]
    overrides: Mapping[str, Any]


def snapshot(run: Run) -> RunSnapshot:
    """The run as it is now."""
    overrides = {
        name: value
        for name, value in run.trigger.items()
        if (name.endswith("_override") or name.startswith("git_")) and value is not None
    }
    overrides.pop("steps_override", None)
    return RunSnapshot(
        id=run.id,
        account_id=run.project.account_id,
        project_id=run.project.id,
        environment_id=run.environment.id,
        job_id=run.job["id"],
        job_name=run.job["name"],
        cause=run.trigger["cause"],
        commands=run.commands,
        status=run.status,
        status_humanized=run.status_humanized,
        steps=tuple(StepSnapshot(s.index, s.name, s.status, s.logs) for s in list(run.steps)),
        overrides=overrides,
    )


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(timezone.utc)


def new_job(
    job_id: int, environment: Environment, name: str, execute_steps: list[str], fields: Mapping[str, Any]
) -> Job:
    """A job with the defaults of dbt Cloud for all that ``fields`` does not say.

    ``triggers``, ``settings`` and ``execution`` may be given in part.
    """
    nested: dict[str, dict[str, Any]] = {
        "triggers": {
            "github_webhook": False,
            "git_provider_webhook": False,
            "schedule": False,
            "on_merge": False,
        },
        "settings": {"threads": 4, "target_name": "default"},
        "execution": {"timeout_seconds": 0},
    }
    job: Job = {
        "id": job_id,
        "account_id": environment.account_id,
        "project_id": environment.project_id,
        "environment_id": environment.id,
        "name": name,
        "description": "",
        "dbt_version": None,
        "raw_dbt_version": None,
        "execute_steps": list(execute_steps),
        "generate_docs": False,
        "run_generate_sources": False,
        "generate_sources": False,
        "job_type": "other",
        "schedule": {
            "cron": "0 * * * *",
            "date": {"type": "every_day"},
            "time": {"type": "every_hour", "interval": 1},
        },
        "deferring_job_definition_id": None,
        "deferring_environment_id": None,
        "lifecycle_webhooks": False,
        "run_compare_changes": False,
        "run_lint": False,
        "errors_on_lint_failure": True,
        "triggers_on_draft_pr": False,
        "is_deferrable": False,
        "run_failure_count": 0,
        "integration_id": None,
        "state": 1,
        "created_at": stamp(now()),
        "updated_at": stamp(now()),
    }
    job.update({key: value for key, value in fields.items() if key not in nested})
    for key, defaults in nested.items():
        job[key] = {**defaults, **(fields.get(key) or {})}
    return job


def stamp(moment: datetime | None) -> str | None:
    """A time as dbt Cloud writes it: ISO 8601 with a space and an offset."""
    return None if moment is None else moment.isoformat(sep=" ")
