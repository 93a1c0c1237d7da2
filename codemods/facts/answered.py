"""What a facts file says of a job, given dbt Cloud's answer. Source: ``GET /api/v2/accounts/{account}/jobs/{job}/``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .cloud_reader import CloudError


def row_of(job: Mapping[str, Any], job_id: int) -> dict[str, Any]:
    """The row of a job. Raises CloudError where the answer lacks what a migration needs."""
    missing = [
        key for key in ("name", "project_id", "environment_id", "execute_steps") if job.get(key) is None
    ]
    if missing:
        raise CloudError(f"job {job_id}: the answer of dbt Cloud has no {', '.join(missing)}")
    for key in ("project_id", "environment_id"):
        if not isinstance(job[key], int):
            raise CloudError(f"job {job_id}: {key} in the answer of dbt Cloud is not a number")
    row: dict[str, Any] = {
        "name": job["name"],
        "project_id": job["project_id"],
        "environment_id": job["environment_id"],
        "execute_steps": job["execute_steps"],
        "generate_docs": bool(job.get("generate_docs")),
        "dbt_version": job.get("dbt_version"),
        "settings": _known(job.get("settings"), ("threads", "target_name")),
        "triggers": {
            key: value for key, value in (job.get("triggers") or {}).items() if isinstance(value, bool)
        },
        "deferring": _known(
            job, ("deferring_job_definition_id", "deferring_environment_id", "self_deferring")
        ),
    }
    return {key: value for key, value in row.items() if value not in (None, {})}


def _known(values: Mapping[str, Any] | None, keys: Sequence[str]) -> dict[str, Any]:
    """Only what the migration reads: whatever else a service may send does not belong in version control."""
    return {key: values[key] for key in keys if values.get(key)} if values else {}
