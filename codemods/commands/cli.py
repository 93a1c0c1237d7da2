"""The command line. What it does is done elsewhere; here are the options, the output and the exit codes.

Nothing slow is imported before a command needs it: ``--help`` answers at once.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from . import exit_codes, migrate_command, other_commands, verify_command
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
    Output,
    Paths,
    Quiet,
    ReportFormat,
    Statistics,
    TokenEnv,
    UsageLog,
    Verbose,
)
from .configuration import Configured
from .console import answers
from .exit_codes import EXIT_CODES, EXIT_DONE, EXIT_FAILED
from .given_options import options_given, options_of
from .plain_values import PlainGroup
from .printing import Printing
from .progress import Watch, shown_progress

if TYPE_CHECKING:
    pass

_LOOKUP_EXIT_CODES = """\b
Exit codes:
  0  every job was found
  1  some jobs were not found, or their ids are not known; the others are written
     (with --check: a job changed, or is gone)
  2  wrong usage, or none of the jobs was found
"""

SCRIPT = "legacy-shim"
_is_script = Path(sys.argv[0]).stem == SCRIPT  # shells complete a command, not a module of python

app = typer.Typer(
    name="python -m legacy_shim.codemods",
    cls=PlainGroup,
    help="Migrate from Dagster's legacy dbt Cloud integration (dagster_dbt.cloud) to dagster_dbt.cloud_v2.",
    epilog="Start with: python -m legacy_shim.codemods scan PATH. The guide is MIGRATION.md.",
    add_completion=_is_script,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.command(cls=Configured, epilog=EXIT_CODES)
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
        options = options_of(paths, facts, env_file, deployment, exclude, dagster_dbt, jobs)
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
            given = options_given(facts, env_file, deployment, exclude, dagster_dbt)
            printing.print_report(console, report, next_steps(report, "scan", paths, given))
        console.leave(exit_codes.of_scan(report))


app.command(cls=Configured, epilog=EXIT_CODES)(migrate_command.migrate)


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
            "--check",
            help="Ask dbt Cloud again for the jobs of the facts file, and show what changed; write nothing.",
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

        options = options_of(paths, [], env_file, deployment, exclude, None, jobs=0)
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
