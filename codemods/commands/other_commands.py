"""The commands of the project that are not the codemod's, so that ``legacy-shim`` has them all.

Each passes its words on as they are. The modules are imported when a command is used.
"""

from __future__ import annotations

import sys

import typer

from .exit_codes import EXIT_FAILED

_PASSED_ON = {"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []}
"""The words, `--help` among them, go to the command itself."""


def add_to(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    for command in (enable, disable, status, emulator, snapshot):
        app.command(context_settings=_PASSED_ON, add_help_option=False)(command)


def enable(context: typer.Context) -> None:
    """Keep the legacy imports working in every process of this environment."""
    _environment(context, "enable")


def disable(context: typer.Context) -> None:
    """Undo `enable`."""
    _environment(context, "disable")


def status(context: typer.Context) -> None:
    """Show whether `enable` is in effect."""
    _environment(context, "status")


def emulator(context: typer.Context) -> None:
    """Run a local dbt Cloud, to try things out."""
    try:
        from legacy_shim.emulator.__main__ import app
    except ModuleNotFoundError as error:
        typer.echo(f"error: {error.name} is missing: pip install 'legacy-shim[emulator]'", err=True)
        raise typer.Exit(EXIT_FAILED) from None
    app(context.args, prog_name="legacy-shim emulator")


def snapshot(context: typer.Context) -> None:
    """Write the contents of a code location as JSON."""
    import subprocess

    # In a process of its own: it ends without waiting for the threads that the code it loads may leave running.
    done = subprocess.run([sys.executable, "-m", "legacy_shim.snapshot", *context.args])
    raise typer.Exit(done.returncode)


def _environment(context: typer.Context, command: str) -> None:
    from legacy_shim.environment import main

    raise typer.Exit(main([command, *context.args]))
