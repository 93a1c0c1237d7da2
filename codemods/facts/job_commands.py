"""What the commands of a dbt Cloud job mean for ``@dbt_cloud_assets``: its selection and its arguments."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass

from legacy_shim.dbt_commands import (
    CommandError,
    DbtCommand,
    arguments_without_selection,
    parse_command,
    words_of,
)

from .jobs import Job
from .release import Release

EVERYTHING = "fqn:*"
"""What dbt and dagster-dbt select where nothing is said. Source: ``dagster_dbt.asset_utils.DBT_DEFAULT_SELECT``."""
ROW = "row"
"""What is missing of a job where a table says all of it."""
COMMANDS = frozenset({"execute_steps", "commands", ROW})
"""The facts of placeholders that are the commands of a job: for one load, and for a row of a table."""
_SERVED = frozenset(
    {"fqn", "tag", "group", "source", "file", "package", "config", "resource_type", "exposure", "metric"}
    | {"semantic_model", "saved_query", "unit_test"}
)
"""The methods that find at load what dbt finds, where dagster-dbt evaluates them: by trying each that dbt 1.10 and 1.11 have.

``state``, ``result`` and ``source_status`` raise there, and ``test_name`` does in a project with a singular test. ``path``,
``access``, ``version`` and ``test_type`` find nothing, ``package:this`` and the name of a model's version neither.
Source: ``dagster_dbt.utils``, which gives dbt the nodes of a manifest as plain dicts.
"""
_TESTS_ALONE = "test_type"
"""A method that finds no models: where it excludes, it takes away asset checks, and where v2 finds none it leaves them."""
_TERM = re.compile(r"(?P<before>@|\d*\+)?(?P<rest>.*?)(?P<behind>\+\d*)?")
_VERSION = re.compile(r"\.v[\d*?]+$")


class NoSingleBuild(ValueError):
    """The job is one that the legacy loader refuses: no v2 form can be equal to it."""


@dataclass(frozen=True)
class Plan:
    """The commands of a job, distinguished by their part in the migration."""

    before: tuple[DbtCommand, ...]
    build: DbtCommand
    """The one ``dbt run`` or ``dbt build``."""
    after: tuple[DbtCommand, ...]
    checks_stay_out: bool = False
    """Whether the tests that it runs are to be no asset checks."""

    @property
    def select(self) -> str:
        return " ".join(self.build.select)

    @property
    def exclude(self) -> str:
        return " ".join(self.build.exclude)

    @property
    def selector(self) -> str:
        return self.build.selector or ""

    @property
    def needs_dbt(self) -> str:
        """What of the selection only dbt can evaluate: the method or the options; empty if there is nothing."""
        if self.selector and self.exclude:
            return "--selector beside --exclude"
        found = [
            *(_unserved(term, is_excluded=False) for term in _terms(self.select)),
            *(_unserved(term, is_excluded=True) for term in _terms(self.exclude)),
        ]
        return next(filter(None, found), "")

    @property
    def has_checks(self) -> bool:
        """Whether its ``run`` or ``build`` has asset checks: the data tests that it runs. Those of other commands are not recorded."""
        by_type = any(f"{_TESTS_ALONE}:" in term for term in _terms(self.exclude))
        return self.build.runs_tests and not self.checks_stay_out and not by_type


def _terms(text: str) -> list[str]:
    return text.replace(",", " ").split()


def _unserved(term: str, *, is_excluded: bool) -> str:
    """What of a term v2 cannot evaluate at load; empty where it finds what dbt finds."""
    match = _TERM.fullmatch(term)
    assert match is not None, "each part may be empty"
    said = match["rest"]
    method, colon, _ = said.partition(":")
    if not colon:
        return said if "/" in said or _VERSION.search(said) else ""
    name = method.partition(".")[0]
    if said == "package:this" or (name == "fqn" and _VERSION.search(said)):
        return said
    if name == _TESTS_ALONE and is_excluded and not (match["before"] or match["behind"]):
        return ""
    return "" if name in _SERVED else f"{name}:"


def plan_of(job: Job) -> Plan:
    """The parts of a job. Raises ``NoSingleBuild`` where the legacy loader raises at load.

    Source: ``dagster_dbt.cloud.asset_defs`` (one ``run`` or ``build``, without ``--vars``).
    """
    try:
        commands = [parse_command(step) for step in job.execute_steps]
    except CommandError as error:
        raise NoSingleBuild(f"job {job.id}: {error}") from None
    builds = [place for place, command in enumerate(commands) if command.materializes]
    if len(builds) != 1:
        raise NoSingleBuild(
            f"job {job.id} has {len(builds)} `dbt run` or `dbt build` commands, and the loader takes one"
        )
    place = builds[0]
    if commands[place].has_vars:
        raise NoSingleBuild(
            f"job {job.id} passes `--vars` in its `dbt {commands[place].which}`, which the loader refuses"
        )
    before, after = tuple(commands[:place]), tuple(commands[place + 1 :])
    return Plan(before, commands[place], after, job.checks_stay_out)


def plan_if_single(job: Job | None) -> Plan | None:
    """The parts of a job; None where it is not known, or is one that the legacy loader refuses."""
    try:
        return plan_of(job) if job is not None else None
    except NoSingleBuild:
        return None


def refusal_of(job: Job, release: Release) -> tuple[str, str] | None:
    """The code and the message for a job whose commands have no v2 form; None where they have one."""
    if job.is_gone:
        return (
            "LDC401",
            f"job {job.id} no longer exists in dbt Cloud, or the token of `lookup` cannot see it",
        )
    try:
        plan = plan_of(job)
    except NoSingleBuild as error:
        return "LDC306", str(error)
    if plan.needs_dbt:
        return "LDC305", f"the selection of job {job.id} uses `{plan.needs_dbt}`"
    lacks = release.lacks("quoting") if _needs_quotes(plan) else ""
    return ("LDC309", f"job {job.id}: {lacks}") if lacks else None


def _needs_quotes(plan: Plan) -> bool:
    """Whether some word of the commands is another to a shell unless it is quoted."""
    others = (command_words(command) for command in (*plan.before, *plan.after))
    return any(shlex.quote(word) != word for words in (*others, build_words(plan)) for word in words)


def command_words(command: DbtCommand) -> tuple[str, ...]:
    """What `.cli([...])` takes for a command that runs as it is."""
    return words_of(command.text)


def build_words(plan: Plan) -> tuple[str, ...]:
    """What `.cli([...])` takes for the job's ``run`` or ``build``: v2 adds the selection itself.

    It leaves ``--exclude`` out where some of the assets run, and the tests that the job excludes would run with their models.
    """
    words = arguments_without_selection(plan.build.text)
    excluded = plan.build.exclude if plan.build.runs_tests else ()
    return (*words, *(("--exclude", *excluded) if excluded else ()))
