"""Asks dbt Cloud what a job would build: its commands, and the manifest and nodes of a compile run.

The latest run of the job is no source for that, since the project may have changed after it. So the job is started once
with ``dbt compile`` and the selection of its one ``dbt run`` or ``dbt build``; a workflow can spare this run by
compiling beforehand and leaving the id in an environment variable of the job.
"""

from __future__ import annotations

import contextlib
import functools
import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dagster import Failure

from legacy_shim.cloud.artifacts import require_results
from legacy_shim.cloud.failures import DbtCloudFailure
from legacy_shim.cloud.manifest import Manifest, find_node, is_asset_id
from legacy_shim.cloud.manifest_reading import manifest_to_load
from legacy_shim.dbt_commands import DbtCommand, materialization_step, parse_command, selection_options

COMPILE_RUN_ID_VARIABLE = "DBT_DAGSTER_COMPILE_RUN_ID"
"""The environment variable, set for a job, that holds the id of a compile run to load from."""

COMPILE_CAUSE = "Generating software-defined assets for Dagster."
_CACHED_RUN_PATIENCE = 600.0  # seconds that a cached compile run may still take


@dataclass(frozen=True)
class CompiledJob:
    """A dbt Cloud job and what it would build."""

    job_id: int
    account_id: int
    project_id: int
    environment_id: int | None
    generates_docs: bool
    commands: tuple[str, ...]
    materialization_step: int
    """Index in `commands` of the one `dbt run` or `dbt build`."""
    manifest: Manifest
    executed: frozenset[str]
    """The unique ids of the nodes that the compile run went through: models, tests and more."""


def compile_job(
    client: Any, job_id: int, partition_vars: Mapping[str, Any] | None, *, for_users: bool = True
) -> CompiledJob:
    """Fetch the job and compile it, with at most one run in dbt Cloud.

    `partition_vars` are the vars of any one partition, without which a partitioned project may not compile. Functions of
    the user's are given nodes of the manifest, unless it is not `for_users`: then these lack what is large and not needed.
    Raises ``DagsterDbtCloudJobInvariantViolationError`` for a job that cannot be loaded.
    """
    job = client.get_job(job_id=job_id)
    _require_job(job, job_id)
    commands = tuple(job["execute_steps"])
    step = only_materialization_step(commands)
    cached_run_id = _cached_compile_run_id(client, job["project_id"], job_id)
    if cached_run_id is not None:
        run_id, run_step = _cached_compile_run(client, cached_run_id)
    else:
        run_id, run_step = _compile(
            client, job_id, job, commands, parse_command(commands[step]), partition_vars
        )
    manifest = manifest_to_load(client, run_id, run_step, of_users=for_users)
    run_results = require_results(client.get_run_results(run_id=run_id, step=run_step), run_id)
    executed = frozenset(result["unique_id"] for result in run_results.get("results") or ())
    _require_known_nodes(job_id, run_id, manifest, executed)
    return CompiledJob(
        job_id=job_id,
        account_id=account_id_of(client),
        project_id=job["project_id"],
        environment_id=job.get("environment_id"),
        generates_docs=bool(job.get("generate_docs")),
        commands=commands,
        materialization_step=step,
        manifest=manifest,
        executed=executed,
    )


def _require_job(job: Any, job_id: int) -> None:
    known = job if isinstance(job, Mapping) else {}
    kinds = {"execute_steps": list, "project_id": int}
    wrong = [name for name, kind in kinds.items() if not isinstance(known.get(name), kind)]
    if wrong:
        raise job_error(f"dbt Cloud described the job {job_id} without {' and '.join(wrong)}.")


def account_id_of(client: Any) -> int:
    """Return the account of a legacy client, of this project or of dagster-dbt's own."""
    account_id = getattr(client, "account_id", None)
    return int(client._account_id if account_id is None else account_id)


def job_error(message: str) -> Exception:
    """Return dagster-dbt's error for a job that does not fit, ready to raise."""
    from dagster_dbt.errors import DagsterDbtCloudJobInvariantViolationError

    return DagsterDbtCloudJobInvariantViolationError(message)


def run_error(message: str) -> Failure:
    """Return the same error as a ``Failure``, for a run that has ended."""
    return _run_error_type()(message)


