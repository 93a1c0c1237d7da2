"""Facts and manifests for the local dbt Cloud: those at hand, or fetched from dbt Cloud."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from ..errors import UsageError
from ..facts.cloud_reader import CloudError, CloudReader
from ..facts.jobs import FILE_NAME, Facts, Job, load_facts
from ..facts.permission import Granted
from ..jobs_in_code import jobs_in_code
from ..lookup import Access, look_up
from ..options import WantedJob
from .request import DbtSource, Request

Note = Callable[[str], None]


def ask_dbt_cloud(request: Request, work: Path, note: Note) -> tuple[Facts, DbtSource]:
    """The facts of the code's jobs and the manifest of each project's latest run, with GET requests alone.

    Nothing is kept. `note` gets a line for each request. Raises UsageError for what cannot be had.
    """
    named = jobs_in_code([request.path], request.options)
    known = tuple(
        WantedJob(job.id, job.account_id, job.host, host_place=str(job.path))
        for job in request.options.facts.jobs
    )
    wanted = {job.job_id: job for job in (*known, *named.wanted)}
    if named.unknown:
        raise UsageError(f"{named.unknown[0].place}: the job id is not known: {named.unknown[0].message}")
    if not wanted:
        raise UsageError(f"{request.path} names no dbt Cloud job that could be looked up")
    asked = request.access
    deployments = request.options.deployments
    access = Access(
        asked.env,
        asked.token_env,
        asked.host,
        asked.account_id,
        asked.approve,
        asked.command,
        deployments={one.name: one.variables for one in deployments} if len(deployments) > 1 else {},
    )
    result = look_up(tuple(wanted.values()), access, existing=(), target=work / FILE_NAME, told=note)
    if result.problems:
        raise UsageError(result.problems[0])
    facts = load_facts(result.written)
    return facts, replace(request.dbt, manifests=_manifests(facts, result.granted, work, note))


def _manifests(
    facts: Facts, granted: Mapping[tuple[str, int], Granted], work: Path, note: Note
) -> dict[int | None, Path]:
    projects: defaultdict[int, list[Job]] = defaultdict(list)
    for job in facts.jobs:
        projects[job.project_id].append(job)
    found: dict[int | None, Path] = {}
    for project, jobs in projects.items():
        path = work / f"manifest.{project}.json"
        path.write_text(json.dumps(_manifest_of(project, jobs, granted, note)), "utf-8")
        found[project] = path
    return found


def _manifest_of(
    project: int, jobs: list[Job], granted: Mapping[tuple[str, int], Granted], note: Note
) -> object:
    """The manifest of the latest run of one of the jobs; that of `dbt compile` or `docs` is as good as any."""
    problems = []
    for job in jobs:
        token = granted[job.host, job.account_id].token
        try:
            with CloudReader(job.host, job.account_id, token, note) as reader:
                run = reader.latest_run(job.id)
                if run is not None:
                    return reader.artifact(run, "manifest.json")
                problems.append(f"job {job.id} has no run that succeeded")
        except CloudError as error:
            problems.append(str(error))
    raise UsageError(
        f"there is no manifest of dbt Cloud project {project}: {'; '.join(problems)}. "
        "Give --manifest FILE or --dbt-project DIR."
    )


def require_facts(request: Request) -> None:
    """Raises UsageError where the facts of no job are at hand, or nothing says what dbt would do."""
    if not request.options.facts.jobs:
        raise UsageError(
            f"there are no facts of dbt Cloud jobs for {request.path}: run "
            f"`python -m legacy_shim.codemods lookup {request.path}`, or give --facts FILE or --lookup"
        )
    if not (request.dbt.manifests or request.dbt.dbt_projects):
        raise UsageError(
            "pass one of --manifest FILE (target/manifest.json, which `dbt parse` writes), --dbt-project DIR, or --lookup "
            "(the manifest of the latest run in dbt Cloud)"
        )
