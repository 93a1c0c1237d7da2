"""``lookup``: from the code's jobs to the facts file, and what to say of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from legacy_shim.visible import message, one_line

from ..facts.jobs import (
    FILE_NAME,
    FactsFile,
    discover_facts,
    read_facts_file,
)
from ..lookup import (
    Access,
    LookupResult,
    default_target,
    look_up,
)
from ..options import (
    JobsInCode,
    Options,
    WantedJob,
)
from ..reporting.formats.wording import plural
from .console import Console, approve_at_terminal


@dataclass(frozen=True)
class LookupRequest:
    """The command line of a look-up."""

    paths: tuple[Path, ...]
    options: Options
    facts: Path | None
    token_env: str | None
    host: str | None
    account_id: int | None
    job_ids: tuple[int, ...] = ()
    command: tuple[str, ...] = ()
    """Its own words, without --host and --token-env."""

    def jobs_in_code(self) -> JobsInCode:
        """The jobs that the code names, and those that the caller adds."""
        from ..jobs_in_code import jobs_in_code

        named = jobs_in_code(self.paths, self.options)
        known = {job.job_id for job in named.wanted}
        added = tuple(WantedJob(job_id) for job_id in self.job_ids if job_id not in known)
        return replace(named, wanted=(*named.wanted, *added))

    def facts_paths(self) -> tuple[Path, ...]:
        if self.facts is None:
            return discover_facts(self.paths)
        return (self.facts,) if self.facts.exists() else ()


def run_lookup(request: LookupRequest, jobs: JobsInCode, console: Console) -> int:
    """Look up, write, say what came of it. The exit code."""
    wanted = jobs.wanted
    for finding in jobs.unknown:
        console.print(f"{finding.place}: the job id is not known: {one_line(finding.message)}\n")
    if not wanted and jobs.unknown:
        console.print("Nothing was looked up: do as these lines say, or name the jobs with --job-id.\n")
        return 2
    if not wanted:
        console.print(
            "The code names no dbt Cloud job. To look one up all the same, name it with --job-id.\n"
        )
        return 0
    existing = [read_facts_file(path) for path in request.facts_paths()]
    result = look_up(
        wanted, access_of(request), existing=existing, target=_target(request, existing), told=console.note
    )
    _print_result(result, console)
    if not result.problems:
        return 1 if jobs.unknown else 0
    return 1 if result.found else 2


def access_of(request: LookupRequest) -> Access:
    """Where and how to ask."""
    return Access(
        request.options.env,
        request.token_env,
        request.host,
        request.account_id,
        approve_at_terminal,
        request.command,
        deployments={one.name: one.variables for one in request.options.deployments},
    )


def _target(request: LookupRequest, existing: Sequence[FactsFile]) -> Path:
    """Where a file for one more account goes: beside those that there are."""
    if request.facts is not None:
        return request.facts
    return existing[0].path.with_name(FILE_NAME) if existing else default_target(request.paths)


def _print_result(result: LookupResult, console: Console) -> None:
    palette = console.palette
    if result.found:
        files = ", ".join(one_line(path) for path in result.written)
        console.print(
            palette.paint(palette.good, f"{plural(len(result.found), 'job')} written to {files}.") + "\n"
        )
    for problem in result.problems:
        console.print(palette.paint(palette.bad, message(problem)) + "\n")
