"""The command line. What it does is done elsewhere; here are the options, the output and the exit codes.

Nothing slow is imported before a command needs it: ``--help`` answers at once.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from . import exit_codes, other_commands, verify_command
from .cli_parameters import (
    AccountId,
    Baseline,
    BaselineToWrite,
    DagsterDbt,
    Deployments,
    EnvFiles,
    Exclude,
    FactsFile,
    FactsFiles,
    Form,
    Host,
    JobIds,
    Jobs,
    Only,
    Output,
    Paths,
    Quiet,
    ReportFormat,
    Skip,
    Statistics,
    TokenEnv,
    UsageLog,
    Verbose,
)
from .configuration import Configured
from .console import Console, answers
from .exit_codes import EXIT_DONE, EXIT_FAILED
from .printing import Printing
from .progress import Watch, shown_progress

if TYPE_CHECKING:
    from ..facts.jobs import Facts
    from ..options import Options
    from ..reporting.report import Report

_EXIT_CODES = """\b
Exit codes:
  0  nothing is left to do
  1  something needs you: a use stays on the facade, or a fact is missing
     (with --check: anything to migrate; scan: any legacy use)
  2  wrong usage, or a file could not be read, parsed or written (the others are still done)
"""
_LOOKUP_EXIT_CODES = """\b
Exit codes:
  0  every job was found
  1  some jobs were not found, or what they are is not known; what was found is written
     (with --check: a job changed, or is gone)
  2  wrong usage, or none of the jobs was found
