"""The placeholder that the codemod writes where a fact of dbt Cloud is not known: it fails, and says what to do."""

import sys
from types import FrameType
from typing import NoReturn

from legacy_shim.catalogue import MIGRATE_COMMAND
from legacy_shim.visible import one_line, shell_words

_LOOKUP_COMMAND = MIGRATE_COMMAND.removesuffix("migrate") + "lookup"


class MissingFactError(RuntimeError):
    """A fact that only dbt Cloud knows was not known when the code was rewritten."""


def missing_fact(fact: str, job_id: int | str | None = None) -> NoReturn:
    """Raise :class:`MissingFactError`: code that the migration could not complete must not run.

    `fact` is the missing argument (``project_id``), `job_id` the dbt Cloud job that it belongs to, if one is known.
    The message names both, the line that asks, and the two commands that fill the gap.
    """
    _raise(fact, job_id, sys._getframe(1))


class _MissingRow(dict[str, object]):
    """The row of a job in a table of jobs, which other deployments load without."""

    def __init__(self, job_id: int) -> None:
        super().__init__()
        self.job_id = job_id

    def __getitem__(self, key: str) -> NoReturn:
        _raise(key, self.job_id, sys._getframe(1))


def missing_row(job_id: int) -> dict[str, object]:
    """The row of a job whose facts are missing: :class:`MissingFactError` where it is read, and not before."""
    return _MissingRow(job_id)


def _raise(fact: str, job_id: int | str | None, frame: FrameType) -> NoReturn:
    path = frame.f_code.co_filename
    of_job = f" of dbt Cloud job {job_id}" if job_id is not None else ""
    target = shell_words([path])
    raise MissingFactError(
        f"{one_line(path)}:{frame.f_lineno} needs the {fact}{of_job}, which was not known when this code was migrated. "
        f"Look it up and migrate again: `{_LOOKUP_COMMAND} {target}`, then `{MIGRATE_COMMAND} {target}`. "
        "Or write the value in its place."
    )
