"""``lookup --check``: ask dbt Cloud again, and name the lines of code that hold a fact which is no longer true."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set

from ..constructs.out_of_date import out_of_date
from ..errors import UsageError
from ..facts.drift import HELD, Changed, shown
from ..facts.jobs import FILE_NAME, Job, read_facts_file
from ..lookup import Checked, check
from ..options import JobsInCode, WrittenFact
from ..reporting.formats.wording import plural
from .console import Console
from .lookup_command import LookupRequest, access_of

_SELECTION = ("select", "exclude", "selector", "before", "command", "after", "checks")
_RENAMED = "v2 finds the job by its name: it makes a new one, with 4 threads and target default"


def run_check(request: LookupRequest, jobs: JobsInCode, console: Console) -> int:
    """Ask, say what changed. The exit code."""
    existing = [read_facts_file(path) for path in request.facts_paths()]
    if not existing:
        raise UsageError(f"there is no {FILE_NAME} to check: `lookup` writes one")
    checked = check(jobs.wanted, access_of(request), existing=existing, told=console.note)
    known = {job.id: job for file in existing for job in file.jobs()}
    palette = console.palette
    for line in _lines(checked, known, jobs.written):
        console.print(line + "\n")
    for problem in checked.problems:
        console.print(palette.paint(palette.bad, problem) + "\n")
    stale = list(_stale(known, jobs.written, {change.job_id for change in checked.changed}))
    for line in stale:
        console.print(line + "\n")
    if stale:
        said = "The code says what a job was before the last look-up. Run `migrate`; what it leaves (LDC404) is for you."
        console.print(palette.paint(palette.bad, said) + "\n")
    if checked.changed:
        number = len({change.job_id for change in checked.changed})
        said = f"{plural(number, 'job')} changed in dbt Cloud. Run `lookup`, then `migrate`, and read what they say."
        console.print(palette.paint(palette.bad, said) + "\n")
    elif checked.asked and not stale:
        said = f"{plural(len(checked.asked), 'job')} checked: nothing has changed."
        console.print(palette.paint(palette.good, said) + "\n")
    elif not known:
        console.print("The facts files contain no jobs.\n")
        return 0
    if not checked.asked:
        return 2
    return 1 if checked.changed or checked.problems or stale else 0


def _lines(checked: Checked, known: dict[int, Job], written: Sequence[WrittenFact]) -> Iterator[str]:
    """What changed, job by job, and below it the places in the code that rest on it."""
    told: set[int] = set()
    for change in checked.changed:
        job = known[change.job_id]
        if job.id not in told:
            yield f"job {job.id} ({job.name})"
            told.add(job.id)
        yield f"  {change.in_words}"
        if change.field == "name":
            yield f"    {_RENAMED}"
        yield from dict.fromkeys(_line(fact) for fact in _places(change, job, known, written))
        if not any(fact.job_id == job.id for fact in written):
            yield "    the code does not contain this job"


def _stale(known: dict[int, Job], written: Sequence[WrittenFact], said: Set[int]) -> Iterator[str]:
    """What the code says of jobs as they were before the last look-up, but for jobs of which more is said already."""
    for job in known.values():
        found = [] if job.id in said else list(out_of_date(job, known.values(), written))
        if found:
            yield f"job {job.id} ({job.name})"
            yield from dict.fromkeys(_line(fact) for fact in found)


def _line(fact: WrittenFact) -> str:
    said = f"{fact.column}: {shown(fact.value)}" if fact.column else "the assets of the job"
    return f"    {fact.place}: {said}"


def _places(
    change: Changed, job: Job, known: dict[int, Job], written: Iterable[WrittenFact]
) -> Iterator[WrittenFact]:
    """Where the code says what changed; for what it does not say, where it says which job runs."""
    wanted = {
        "project_id": ("project_id",),
        "environment_id": ("environment_id",),
        "execute_steps": _SELECTION,
    }
    columns = wanted.get(change.field, ("name",))
    mine = [fact for fact in written if fact.job_id == job.id]
    if columns == ("name",):
        near = {one.id for one in known.values() if one.environment_id == job.environment_id}
        mine = [fact for fact in written if fact.job_id in near and fact.value == job.name]
    found = [fact for fact in mine if fact.column in columns and fact.column != "checks"]
    if found and change.field in HELD:
        yield from found
        return
    yield from found or [fact for fact in written if fact.job_id == job.id and not fact.column]