"""

SCRIPT = "legacy-shim"
_is_script = Path(sys.argv[0]).stem == SCRIPT  # shells complete a command, not a module of python

app = typer.Typer(
    name="python -m legacy_shim.codemods",
    help="Migrate from Dagster's legacy dbt Cloud integration (dagster_dbt.cloud) to dagster_dbt.cloud_v2.",
    epilog="Start with: python -m legacy_shim.codemods scan PATH. The guide is MIGRATION.md.",
    add_completion=_is_script,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.command(cls=Configured, epilog=_EXIT_CODES)
def scan(
    paths: Paths,
    facts: FactsFiles = None,
    env_file: EnvFiles = None,
    deployment: Deployments = None,
    exclude: Exclude = None,
    dagster_dbt: DagsterDbt = None,
    jobs: Jobs = 0,
    form: Form = ReportFormat.text,
    output: Output = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
    statistics: Statistics = False,
    write_baseline: BaselineToWrite = None,
    baseline: Baseline = None,
    usage: UsageLog = None,
) -> None:
    """List legacy uses, and what a migration would do with them.

    Writes nothing, except the files that you ask for.
    """
    watch = Watch()
    with answers(watch) as console:
        from .. import pipeline
        from . import scan_modes
        from .advice import next_steps

        printing = Printing(form, output, quiet, verbose, statistics)
        printing.check()
        scan_modes.require_one_mode(write_baseline, baseline, usage)
        options = _options(paths, facts, env_file, deployment, exclude, dagster_dbt, jobs)
        with shown_progress(watch, "Scanning") as on_file:
            report = pipeline.scan(paths, replace(options, on_file=on_file))
        if write_baseline is not None:
            scan_modes.write_baseline(report, write_baseline, console)
            console.leave(EXIT_FAILED if report.file_problems else EXIT_DONE)
        if usage is not None:
            scan_modes.print_usage(report, usage, console, form.value, output)
            console.leave(EXIT_FAILED if report.file_problems else EXIT_DONE)
        if baseline is not None:
            report = scan_modes.beside_baseline(report, baseline, console)
        if baseline is None or report.findings or not printing.is_text_on_screen:
            given = _given(facts, env_file, deployment, exclude, dagster_dbt)
            printing.print_report(console, report, next_steps(report, "scan", paths, given))
        console.leave(exit_codes.of_scan(report))


@app.command(cls=Configured, epilog=_EXIT_CODES)
def migrate(
    paths: Paths,
    diff: Annotated[
        bool, typer.Option("--diff", help="Print a patch to standard output; write nothing.")
    ] = False,
    check: Annotated[bool, typer.Option("--check", help="Print what would change; write nothing.")] = False,
    facts: FactsFiles = None,
    env_file: EnvFiles = None,
    deployment: Deployments = None,
    exclude: Exclude = None,
    only: Only = None,
    skip: Skip = None,
    polling_sensor: Annotated[
        bool,
        typer.Option(
            "--polling-sensor", help="Also write the sensor that records runs which Dagster did not start."
        ),
    ] = False,
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
        printing.check()
        _refuse_contradictions(diff, check, form, output)
        options = _options(paths, facts, env_file, deployment, exclude, dagster_dbt, jobs)
        options = replace(options, only=_legacy_codes(only), skip=_legacy_codes(skip))
        options = replace(options, polling_sensor=polling_sensor)
        is_writing = not (diff or check)
        report = _migrated(paths, options, watch, console, recovers=is_writing)
        if diff:
            console.print_diffs(report.changes)
            console = console.on_standard_error()
        if printing.is_text_on_screen:
            # Whatever differs is named before a byte is written.
            printing.print_findings(console, report)
        if is_writing:
            report = _written(report, watch, console)
        given = [("--only", code) for code in only or ()] + [("--skip", code) for code in skip or ()]
        given += [("--polling-sensor", "")] if polling_sensor else []
        shared = _given(facts, env_file, deployment, exclude, dagster_dbt)
        advice = next_steps(report, "migrate", paths, [*shared, *given])
        if printing.is_text_on_screen:
            printing.print_outcome(console, report, advice)
        else:
            printing.print_report(console, report, advice)
        console.leave(exit_codes.of_check(report) if check else exit_codes.of_migrate(report))


@app.command(cls=Configured, epilog=_LOOKUP_EXIT_CODES)
def lookup(
    context: typer.Context,
    paths: Paths,
    facts: FactsFile = None,
    token_env: TokenEnv = None,
    host: Host = None,
    account_id: AccountId = None,
    job_id: JobIds = None,
    env_file: EnvFiles = None,
    deployment: Deployments = None,
    exclude: Exclude = None,
    check: Annotated[
        bool,
        typer.Option(
            "--check", help="Ask again for the jobs of the facts file, and say what changed; write nothing."
        ),
    ] = False,
) -> None:
    """Look up the code's jobs in dbt Cloud.

    Sends GET requests only, and writes the answers to a facts file.
    """
    watch = Watch()
    with answers(watch) as console:
        from .given_words import words_without_access
        from .lookup_command import LookupRequest, run_lookup

        options = _options(paths, [], env_file, deployment, exclude, None, jobs=0)
        with shown_progress(watch, "Reading") as on_file:
            request = LookupRequest(
                tuple(paths),
                replace(options, on_file=on_file),
                facts,
                token_env,
                host,
                account_id,
                tuple(job_id or ()),
                words_without_access(context),
            )
            jobs = request.jobs_in_code()
        if check:
            from .lookup_check import run_check

            console.leave(run_check(request, jobs, console))
        console.leave(run_lookup(request, jobs, console))


@app.command()
def explain(
    code: Annotated[
        str, typer.Argument(metavar="CODE", help="A code, LDC101 for example, or a legacy name.")
    ],
) -> None:
    """Explain a code: what it means, why, and what to do.

    Prints the code's section of MIGRATION.md.
    """
    with answers(Watch()) as console:
        from ..reporting.explain import explain as text_of

        console.print_markdown(text_of(code))


@app.command()
def schema(
    name: Annotated[str, typer.Argument(metavar="NAME", help="report, facts or baseline.")],
) -> None:
    """Print the JSON Schema of a report, a facts file or a baseline."""
    with answers(Watch()):
        from ..schemas import schema as text_of

        typer.echo(text_of(name), nl=False)


app.command(cls=Configured, epilog=verify_command.EXIT_CODES)(verify_command.verify)
other_commands.add_to(app)


@app.callback(invoke_without_command=True)
def _common(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if version:
        from ..reporting.formats.machine import tool_version

        typer.echo(f"legacy-shim {tool_version()}")
        raise typer.Exit


def main(name: str = "python -m legacy_shim.codemods") -> None:
    """Run the command line and exit. ``name`` is what it was called by, where that is not the script."""
    app(prog_name=SCRIPT if _is_script else name)


def _options(
    paths: Sequence[Path],
    facts: Sequence[Path] | None,
    env_files: Sequence[Path] | None,
    named: Sequence[str] | None,
    exclude: Sequence[str] | None,
    dagster_dbt: str | None,
    jobs: int,
) -> Options:
    """Raises UsageError for facts, environment files or a version that are wrong, before any source is read."""
    from ..facts.deployments import read_deployments
    from ..facts.release import read_release
    from ..files.walk import require_paths
    from ..options import Options

    require_paths(paths)
    deployments = read_deployments(env_files or (), named or ())
    return Options(
        exclude=tuple(exclude or ()),
        jobs=jobs or _cpu_count(),
        facts=_facts(paths, facts),
        env=deployments[0].variables if len(deployments) == 1 else dict(os.environ),
        deployments=deployments,
        release=None if dagster_dbt is None else read_release(dagster_dbt),
    )


def _given(
    facts: Sequence[Path] | None,
    env_files: Sequence[Path] | None,
    named: Sequence[str] | None,
    exclude: Sequence[str] | None,
    dagster_dbt: str | None,
) -> list[tuple[str, str]]:
    """The options that a next command must repeat to come to the same."""
    return [
        *(("--facts", str(path)) for path in facts or ()),
        *(("--env-file", str(path)) for path in env_files or ()),
        *(("--deployment", text) for text in named or ()),
        *(("--exclude", pattern) for pattern in exclude or ()),
        *([("--dagster-dbt", dagster_dbt)] if dagster_dbt is not None else []),
    ]


def _facts(paths: Sequence[Path], given: Sequence[Path] | None) -> Facts:
    from ..facts.jobs import discover_facts, load_facts

    return load_facts(discover_facts(paths) if given is None else given)


def _cpu_count() -> int:
    usable = getattr(os, "sched_getaffinity", None)  # not everywhere; knows the limits of a container
    return len(usable(0)) if usable else os.cpu_count() or 1


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


def _refuse_contradictions(diff: bool, check: bool, form: ReportFormat, output: Path | None) -> None:
    from ..errors import UsageError

    if diff and check:
        raise UsageError("--diff and --check exclude each other")
    if diff and form is not ReportFormat.text and output is None:
        raise UsageError(f"--diff prints a patch: give --output FILE for the {form.value} report")


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
