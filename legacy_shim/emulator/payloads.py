"""Records as the Administrative API shows them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from .records import Account, Environment, EnvironmentVariable, Job, Project, Run, Step, now, stamp
from .status import RunStatus


def account_payload(account: Account) -> dict[str, Any]:
    return {"id": account.id, "name": account.name, "state": 1, "plan": "enterprise", "run_slots": 5}


def project_payload(project: Project) -> dict[str, Any]:
    return {
        "id": project.id,
        "account_id": project.account_id,
        "name": project.name,
        "description": None,
        "connection_id": project.id,
        "connection": {"id": project.id, "name": project.backend.connection},
        "repository_id": project.id,
        "dbt_project_subdirectory": None,
        "docs_job_id": None,
        "freshness_job_id": None,
        "state": 1,
    }


def environment_payload(environment: Environment) -> dict[str, Any]:
    return {
        "id": environment.id,
        "account_id": environment.account_id,
        "project_id": environment.project_id,
        "name": environment.name,
        "dbt_version": environment.dbt_version,
        "raw_dbt_version": environment.dbt_version,
        "type": "deployment",
        "deployment_type": "production",
        "use_custom_branch": False,
        "custom_branch": None,
        "supports_docs": True,
        "state": 1,
        "created_at": stamp(environment.created_at),
        "updated_at": stamp(environment.created_at),
    }


def repository_payload(project: Project) -> dict[str, Any]:
    return {
        "id": project.id,
        "account_id": project.account_id,
        "project_id": project.id,
        "full_name": project.name,
        "remote_backend": "managed",
        "git_clone_strategy": "deploy_key",
        "state": 1,
    }


def run_payload(run: Run, host: str, related: Collection[str] = (), job: Job | None = None) -> dict[str, Any]:
    """A run; the relations that are not in ``related`` are null.

    ``job`` is the job as it is now, where it still exists; ``host`` has no trailing slash.
    """
    end = run.finished_at or now()
    queued = (run.started_at or end) - run.created_at
    ran = end - run.started_at if run.started_at else timedelta(0)
    job = job or run.job
    return {
        "id": run.id,
        "trigger_id": run.trigger["id"],
        "account_id": run.project.account_id,
        "project_id": run.project.id,
        "environment_id": run.environment.id,
        "job_id": run.job["id"],
        "job_definition_id": run.job["id"],
        "status": int(run.status),
        "status_humanized": run.status_humanized,
        "status_message": run.status_message,
        "dbt_version": run.trigger.get("dbt_version_override") or run.environment.dbt_version,
        "git_branch": run.trigger.get("git_branch") or "main",
        "git_sha": run.trigger.get("git_sha"),
        "href": f"{host}/deploy/{run.project.account_id}/projects/{run.project.id}/runs/{run.id}/",
        "artifacts_saved": any(step.artifacts for step in list(run.steps)),
        "has_docs_generated": any("catalog.json" in step.artifacts for step in list(run.steps)),
        "has_sources_generated": any("sources.json" in step.artifacts for step in list(run.steps)),
        "in_progress": run.is_active,
        "is_complete": not run.is_active,
        "is_success": run.status == RunStatus.SUCCESS,
        "is_error": run.status == RunStatus.ERROR,
        "is_cancelled": run.status == RunStatus.CANCELLED,
        "is_running": run.status == RunStatus.RUNNING,
        "created_at": stamp(run.created_at),
        "updated_at": stamp(run.finished_at or run.started_at or run.dequeued_at or run.created_at),
        "dequeued_at": stamp(run.dequeued_at),
        "started_at": stamp(run.started_at),
        "finished_at": stamp(run.finished_at),
        "duration": clock(end - run.created_at),
        "queued_duration": clock(queued),
        "run_duration": clock(ran),
        "duration_humanized": f"{int((end - run.created_at).total_seconds())} seconds",
        "trigger": trigger_payload(run) if "trigger" in related else None,
        "job": dict(job) if "job" in related else None,
        "environment": environment_payload(run.environment) if "environment" in related else None,
        "repository": repository_payload(run.project) if "repository" in related else None,
        "run_steps": _steps(run, related) if {"run_steps", "debug_logs"} & set(related) else None,
    }


def trigger_payload(run: Run) -> dict[str, Any]:
    """What triggered a run; overrides that were not given are null."""
    names = [
        "git_branch",
        "git_sha",
        "azure_pull_request_id",
        "github_pull_request_id",
        "gitlab_merge_request_id",
        "schema_override",
        "dbt_version_override",
        "threads_override",
        "target_name_override",
        "generate_docs_override",
        "timeout_seconds_override",
        "steps_override",
    ]
    return {
        "id": run.trigger["id"],
        "cause": run.trigger["cause"],
        "cause_category": "api",
        "job_definition_id": run.job["id"],
        "created_at": run.trigger["created_at"],
        **{name: run.trigger.get(name) for name in names},
    }


def variables_payload(variables: Iterable[EnvironmentVariable]) -> dict[str, Any]:
    """Environment variables by name and level, as the v3 call for a job shows them."""
    found: dict[str, dict[str, Any]] = {}
    for variable in variables:
        found.setdefault(variable.name, {})[variable.level] = {"id": variable.id, "value": variable.raw_value}
    return found


def variable_payload(variable: EnvironmentVariable) -> dict[str, Any]:
    return {
        "id": variable.id,
        "account_id": variable.account_id,
        "project_id": variable.project_id,
        "environment_id": variable.environment_id,
        "job_definition_id": variable.job_id,
        "type": variable.level,
        "name": variable.name,
        "raw_value": variable.raw_value,
        "display_value": variable.raw_value,
        "state": 1,
    }


def clock(duration: timedelta) -> str:
    """A duration as hours, minutes and seconds: ``00:01:30``."""
    seconds = max(int(duration.total_seconds()), 0)
    return f"{seconds // 3600:02}:{seconds % 3600 // 60:02}:{seconds % 60:02}"


def _steps(run: Run, related: Collection[str]) -> list[Mapping[str, Any]]:
    return [_step(run, step, related) for step in list(run.steps)]


def _step(run: Run, step: Step, related: Collection[str]) -> Mapping[str, Any]:
    end: datetime = step.finished_at or now()
    return {
        "id": step.id,
        "run_id": run.id,
        "account_id": run.project.account_id,
        "index": step.index,
        "name": step.name,
        "status": int(step.status),
        "status_humanized": step.status.humanized,
        "logs": step.logs,
        "debug_logs": step.debug_logs if "debug_logs" in related else None,
        "created_at": stamp(step.started_at),
        "updated_at": stamp(step.finished_at or step.started_at),
        "started_at": stamp(step.started_at),
        "finished_at": stamp(step.finished_at),
        "duration": clock(end - step.started_at),
    }
