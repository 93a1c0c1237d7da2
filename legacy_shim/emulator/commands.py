"""Reads a dbt command line: the verb, and what it selects.

Only what decides which nodes a command touches is understood; every other option is skipped over. It reads on its own,
not with `legacy_shim.dbt_commands`: what is tested against the emulator must not find its own mistakes in it.
Source: the command-line reference of dbt-core 1.10 and 1.11.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field

_SELECT = frozenset({"--select", "-s", "--models", "--model", "-m"})
_MULTIPLE = {
    **dict.fromkeys(_SELECT, "select"),
    "--exclude": "exclude",
    "--resource-type": "resource_types",
    "--resource-types": "resource_types",
    "--exclude-resource-type": "exclude_resource_types",
    "--exclude-resource-types": "exclude_resource_types",
}
_SINGLE = {"--selector": "selector", "--indirect-selection": "indirect_selection"}
_WITH_VALUE = frozenset(
    [
        "--vars",
        "--threads",
        "--target",
        "-t",
        "--profile",
        "--profiles-dir",
        "--project-dir",
        "--state",
        "--defer-state",
        "--log-level",
        "--log-format",
        "--log-path",
        "--target-path",
        "--args",
        "--sample",
        "--event-time-start",
        "--event-time-end",
        "--warn-error-options",
        "--log-level-file",
        "--log-format-file",
        "--printer-width",
        "--output",
        "--output-keys",
        "--inline",
        "--limit",
        "--partial-parse-file-path",
        "--log-file-max-bytes",
        "--record-timing-info",
        "-r",
    ]
)
_VERBS = frozenset(
    [
        "build",
        "clean",
        "clone",
        "compile",
        "debug",
        "deps",
        "docs",
        "init",
        "list",
        "ls",
        "parse",
        "retry",
        "run",
        "run-operation",
        "seed",
        "show",
        "snapshot",
        "source",
        "test",
    ]
)
_WITH_SUBCOMMAND = frozenset({"docs", "source"})


class CommandError(ValueError):
    """A step is not a dbt command. dbt Cloud runs nothing else."""


@dataclass(frozen=True)
class Command:
    """One dbt command of a job, for example ``dbt build --select tag:daily``."""

    text: str
    verb: str
    """``build``, ``run``, ``docs generate``, ..."""
    select: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    selector: str | None = None
    indirect_selection: str = "eager"
    resource_types: tuple[str, ...] = ()
    exclude_resource_types: tuple[str, ...] = ()
    arguments: tuple[str, ...] = field(default=(), compare=False)
    """Everything behind ``dbt``, split as a shell would."""


def parse_command(text: str) -> Command:
    """Read one command of a job. Raises CommandError where it is not a dbt command."""
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise CommandError(f"cannot split the command {text!r}: {error}") from error
    if len(words) < 2 or words[0] != "dbt":
        raise CommandError(f"not a dbt command: {text!r}")
    positionals: list[str] = []
    options: dict[str, list[str]] = {}
    for name, value in _options(words[1:]):
        if name == "":
            positionals.append(value)
        else:
            options.setdefault(name, []).append(value)
    return Command(
        text=text,
        verb=_verb(text, positionals),
        select=tuple(options.get("select", ())),
        exclude=tuple(options.get("exclude", ())),
        selector=options.get("selector", [""])[-1] or None,
        indirect_selection=options.get("indirect_selection", ["eager"])[-1],
        resource_types=tuple(options.get("resource_types", ())),
        exclude_resource_types=tuple(options.get("exclude_resource_types", ())),
        arguments=tuple(words[1:]),
    )


def _verb(text: str, positionals: list[str]) -> str:
    verb = positionals[0] if positionals else ""
    if verb not in _VERBS:
        raise CommandError(f"dbt has no such command: {text!r}")
    if verb in _WITH_SUBCOMMAND:
        return " ".join(positionals[:2])
    return "list" if verb == "ls" else verb


def _options(words: list[str]) -> Iterator[tuple[str, str]]:
    """Pairs of what an option means and its value; positional words come under the empty name."""
    position = 0
    while position < len(words):
        word = words[position]
        position += 1
        name, _, attached = word.partition("=")
        if not word.startswith("-"):
            yield "", word
        elif name in _MULTIPLE:
            if attached:
                yield _MULTIPLE[name], attached
                continue
            while position < len(words) and not words[position].startswith("-"):
                yield _MULTIPLE[name], words[position]
                position += 1
        elif name in _SINGLE or name in _WITH_VALUE:
            value = attached
            if not value and position < len(words):
                value = words[position]
                position += 1
            if name in _SINGLE:
                yield _SINGLE[name], value
