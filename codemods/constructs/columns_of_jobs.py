"""What migrated code holds of a job, column by column: as dbt Cloud has it now, and as it had it before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from ..facts.drift import HELD
from ..facts.jobs import Job
from ..planning.deployments import commands_of


def rows_before(job: Job) -> Iterator[Job]:
    """The job as it was, one thing at a time: any of them may have changed first."""
    for field in HELD:
        for value in job.earlier.get(field, ()):
            was: Any = tuple(value) if isinstance(value, list) else value
            yield replace(job, **{field: was})


def columns_of(job: Job) -> Mapping[str, object]:
    """What the code says of a job, by the names of a table's columns."""
    place = {"project_id": job.project_id, "environment_id": job.environment_id, "name": job.name}
    return {**place, **commands_of(job)}


def environments_of(job: Job) -> set[object]:
    """The environments where a job is and was."""
    return {job.environment_id, *job.earlier.get("environment_id", ())}
