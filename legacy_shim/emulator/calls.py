"""The calls of the Administrative API v2, and the v3 calls that the clients make: one function each.

Each takes a Call and answers with an Answer; what is not there, or not to be seen, raises werkzeug's NotFound.
Source: the API's published OpenAPI description, and the two clients of dagster-dbt 0.29.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from werkzeug.exceptions import BadRequest, NotFound

from .listing import Page, listed, relations
from .payloads import (
    account_payload,
    environment_payload,
    project_payload,
    run_payload,
    variable_payload,
    variables_payload,
)
from .records import Job, Run, new_job, now, stamp
from .state import DbtCloud
from .status import RunStatus

_OVERRIDES: Mapping[str, type | tuple[type, ...]] = {
    "steps_override": list,
    "schema_override": str,
    "git_sha": str,
    "git_branch": str,
    "dbt_version_override": str,
    "threads_override": int,
    "target_name_override": str,
    "generate_docs_override": bool,
    "timeout_seconds_override": int,
}
_READ_ONLY = frozenset({"id", "account_id", "created_at", "updated_at", "is_deferrable", "run_failure_count"})
_REQUIRED_OF_JOB = ("account_id", "project_id", "environment_id", "name")


@dataclass(frozen=True)
class Call:
    """One request, after its token and account have been looked at."""

    cloud: DbtCloud
    host: str
    query: Mapping[str, str]
    body: Any
    account_id: int

    def run(self, run_id: int) -> Run:
        """The run of this account with that id."""
        run = self.cloud.live_runs.get(run_id)
        if run is None or run.project.account_id != self.account_id:
            raise NotFound
        return run

    def job(self, job_id: int) -> Job:
        """The job of this account with that id."""
        job = self.cloud.jobs.get(job_id)
        if job is None or job["account_id"] != self.account_id:
            raise NotFound
        return job

    def show(self, run: Run, related: frozenset[str]) -> dict[str, Any]:
        """The run as JSON."""
        return run_payload(run, self.host, related, self.cloud.jobs.get(run.job["id"]))


@dataclass(frozen=True)
class Answer:
    """``data`` goes into the envelope; ``raw`` is sent as it is."""

    data: Any = None
    page: Page | None = None
    status: int = 200
    raw: bytes | None = None
    content_type: str = "application/json"


def get_account(call: Call) -> Answer:
    return Answer(account_payload(call.cloud.accounts[call.account_id]))


def list_projects(call: Call) -> Answer:
    rows = [project_payload(p) for p in call.cloud.projects.values() if p.account_id == call.account_id]
    return _page(rows, call)


def get_project(call: Call, project_id: int) -> Answer:
    return Answer(project_payload(_own(call.cloud.projects, project_id, call)))


def list_environments(call: Call) -> Answer:
    rows = [
        environment_payload(e) for e in call.cloud.environments.values() if e.account_id == call.account_id
    ]
    return _page(rows, call)


def get_environment(call: Call, environment_id: int) -> Answer:
    return Answer(environment_payload(_own(call.cloud.environments, environment_id, call)))


def list_jobs(call: Call) -> Answer:
    return _page(
        [dict(job) for job in list(call.cloud.jobs.values()) if job["account_id"] == call.account_id], call
    )


def create_job(call: Call) -> Answer:
    body = _object(call.body)
    _require(body, *_REQUIRED_OF_JOB)
    project = _own(call.cloud.projects, body["project_id"], call)
    environment = call.cloud.environments.get(body["environment_id"])
    if environment is None or environment.project_id != project.id:
        raise BadRequest("environment_id: The environment is not one of the project.")
    fields = {key: value for key, value in body.items() if key not in _READ_ONLY}
    job = call.cloud.add_job(
        project_id=fields.pop("project_id"),
        environment_id=fields.pop("environment_id"),
        name=fields.pop("name"),
        execute_steps=fields.pop("execute_steps", None) or (),
        **fields,
    )
    return Answer(dict(job), status=201)


def get_job(call: Call, job_id: int) -> Answer:
    return Answer(dict(call.job(job_id)))


def update_job(call: Call, job_id: int) -> Answer:
    job, body = call.job(job_id), _object(call.body)
    if body.get("id") != job_id:
        raise BadRequest("id: The provided id does not match.")
    _require(body, *_REQUIRED_OF_JOB)
    environment = _own(call.cloud.environments, body["environment_id"], call)
    changed = {key: value for key, value in body.items() if key not in _READ_ONLY}
    for key in ("triggers", "settings", "execution"):
        changed[key] = {**job[key], **(changed.get(key) or {})}
    kept = {**job, **changed, "updated_at": stamp(now())}
    job.update(new_job(job_id, environment, kept["name"], kept["execute_steps"] or [], kept))
    return Answer(dict(job))


def delete_job(call: Call, job_id: int) -> Answer:
    call.job(job_id)
    del call.cloud.jobs[job_id]
    return Answer(status=204, raw=b"")


def trigger_run(call: Call, job_id: int) -> Answer:
    job, body = call.job(job_id), _object(call.body)
    _require(body, "cause")
    for name, kind in _OVERRIDES.items():
        value = body.get(name)
        if value is not None and (not isinstance(value, kind) or (kind is int and isinstance(value, bool))):
            raise BadRequest(f"{name}: {value!r} has the wrong type.")
    run = call.cloud.trigger(job, body)
    shown = call.show(run, frozenset({"trigger", "job"}))
    call.cloud.start(run)
    run.done.wait(call.cloud.speed.hold)
    return Answer(shown)


def rerun_job(call: Call, job_id: int) -> Answer:
    """Run again what is left of the job's last run, if that failed; else the whole job."""
    job = call.job(job_id)
    last = max(
        (run for run in list(call.cloud.live_runs.values()) if run.job["id"] == job_id),
        key=lambda run: run.id,
        default=None,
    )
    body: dict[str, Any] = {"cause": "Rerun from the point of failure"}
    if last is None or last.status != RunStatus.ERROR:
        run = call.cloud.trigger(job, body)
    else:
        overrides = {name: last.trigger[name] for name in last.trigger.keys() & {*_OVERRIDES}}
        run = call.cloud.trigger(job, {**overrides, **body})
        run.commands = last.commands[_commands_done(last) :]
    shown = call.show(run, frozenset({"trigger", "job"}))
    call.cloud.start(run)
    run.done.wait(call.cloud.speed.hold)
    return Answer(shown)


