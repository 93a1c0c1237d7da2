"""``python -m legacy_shim.emulator``: a local dbt Cloud for people."""

from __future__ import annotations

import errno
import signal
import threading
from dataclasses import replace
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.markup import escape

from legacy_shim import visible

from . import DbtCloud, DbtProject, RecordedArtifacts, SetupError, load_setup, serve
from .console import Monitor, introduce
from .profiles import NotADbtProject

TOKEN = "local-token"
_ACCOUNT, _PROJECT, _ENVIRONMENT, _JOB = 12345, 11, 22, 67890

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def emulate(
    dbt_project: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="A dbt project. Its jobs run with dbt-core, in a private copy, on DuckDB."
        ),
    ] = None,
    artifacts: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="A folder with a manifest.json. Jobs end at once, and nothing is run."
        ),
    ] = None,
    jobs: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A JSON file with accounts, projects, environments and jobs."),
    ] = None,
    command: Annotated[
        list[str] | None,
        typer.Option(
            metavar="TEXT", help="A command of the job; may be given more than once. Default: dbt build."
        ),
    ] = None,
    port: Annotated[int, typer.Option(metavar="N", help="The port on 127.0.0.1; 0 takes a free one.")] = 8580,
    hold: Annotated[
        float | None,
        typer.Option(
            metavar="SECONDS",
            help="How long the answer to a trigger waits for the run to end (default 0.25). The legacy client polls "
            "every 10 seconds; with --hold 12 it finds a short run ended at its first look.",
        ),
    ] = None,
) -> None:
    """Run a local dbt Cloud: its Administrative API on 127.0.0.1, in front of real dbt.

    --dbt-project DIR makes one account, project, environment and job for a dbt project, --artifacts DIR the same for
    the artifacts of an earlier run, and --jobs FILE as many as the file says. Requests and runs are shown as they come.
    """
    given = [option for option in (dbt_project, artifacts, jobs) if option is not None]
    if len(given) != 1:
        _stop("Give one of --dbt-project DIR, --artifacts DIR and --jobs FILE.")
    try:
        cloud = load_setup(jobs) if jobs else _one_job(dbt_project, artifacts, command or ["dbt build"])
    except (SetupError, NotADbtProject, FileNotFoundError, ModuleNotFoundError) as error:
        _stop(str(error))
    if hold is not None:
        cloud.speed = replace(cloud.speed, hold=hold)
    _serve(cloud, port, "A_TOKEN_OF_THE_SETUP_FILE" if jobs else TOKEN)


def _one_job(dbt_project: Path | None, artifacts: Path | None, commands: list[str]) -> DbtCloud:
    backend = DbtProject(dbt_project) if dbt_project else RecordedArtifacts(artifacts or "")
    cloud = DbtCloud()
    cloud.add_account(_ACCOUNT, token=TOKEN, name="Local")
    cloud.add_project(_PROJECT, account_id=_ACCOUNT, name=backend.folder.resolve().name, backend=backend)
    cloud.add_environment(_ENVIRONMENT, project_id=_PROJECT, name="Production")
    cloud.add_job(
        _JOB, project_id=_PROJECT, environment_id=_ENVIRONMENT, name="Nightly", execute_steps=commands
    )
    return cloud


def _serve(cloud: DbtCloud, port: int, token: str) -> None:
    console = Console()
    stopped = threading.Event()
    cloud.listen(Monitor(console))
    try:
        server = serve(cloud, port)
    except OSError as error:
        taken = error.errno == errno.EADDRINUSE
        _stop(f"Port {port} is taken; choose another with --port." if taken else f"Port {port}: {error}")
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stopped.set())
    with server:
        introduce(console, cloud, server.url, token)
        while not stopped.wait(0.2):
            pass
        console.print("\nStopping.")


def _stop(message: str) -> NoReturn:
    Console(stderr=True).print(
        f"[bold red]Error:[/] {escape(visible.message(message))}", highlight=False, soft_wrap=True
    )
    raise typer.Exit(2)


if __name__ == "__main__":
    app(prog_name="python -m legacy_shim.emulator")
