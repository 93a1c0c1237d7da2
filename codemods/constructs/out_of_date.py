"""Which facts in the code are those of a job as it was before the last look-up."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from ..facts.jobs import Job
from ..options import WrittenFact
from .changed_facts import refusal_to_run
from .columns_of_jobs import columns_of, environments_of, rows_before


def out_of_date(job: Job, jobs: Collection[Job], written: Sequence[WrittenFact]) -> Iterator[WrittenFact]:
    """What the code says of a job that is otherwise now, or that no workspace can run any more."""
    now, before = columns_of(job), [columns_of(one) for one in rows_before(job)]
    near = {one.id for one in jobs if environments_of(one) & environments_of(job)}
    names = {one.name for one in jobs}
    for fact in written:
        if not fact.column:
            if fact.job_id == job.id and job.is_gone:
                yield fact
        elif fact.column == "name":
            was = [row["name"] for row in before if row["name"] not in names]
            if fact.job_id in near and (
                fact.value in was or (fact.value == job.name and refusal_to_run(job))
            ):
                yield fact
        elif fact.job_id == job.id and fact.value != now.get(fact.column):
            yield from [fact] if fact.value in [row.get(fact.column) for row in before] else []
