"""The row that a table of jobs needs for one more job, where a row is enough."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Set

from ..analysis.syntax.source_module import Module
from ..facts.job_commands import refusal_of
from ..facts.jobs import Job
from ..planning.claims import Context
from .columns_of_jobs import columns_of
from .deployment_table import row_text

GO_BACK = "restore the files as they were before the migration (version control has them), and migrate again with all deployments"


def new_row(context: Context, module: Module, table: str, job_id: int, known: Set[int]) -> str:
    """What to do for a job that a table lacks: look it up, add a row, or go back where a row does not say all."""
    job = context.facts.job(job_id)
    if job is None:
        return f"run `lookup`, and `migrate` again: it says the row of job {job_id} for `{table}`"
    rows = _rows(module, table)
    columns = list(next(iter(rows.values()), {}))
    others = [other for one in sorted(known) if (other := context.facts.job(one)) is not None]
    beside = next((other for other in others if other.environment_id == job.environment_id), None)
    now = dict(columns_of(job))
    if beside is not None:  # All jobs of an environment run in one.
        now["name"] = rows.get(beside.id, {}).get("name", beside.name)
    if (
        len(others) < len(known)
        or refusal_of(job, context.release)
        or not _fits(now, columns, others, beside)
    ):
        return GO_BACK
    text = row_text({name: now[name] for name in columns}, context.style(module))
    return f"add the row `{job_id}: {' '.join(text.split())}` to `{table}`"


def _fits(now: Mapping[str, object], columns: list[str], others: list[Job], beside: Job | None) -> bool:
    """Whether what the table does not say of each job, and the code says of all, holds of one more."""
    unsaid = [name for name in now if name not in columns and (name != "name" or beside is None)]
    return bool(columns) and all(columns_of(other)[name] == now[name] for other in others for name in unsaid)


def _rows(module: Module, table: str) -> dict[int, dict[str, object]]:
    """The rows of a table, as far as they are literals."""
    found: dict[int, dict[str, object]] = {}
    for statement in module.tree.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Dict() as display) if name == table:
                try:
                    found = ast.literal_eval(display)
                except ValueError:
                    return {}
    return found