def _commands_done(run: Run) -> int:
    """How many of a run's commands succeeded before one failed."""
    done = [step.name for step in run.steps if step.status == RunStatus.SUCCESS]
    count = 0
    for command in run.commands:
        if f"Invoke dbt with `{command}`" not in done:
            break
        count += 1
    return count


def list_runs(call: Call) -> Answer:
    related = relations(call.query.get("include_related", ""))
    runs = [run for run in list(call.cloud.live_runs.values()) if run.project.account_id == call.account_id]
    page = listed([call.show(run, frozenset()) for run in runs], call.query)
    by_id = {run.id: run for run in runs}
    return Answer([call.show(by_id[row["id"]], related) for row in page.rows], page)


def get_run(call: Call, run_id: int) -> Answer:
    return Answer(call.show(call.run(run_id), relations(call.query.get("include_related", ""))))


def cancel_run(call: Call, run_id: int) -> Answer:
    run = call.run(run_id)
    call.cloud.cancel(run)
    return Answer(call.show(run, frozenset()))


def list_artifacts(call: Call, run_id: int) -> Answer:
    return Answer(list(_artifacts(call, run_id)))


def get_artifact(call: Call, run_id: int, path: str) -> Answer:
    content = _artifacts(call, run_id).get(path)
    if content is None:
        raise NotFound
    raw = content.read_bytes() if isinstance(content, Path) else content
    return Answer(raw=raw, content_type=mimetypes.guess_type(path)[0] or "text/plain")


def list_job_variables(call: Call, project_id: int) -> Answer:
    project = _own(call.cloud.projects, project_id, call)
    try:
        job = call.job(int(call.query.get("job_definition_id", "")))
    except ValueError as error:
        raise BadRequest("job_definition_id: This field is required.") from error
    variables = [
        v
        for v in call.cloud.environment_variables.values()
        if v.project_id == project.id
        and v.job_id in (None, job["id"])
        and v.environment_id in (None, job["environment_id"])
    ]
    return Answer(variables_payload(variables))


def set_job_variable(call: Call, project_id: int, variable_id: int) -> Answer:
    _own(call.cloud.projects, project_id, call)
    body = _object(call.body)
    _require(body, "id", "account_id", "project_id", "name", "raw_value")
    variable = call.cloud.environment_variables.get(variable_id)
    if variable is None or variable.project_id != project_id:
        raise NotFound
    if body["id"] != variable_id:
        raise BadRequest("id: The provided id does not match.")
    return Answer(variable_payload(call.cloud.set_environment_variable(variable, str(body["raw_value"]))))


def _artifacts(call: Call, run_id: int) -> Mapping[str, Path | bytes]:
    """The artifacts of one step: ``step`` counts from 1; without it, those of the last."""
    steps = list(call.run(run_id).steps)
    text = call.query.get("step")
    if text is None:
        return steps[-1].artifacts if steps else {}
    if not text.isdecimal() or not 1 <= int(text) <= len(steps):
        raise NotFound
    return steps[int(text) - 1].artifacts


def _page(rows: list[dict[str, Any]], call: Call) -> Answer:
    page = listed(rows, call.query)
    return Answer(page.rows, page)


def _own(table: Mapping[int, Any], row_id: Any, call: Call) -> Any:
    row = table.get(row_id)
    if row is None or row.account_id != call.account_id:
        raise NotFound
    return row


def _object(body: Any) -> Mapping[str, Any]:
    if not isinstance(body, dict):
        raise BadRequest("The body must be a JSON object.")
    return body


def _require(body: Mapping[str, Any], *names: str) -> None:
    for name in names:
        if body.get(name) in (None, ""):
            raise BadRequest(f"{name}: This field is required.")
