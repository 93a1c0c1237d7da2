"""`migrate`: rewrite in place, or show what would be rewritten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from . import exit_codes
from .cli_parameters import (
    DagsterDbt,
    Deployments,
    EnvFiles,
    Exclude,
    FactsFiles,
    Form,
    Jobs,
    Only,
    Output,
    Paths,
    Quiet,
    ReportFormat,
    Skip,
    Statistics,
    Target,
    To,
    Verbose,
)
from .console import Console, answers
from .given_options import options_given, options_of
from .printing import Printing
from .progress import Watch, shown_progress

if TYPE_CHECKING:
    from ..options import Options
    from ..reporting.report import Report


def migrate(
    paths: Paths,
    diff: Annotated[
        bool, typer.Option("--diff", help="Print a patch to standard output; write nothing.")
    ] = False,
    check: Annotated[bool, typer.Option("--check", help="Print what would change; write nothing.")] = False,
    commit: Annotated[
        bool,
        typer.Option(
            "--commit", help="Make a git commit for each unit that is migrated. The checkout must be clean."
        ),
    ] = False,
    facts: FactsFiles = None,
    env_file: EnvFiles = None,
    deployment: Deployments = None,
    exclude: Exclude = None,
    only: Only = None,
    skip: Skip = None,
    polling_sensor: Annotated[
        bool,
        typer.Option(
            "--polling-sensor", help="Also write a sensor that records the runs that dbt Cloud starts."
        ),
    ] = False,
    to: To = Target.decorator,
    dagster_dbt: DagsterDbt = None,
    jobs: Jobs = 0,
    form: Form = ReportFormat.text,
    output: Output = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
    statistics: Statistics = False,
) -> None:
    """Rewrite legacy code to v2, in place.

    What cannot become v2 stays on the facade, with a reason.
    """
    watch = Watch()
    with answers(watch) as console:
        from .advice import next_steps

        printing = Printing(form, output, quiet, verbose, statistics)
        _refuse_contradictions(diff, check, commit, printing)
        options = options_of(paths, facts, env_file, deployment, exclude, dagster_dbt, jobs)
        options = replace(options, only=_legacy_codes(only), skip=_legacy_codes(skip))
        options = replace(options, polling_sensor=polling_sensor, to=to.value)
        is_writing = not (diff or check)
        report = _migrated(paths, options, watch, console, recovers=is_writing and not commit)
        if diff:
            console.print_diffs(report.changes)
            console = console.on_standard_error()
        if printing.is_text_on_screen:
            # Whatever differs is named before a byte is written.
            printing.print_findings(console, report)
        if is_writing:
            report = (_committed if commit else _written)(report, watch, console)
        shared = options_given(facts, env_file, deployment, exclude, dagster_dbt)
        own = _own_given(only, skip, polling_sensor, to)
        advice = next_steps(report, "migrate", paths, [*shared, *own])
        printing.print_rest(console, report, advice)
        console.leave(exit_codes.of_check(report) if check else exit_codes.of_migrate(report))


def _own_given(
    only: Sequence[str] | None, skip: Sequence[str] | None, polling_sensor: bool, to: Target
) -> list[tuple[str, str]]:
    """The options of this command that a next one must repeat."""
    chosen = [("--only", code) for code in only or ()] + [("--skip", code) for code in skip or ()]
    chosen += [("--polling-sensor", "")] if polling_sensor else []
    return chosen + ([("--to", to.value)] if to is not Target.decorator else [])


def _legacy_codes(words: Sequence[str] | None) -> frozenset[str]:
    """The codes that --only and --skip name. Raises UsageError for one that no legacy name has."""
    from legacy_shim.catalogue import LEGACY_NAMES

    from ..errors import UsageError
    from ..reporting.explain import code_of

    known = {row.code for row in LEGACY_NAMES}
    codes = frozenset(code_of(part) for word in words or () for part in word.split(","))
    unknown = sorted(codes - known)
    if unknown:
        raise UsageError(f"{unknown[0]!r} is not the code of a legacy name ({min(known)} to {max(known)})")
    return codes


def _refuse_contradictions(diff: bool, check: bool, commit: bool, printing: Printing) -> None:
    from ..errors import UsageError

    printing.check()
    if diff + check + commit > 1:
        raise UsageError("--diff, --check and --commit exclude each other")
    if diff and printing.form is not ReportFormat.text and printing.output is None:
        raise UsageError(f"--diff prints a patch: give --output FILE for the {printing.form.value} report")


def _migrated(
    paths: Sequence[Path], options: Options, watch: Watch, console: Console, *, recovers: bool
) -> Report:
    """What a migration changes; interrupted ones are brought to an end before, where this one is to write."""
    from .. import pipeline

    with shown_progress(watch, "Reading") as on_file:
        report = pipeline.migrate(paths, replace(options, on_file=on_file))
    if not (report.interrupted and recovers):
        return report
    for line in pipeline.recover(report, paths):
        console.note(line)
    return pipeline.migrate(paths, options)


def _written(report: Report, watch: Watch, console: Console) -> Report:
    from .. import pipeline
    from ..files.checkout import warnings

    for warning in warnings(change.source.path for change in report.changes):
        console.note(warning)
    with shown_progress(watch, "Writing"):
        report = pipeline.write(report)
    for line in report.notes:
        console.note(f"warning: {line}")
    return report


def _committed(report: Report, watch: Watch, console: Console) -> Report:
    """Write, and commit what was written: each unit, or units that share a file, by itself."""
    from ..errors import UsageError
    from ..files.commits import commit, require_clean
    from ..reporting.formats.commits import commit_message

    if report.interrupted:
        raise UsageError(
            "--commit: run `migrate` without it first, to complete a migration that was interrupted"
        )
    if not report.changes:
        return report
    top = require_clean([change.path for change in report.changes])
    groups = report.together
    report = _written(report, watch, console)
    written = {change.path for change in report.changes}
    commits = [
        commit(top, group.paths, commit_message(report, group))
        for group in groups
        if written.issuperset(group.paths)
    ]
    return replace(report, commits=tuple(commits))
