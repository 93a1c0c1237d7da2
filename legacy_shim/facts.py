"""The placeholder that the codemod writes where a fact of dbt Cloud is not known: it fails, and says what to do."""

import sys
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
    frame = sys._getframe(1)
    path = frame.f_code.co_filename
    of_job = f" of dbt Cloud job {job_id}" if job_id is not None else ""
    target = shell_words([path])
    raise MissingFactError(
        f"{one_line(path)}:{frame.f_lineno} needs the {fact}{of_job}, which was not known when this code was migrated. "
        f"Look it up and migrate again: `{_LOOKUP_COMMAND} {target}`, then `{MIGRATE_COMMAND} {target}`. "
        "Or write the value in its place."
    )
