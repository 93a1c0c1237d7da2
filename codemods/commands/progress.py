"""A line on the terminal that says which file is looked at. Nothing where there is no terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from legacy_shim.visible import one_line


@dataclass
class Watch:
    """Remembers the file that is being handled, for the message when something breaks."""

    current: Path | None = None

    def __call__(self, path: Path) -> None:
        self.current = path


@contextmanager
def shown_progress(watch: Watch, verb: str) -> Iterator[Callable[[Path], None]]:
    """A function to call with each file; it shows the file on standard error where that is a terminal."""
    if not sys.stderr.isatty():
        yield watch
        return
    from rich.console import Console
    from rich.markup import escape

    console = Console(stderr=True)
    with console.status(f"{verb} ...") as status:

        def show(path: Path) -> None:
            watch(path)
            status.update(f"{verb} {escape(one_line(path))}")

        yield show


@contextmanager
def shown_step() -> Iterator[Callable[[str], None]]:
    """A function to call with what is being done now; shown where standard error is a terminal."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.markup import escape

    with Console(stderr=True).status("") as status:
        yield lambda text: status.update(f"{escape(one_line(text))} ...")
