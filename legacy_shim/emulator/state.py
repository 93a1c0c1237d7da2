"""The state of a local dbt Cloud, and all that can be done to it. Safe to use from several threads."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from .backends import Backend, RunContext
from .faults import Fault, Faults, Outcome, Outcomes
from .records import (
    Account,
    Environment,
    EnvironmentVariable,
    Job,
    Project,
    Request,
    Run,
    RunSnapshot,
    new_job,
    now,
    snapshot,
    stamp,
)
from .runs import Runner, Speed

DEFAULT_DBT_VERSION = "1.11.0-latest"
_Row = TypeVar("_Row", Account, Project, Environment, EnvironmentVariable)


@dataclass(frozen=True)
class RateLimit:
    """dbt Cloud's own: 5,000 requests of an account in a minute, then 429 for five minutes. Times in seconds."""

    requests: int = 5000
    window: float = 60.0
    penalty: float = 300.0


class DbtCloud:
    """A dbt Cloud with accounts, projects, environments and jobs, which ``serve`` puts on a port.

    ``speed`` says how long runs take beside their commands, ``rate_limit`` is off (None) until one is set.
    All methods that add something raise ValueError for an id that is taken or that belongs nowhere.
    """

    def __init__(self, speed: Speed | None = None, rate_limit: RateLimit | None = None) -> None:
        self.speed = speed or Speed()
        self.rate_limit = rate_limit
        self.faults = Faults()
        self.outcomes = Outcomes()
        self.accounts: dict[int, Account] = {}
        self.projects: dict[int, Project] = {}
        self.environments: dict[int, Environment] = {}
        self.jobs: dict[int, Job] = {}
        self.environment_variables: dict[int, EnvironmentVariable] = {}
        self.live_runs: dict[int, Run] = {}
        self._tokens: dict[str, set[int]] = {}
        self._lock = threading.RLock()
        self._journal: list[Request] = []
        self._listeners: list[Callable[[Request | RunSnapshot], None]] = []
        self._runner = Runner(self._run_changed)
        self._run_ids = itertools.count(100_001)
        self._calls: dict[int, list[float]] = {}
        self._blocked_until: dict[int, float] = {}

    # what there is

    def add_account(self, account_id: int, *, token: str, name: str = "") -> Account:
        """An account that ``token`` may use; more tokens with ``add_token``."""
        with self._lock:
            account = _put(self.accounts, Account(account_id, name or f"Account {account_id}"))
            self.add_token(account_id, token)
            return account

    def add_token(self, account_id: int, token: str) -> None:
        """Let a token use an account; one token may use several."""
        _known(self.accounts, account_id, "account")
        with self._lock:
            self._tokens.setdefault(token, set()).add(account_id)

    def add_project(self, project_id: int, *, account_id: int, backend: Backend, name: str = "") -> Project:
        """A project whose runs ``backend`` carries out."""
        _known(self.accounts, account_id, "account")
        with self._lock:
            return _put(
                self.projects, Project(project_id, account_id, name or f"Project {project_id}", backend)
            )

    def add_environment(
        self, environment_id: int, *, project_id: int, name: str = "Production", dbt_version: str = ""
    ) -> Environment:
        """A deployment environment of a project."""
        project = _known(self.projects, project_id, "project")
        environment = Environment(
            environment_id, project.account_id, project_id, name, dbt_version or DEFAULT_DBT_VERSION, now()
        )
        with self._lock:
            return _put(self.environments, environment)

    def add_job(
        self,
        job_id: int | None = None,
        *,
        project_id: int,
        environment_id: int,
        name: str,
        execute_steps: Sequence[str] = (),
        **fields: Any,
    ) -> Job:
        """A job; ``fields`` are those of the API, such as ``generate_docs``, ``triggers``, ``settings``."""
        environment = _known(self.environments, environment_id, "environment")
        if environment.project_id != project_id:
            raise ValueError(f"environment {environment_id} is not of project {project_id}")
        with self._lock:
            new_id = job_id if job_id is not None else max(self.jobs, default=70_000) + 1
            if new_id in self.jobs:
                raise ValueError(f"there is a job {new_id} already")
            self.jobs[new_id] = new_job(new_id, environment, name, list(execute_steps), fields)
            return self.jobs[new_id]

    def add_environment_variable(
        self,
        project_id: int,
        name: str,
        value: str,
        *,
        environment_id: int | None = None,
        job_id: int | None = None,
    ) -> EnvironmentVariable:
        """A dbt Cloud environment variable of the project, or its override for an environment or a job."""
        project = _known(self.projects, project_id, "project")
        level = "job" if job_id is not None else "environment" if environment_id is not None else "project"
        with self._lock:
            variable = EnvironmentVariable(
                id=max(self.environment_variables, default=500) + 1,
                account_id=project.account_id,
                project_id=project_id,
                name=name,
                raw_value=value,
                level=level,
                environment_id=environment_id,
                job_id=job_id,
            )
            return _put(self.environment_variables, variable)

    # what happened

    @property
    def journal(self) -> list[Request]:
        """Every request that was answered, in that order."""
        with self._lock:
            return list(self._journal)

    @property
    def runs(self) -> list[RunSnapshot]:
        """Every run as it is now, in the order in which they were triggered."""
        with self._lock:
            return [snapshot(run) for run in self.live_runs.values()]

    def clear_journal(self) -> None:
        """Forget the requests so far."""
        with self._lock:
            self._journal.clear()

    def listen(self, listener: Callable[[Request | RunSnapshot], None]) -> None:
        """Call ``listener`` with each request that is answered, and with each run whose status changes."""
        self._listeners.append(listener)

    def record(self, request: Request) -> None:
        """Put a request into the journal."""
        with self._lock:
            self._journal.append(request)
        self._tell(request)

    # what is to go wrong

    def fail(self, fault: Fault) -> None:
        """Let a call fail."""
        self.faults.add(fault)

    def end_runs(self, outcome: Outcome) -> None:
        """Let a run end in a status of your choice, or never."""
        self.outcomes.add(outcome)

    # what the API does

    def accounts_of(self, token: str) -> frozenset[int]:
        """The accounts that a token may use; none for an unknown one."""
        with self._lock:
            return frozenset(self._tokens.get(token, ()))

    def seconds_blocked(self, account_id: int) -> float:
        """Count a request of an account; how long it is shut out by the rate limit, 0 where it is not."""
        limit, moment = self.rate_limit, time.monotonic()
        if limit is None:
            return 0.0
        with self._lock:
            if moment >= self._blocked_until.get(account_id, 0.0):
                calls = [at for at in self._calls.get(account_id, ()) if at > moment - limit.window]
                self._calls[account_id] = [*calls, moment]
                if len(calls) < limit.requests:
                    return 0.0
                self._calls[account_id] = []
                self._blocked_until[account_id] = moment + limit.penalty
            return self._blocked_until[account_id] - moment

    def trigger(self, job: Job, trigger: Mapping[str, Any]) -> Run:
        """A run of a job, Queued until it is started. ``trigger`` has ``cause`` and the overrides."""
        with self._lock:
            run_id = next(self._run_ids)
            run = Run(
                id=run_id,
                project=self.projects[job["project_id"]],
                environment=self.environments[job["environment_id"]],
                job={**job, "execute_steps": list(job["execute_steps"])},
                trigger={**trigger, "id": run_id + 1_000_000, "created_at": stamp(now())},
                commands=tuple(trigger.get("steps_override") or job["execute_steps"]),
            )
            self.live_runs[run_id] = run
        self._tell(snapshot(run))
        return run

    def start(self, run: Run) -> None:
        """Let a run that was triggered begin as soon as its job is free."""
        self._runner.start(
            run, lambda folder: self._context(run, folder), self.outcomes.take(run.job["id"]), self.speed
        )

    def cancel(self, run: Run) -> None:
        """Cancel a run; one that has ended stays as it is."""
        if run.is_active:
            self._runner.cancel(run)

    def set_environment_variable(self, variable: EnvironmentVariable, value: str) -> EnvironmentVariable:
        """Give an environment variable another value at its level."""
        with self._lock:
            self.environment_variables[variable.id] = replace(variable, raw_value=value)
            return self.environment_variables[variable.id]

    def warm_up(self) -> None:
        """Start what the back ends need time to start; returns at once."""
        for project in list(self.projects.values()):
            project.backend.warm_up()

    def close(self) -> None:
        """Cancel what runs, stop the back ends, and remove what they made."""
        self._runner.close()
        for project in list(self.projects.values()):
            project.backend.close()

    def _context(self, run: Run, folder: Path) -> RunContext:
        variables = sorted(
            (v for v in self.environment_variables.values() if _applies(v, run)),
            key=lambda v: ("project", "environment", "job").index(v.level),
        )
        own = {
            "DBT_CLOUD_RUN_ID": str(run.id),
            "DBT_CLOUD_JOB_ID": str(run.job["id"]),
            "DBT_CLOUD_PROJECT_ID": str(run.project.id),
            "DBT_CLOUD_ACCOUNT_ID": str(run.project.account_id),
            "DBT_CLOUD_ENVIRONMENT_ID": str(run.environment.id),
            "DBT_CLOUD_ENVIRONMENT_NAME": run.environment.name,
            "DBT_CLOUD_RUN_REASON": run.trigger["cause"],
            "DBT_CLOUD_RUN_REASON_CATEGORY": "api",
        }
        settings = run.job["settings"]
        return RunContext(
            run_id=run.id,
            folder=folder,
            environment={**{v.name: v.raw_value for v in variables}, **own},
            threads=run.trigger.get("threads_override") or settings.get("threads") or 4,
            target_name=run.trigger.get("target_name_override") or settings.get("target_name") or "default",
            schema=run.trigger.get("schema_override"),
            cancelled=run.cancelled,
        )

    def _run_changed(self, run: Run) -> None:
        self._tell(snapshot(run))

    def _tell(self, event: Request | RunSnapshot) -> None:
        for listener in list(self._listeners):
            listener(event)


def _applies(variable: EnvironmentVariable, run: Run) -> bool:
    if variable.project_id != run.project.id:
        return False
    if variable.level == "job":
        return bool(variable.job_id == run.job["id"])
    return variable.level == "project" or variable.environment_id == run.environment.id


def _put(table: dict[int, _Row], row: _Row) -> _Row:
    if row.id in table:
        raise ValueError(f"there is a {type(row).__name__.lower()} {row.id} already")
    table[row.id] = row
    return row


def _known(table: Mapping[int, _Row], row_id: int, what: str) -> _Row:
    if row_id not in table:
        raise ValueError(f"there is no {what} {row_id}")
    return table[row_id]
