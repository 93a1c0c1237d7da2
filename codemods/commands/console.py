"""What the command line prints, and how it ends."""

from __future__ import annotations

import os
import shutil
import sys
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TextIO

import typer

from legacy_shim import visible
from legacy_shim.regular_file import require_writable

from ..errors import UsageError
from ..files.checkout import refuse_way_out
from ..reporting.formats.palette import (
    COLORED,
    PLAIN,
    Palette,
)
from .exit_codes import EXIT_FAILED, EXIT_INTERRUPTED

if TYPE_CHECKING:
    from ..files.sources import Change
    from .progress import Watch


@dataclass(frozen=True)
class Console:
    """Standard output or standard error, with colours where it is a terminal that shows them."""

    stream: TextIO
    palette: Palette

    @property
    def width(self) -> int | None:
        """Columns to wrap text to; None where the stream is no terminal."""
        if not self.stream.isatty():
            return None
        return max(40, shutil.get_terminal_size().columns)

    def print(self, text: str) -> None:
        """Print text that ends its own lines."""
        # typer would take the escapes out where it sees no terminal, although they were asked for.
        shown = visible.text(text) if self.palette is PLAIN else visible.coloured_text(text)
        typer.echo(
            _printable(shown, self.stream), file=self.stream, nl=False, color=self.palette is not PLAIN
        )

    def print_markdown(self, text: str) -> None:
        """Print Markdown: laid out on a terminal, as it is elsewhere."""
        if self.palette is PLAIN or not self.stream.isatty():
            self.print(text)
            return
        from rich.console import Console as Terminal
        from rich.markdown import Markdown

        Terminal(file=self.stream).print(Markdown(visible.text(text)))

    def note(self, line: str) -> None:
        """Print a line that is no result: it goes to standard error."""
        typer.echo(_printable(visible.message(line), sys.stderr), err=True)

    def print_diffs(self, changes: Iterable[Change]) -> None:
        """Print a patch: byte for byte where it goes to a file or a program, for the eye on a terminal."""
        from ..reporting.formats.diff import (
            colour_diff,
            render_diff,
        )

        for change in changes:
            if self.palette is PLAIN and not self.stream.isatty():
                typer.echo(render_diff(change), file=self.stream, nl=False)
            else:
                self.print(colour_diff(change, self.palette))

    def save(self, path: Path, text: str) -> None:
        """Write a report to a file. Raises UsageError where that is not possible."""
        refuse_way_out(path)
        try:
            require_writable(path)
            path.write_text(text, "utf-8", errors="backslashreplace", newline="\n")
        except OSError as error:
            raise UsageError(f"{path}: it cannot be written: {error.strerror}") from None

    def on_standard_error(self) -> Console:
        return console_of(sys.stderr)

    def leave(self, code: int) -> NoReturn:
        raise typer.Exit(code)


def approve_at_terminal(question: str) -> bool:
    """Whether someone sits there and says yes. In a pipe, in CI and in a hook the answer is no."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    return typer.confirm(visible.message(question), default=False, err=True)


def console_of(stream: TextIO) -> Console:
    return Console(stream, COLORED if shows_colours(stream) else PLAIN)


def shows_colours(stream: TextIO) -> bool:
    """As https://no-color.org and https://force-color.org have it."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


@contextmanager
def answers(watch: Watch) -> Iterator[Console]:
    """A console to answer on; turns what goes wrong into a message and an exit code."""
    try:
        yield console_of(sys.stdout)
        sys.stdout.flush()
    except UsageError as error:
        typer.echo(_printable(visible.message(f"error: {error}"), sys.stderr), err=True)
        raise typer.Exit(EXIT_FAILED) from None
    except KeyboardInterrupt:
        typer.echo("Interrupted. Each unit is written whole, or not at all: run the command again.", err=True)
        raise typer.Exit(EXIT_INTERRUPTED) from None
    except BrokenPipeError:
        # Whoever read us has seen enough. Python would complain again when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(EXIT_FAILED) from None
    except typer.Exit:
        raise
    except Exception as error:
        _tell_of_bug(error, watch)
        raise typer.Exit(EXIT_FAILED) from None


def _tell_of_bug(error: Exception, watch: Watch) -> None:
    handled = f" while it handled {visible.one_line(watch.current)}" if watch.current else ""
    typer.echo(visible.message("".join(traceback.format_exception(error))), err=True, nl=False)
    typer.echo(
        f"\nThis is a bug in legacy-shim{handled}. Nothing is lost: each unit is written whole, or not at all."
        "\nPlease report the lines above. To go on meanwhile, leave the file out with --exclude.",
        err=True,
    )


def _printable(text: str, stream: TextIO) -> str:
    """The text with escapes for what the stream cannot show: file names may hold any byte."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)