@functools.cache
def _run_error_type() -> type[Failure]:
    from dagster_dbt.errors import DagsterDbtCloudJobInvariantViolationError

    return type(
        "DbtCloudRunInvariantViolationError", (DbtCloudFailure, DagsterDbtCloudJobInvariantViolationError), {}
    )


def vars_option(values: Mapping[str, Any]) -> str:
    """Return `values` as one shell-quoted `--vars` option."""
    return f"--vars {shlex.quote(json.dumps(values))}"


def only_materialization_step(commands: Sequence[str]) -> int:
    """Return the index of the one `dbt run` or `dbt build` in `commands`; raise unless there is exactly one."""
    step = materialization_step(commands)
    if step is None:
        raise job_error(
            "A dbt Cloud job can be loaded as assets only if exactly one of its commands is a `dbt run` or `dbt build`. "
            f"Its commands are: {list(commands)}."
        )
    return step


def _cached_compile_run_id(client: Any, project_id: int, job_id: int) -> int | None:
    variables = client.get_job_environment_variables(project_id=project_id, job_id=job_id) or {}
    value = ((variables.get(COMPILE_RUN_ID_VARIABLE) or {}).get("job") or {}).get("value")
    if not value:
        return None
    run_id = int(value)
    return run_id if run_id > 0 else None  # -1 is the start value that asks the command line to cache


def _cached_compile_run(client: Any, run_id: int) -> tuple[int, int | None]:
    with contextlib.suppress(Exception):  # whatever came of it shows in the status
        client.poll_run(run_id=run_id, poll_timeout=_CACHED_RUN_PATIENCE)
    run = client.get_run(run_id=run_id, include_related=["trigger", "run_steps"])
    status = str(run["status_humanized"])
    if status != "Success":
        raise job_error(
            f"The dbt Cloud run {run_id}, named by {COMPILE_RUN_ID_VARIABLE}, has the status {status}, so assets cannot be "
            f"loaded from it ({run.get('href')}). If it is still running, load the code location again when it has "
            "succeeded; if it failed, compile again with `python -m legacy_shim.cloud.cli cache-compile-references`."
        )
    docs_steps = 1 if (run.get("trigger") or {}).get("generate_docs_override") else 0
    return run_id, _step_number(len(run["run_steps"]) - docs_steps)


def _compile(
    client: Any,
    job_id: int,
    job: Mapping[str, Any],
    commands: Sequence[str],
    command: DbtCommand,
    partition_vars: Mapping[str, Any] | None,
) -> tuple[int, int | None]:
    if command.has_vars:
        raise job_error(
            f"The `dbt {command.which}` of the dbt Cloud job {job.get('name')!r} ({job_id}) sets `--vars`, which Dagster "
            "has to set itself for partitions. Move the variables to dbt_project.yml. "
            f"The job's commands are: {list(commands)}."
        )
    options = selection_options(command.select, command.exclude, command.selector)
    if partition_vars is not None:
        options.append(vars_option(partition_vars))
    output = client.run_job_and_poll(
        job_id=job_id,
        cause=COMPILE_CAUSE,
        steps_override=[" ".join(["dbt compile", *options])],
    )
    steps = len(output.run_details.get("run_steps") or ()) - (1 if job.get("generate_docs") else 0)
    return output.run_id, _step_number(steps)


def _step_number(number: int) -> int | None:
    """Return a 1-based step of a run, or None (the last one) where the run does not show its steps."""
    return number if number > 0 else None


def _require_known_nodes(job_id: int, run_id: int, manifest: Manifest, executed: frozenset[str]) -> None:
    unknown = sorted(one for one in executed if is_asset_id(one) and find_node(manifest, one) is None)
    if unknown:
        raise job_error(
            f"The dbt Cloud run {run_id} went through nodes that its manifest does not have: {', '.join(unknown)}. "
            f"Compile the dbt Cloud job {job_id} again."
        )


def no_assets_error(job_id: int, commands: Sequence[str]) -> Exception:
    """Return the error for a job that would build nothing."""
    return job_error(
        f"The dbt Cloud job {job_id} would build no model, seed or snapshot, so there are no assets to load. "
        f"Check what its commands select: {list(commands)}."
    )
