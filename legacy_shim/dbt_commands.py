"""Reads and rewrites dbt commands as jobs write them: ``dbt --warn-error run -s a b --vars '{x: 1}'``.

It follows dbt's own grammar (``dbt.cli.main``, dbt-core 1.10 and 1.11), so nothing here needs dbt-core. Options that it
does not know, of a newer dbt or of another engine, are passed over; what dbt itself could not run is an error.
It imports nothing but the standard library.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

SELECT_OPTIONS = frozenset({"-s", "--select", "-m", "--models", "--model"})
"""Spellings of one option: all their values together are the selection."""

_LISTS = {**dict.fromkeys(SELECT_OPTIONS, "select"), "--exclude": "exclude"}
_TEXTS = {"--selector": "selector", "--vars": "vars"}
_TYPES = {
    **dict.fromkeys(("--resource-type", "--resource-types"), "resource_types"),
    **dict.fromkeys(("--exclude-resource-type", "--exclude-resource-types"), "excluded_types"),
}
_OTHER_TEXTS = frozenset(
    {
        *("--defer-state", "--state", "--deprecated-state", "--deprecated-defer", "--deprecated-favor-state"),
        *("--indirect-selection", "--log-file-max-bytes", "--log-format", "--log-format-file", "--log-level"),
        *("--log-level-file", "--log-path", "--partial-parse-file-path", "--printer-width", "--profile"),
        *("--record-timing-info", "-r", "--target", "-t", "--warn-error-options", "--profiles-dir"),
        *(
            "--project-dir",
            "--event-time-start",
            "--event-time-end",
            "--sqlparse",
            "--sample",
            "--target-path",
        ),
        *("--threads", "--args", "--output", "--output-path", "--inline", "--inline-direct", "--limit"),
        *("--batch-size", "--output-keys"),
    }
)
_FLAGS = frozenset(
    name
    for flag in (
        *("cache-selected-only", "debug", "defer", "deprecated-print", "fail-fast", "favor-state"),
        "deprecated-no-print",
        *(
            "log-cache-events",
            "macro-debugging",
            "partial-parse",
            "partial-parse-file-diff",
            "populate-cache",
        ),
        *("print", "quiet", "send-anonymous-usage-stats", "single-threaded", "show-all-deprecations"),
        *(
            "static-parser",
            "use-colors",
            "use-colors-file",
            "use-experimental-parser",
            "version",
            "version-check",
        ),
        *("warn-error", "write-json", "use-fast-test-edges", "upload-to-artifacts-ingest-api"),
        *("show-resource-report", "full-refresh", "empty", "export-saved-queries", "include-saved-query"),
        *("show", "store-failures", "help"),
    )
    for name in (f"--{flag}", f"--no-{flag}")
)
_SHORT_FLAGS = frozenset("-d -x -q -v -V -f -h".split())  # noqa: SIM905  # reads as the list in dbt's help
_WITH_TESTS = frozenset({"test", "all", "default"})
"""The values of `--resource-type` that take in data tests. Source: ``dbt.task.build``, ``dbt.cli.types``."""
_GROUPS = frozenset({"docs", "source"})
"""Commands whose next word says what they do: `dbt docs generate` is the command `generate`."""

_RAW_WORD = re.compile(r"""(?:[^\s'"\\]|\\.|'[^']*'|"(?:[^"\\]|\\.)*")+""", re.DOTALL)
_EMPTY_VARS = re.compile(r"\s*\{\s*\}\s*")
_NEEDS_QUOTES = re.compile(r"""[\s'"\\]""")


class CommandError(ValueError):
    """A command that dbt would not accept. The message quotes it."""


@dataclass(frozen=True)
class DbtCommand:
    """A dbt command, as far as a job's selection depends on it."""

    text: str
    """The command as it was written."""
    which: str
    """The subcommand: `run`, `build`, `test`, and for the groups `generate` or `freshness`. Empty if there is none."""
    select: tuple[str, ...] = ()
    """All values of all spellings of `--select`, in order, each free of spaces as dbt splits them."""
    exclude: tuple[str, ...] = ()
    selector: str | None = None
    vars: str | None = None
    """The text of `--vars`, as dbt gets it."""
    resource_types: tuple[str, ...] = ()
    """All values of `--resource-type`; none where the command runs every type."""
    excluded_types: tuple[str, ...] = ()
    """All values of `--exclude-resource-type`."""

    @property
    def materializes(self) -> bool:
        """Whether this is one of the two commands that a loaded job must have exactly one of."""
        return self.which in ("run", "build")

    @property
    def runs_tests(self) -> bool:
        """Whether it is a `dbt build` that runs data tests."""
        wanted = not self.resource_types or bool(_WITH_TESTS & set(self.resource_types))
        return self.which == "build" and wanted and not _WITH_TESTS & set(self.excluded_types)

    @property
    def has_vars(self) -> bool:
        """Whether `--vars` sets anything."""
        return self.vars is not None and _EMPTY_VARS.fullmatch(self.vars) is None


@dataclass(frozen=True)
class _Option:
    """An occurrence of an option: where it stands in the words, how many words it takes, and its values."""

    name: str
    start: int
    end: int
    values: tuple[str, ...]
    bundled: str = ""
    """Flags written into the same word before it: the `-x` of `-xs model`."""


def parse_command(text: str) -> DbtCommand:
    """Read a dbt command. The first word is the program and may have any name.

    Raises :class:`CommandError` for unbalanced quotes and, in `run` and `build`, for what dbt rejects: a word that
    belongs to no option, an option without its value.
    """
    words = _split(text)
    lists: dict[str, list[str]] = {"select": [], "exclude": [], "resource_types": [], "excluded_types": []}
    texts: dict[str, str] = {}
    start, which = _subcommand(words)
    if which not in ("run", "build"):
        return DbtCommand(text=text, which=which)
    for option in _options(words, start, text):
        if name := _LISTS.get(option.name) or _TYPES.get(option.name):
            lists[name].extend(option.values)
        elif option.name in _TEXTS:
            texts[_TEXTS[option.name]] = option.values[0]
    return DbtCommand(
        text=text,
        which=which,
        select=tuple(lists["select"]),
        exclude=tuple(lists["exclude"]),
        selector=texts.get("selector"),
        vars=texts.get("vars"),
        resource_types=tuple(filter(None, lists["resource_types"])),
        excluded_types=tuple(filter(None, lists["excluded_types"])),
    )


def materialization_step(commands: Sequence[str]) -> int | None:
    """Return the index of the one `dbt run` or `dbt build` in `commands`, or None if there is not exactly one."""
    steps = [index for index, command in enumerate(commands) if parse_command(command).materializes]
    return steps[0] if len(steps) == 1 else None


def selection_options(select: Iterable[str], exclude: Iterable[str], selector: str | None) -> list[str]:
    """Return a selection as options for another command: `--select a b`, `--exclude c`, `--selector d`."""
    options = []
    if chosen := _joined(select):
        options.append(f"--select {chosen}")
    if left_out := _joined(exclude):
        options.append(f"--exclude {left_out}")
    if selector:
        options.append(f"--selector {_joined([selector])}")
    return options


def without_selection(text: str) -> str:
    """Return the command without its `--select` (in every spelling) and `--selector`, the rest as it was written."""
    words = _split(text)
    raw = _RAW_WORD.findall(text)
    start, _ = _subcommand(words)
    for option in _options(words, start, text):
        if option.name in SELECT_OPTIONS or option.name == "--selector":
            raw[option.start : option.end] = [option.bundled] + [""] * (option.end - option.start - 1)
    return " ".join(word for word in raw if word)


def arguments_without_selection(text: str) -> tuple[str, ...]:
    """Return the words of a ``run`` or ``build`` behind ``dbt``, without what selects nodes.

    That is what `DbtCloudWorkspace.cli` takes: it adds the selection of the assets itself.
    """
    words: list[str | None] = list(_split(text))
    start, _ = _subcommand(_split(text))
    for option in _options(_split(text), start, text):
        if option.name in SELECT_OPTIONS or option.name in ("--exclude", "--selector"):
            words[option.start : option.end] = [option.bundled or None] + [None] * (
                option.end - option.start - 1
            )
    return tuple(word for word in words[1:] if word is not None)


def words_of(text: str) -> tuple[str, ...]:
    """Return the words of a command behind ``dbt``. Raises :class:`CommandError` for unbalanced quotes."""
    return tuple(_split(text)[1:])


def _joined(values: Iterable[str]) -> str:
    """Join the values of an option, quoting only what a split into words would otherwise take apart."""
    return " ".join(shlex.quote(value) if _NEEDS_QUOTES.search(value) else value for value in values if value)


def _split(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError as error:
        raise CommandError(f"The dbt command {text!r} cannot be read: {error}.") from error


def _subcommand(words: Sequence[str]) -> tuple[int, str]:
    """Return where the options of the subcommand begin, and its name."""
    index = 1
    while index < len(words):
        word = words[index]
        if not word.startswith("-"):
            group = word in _GROUPS and index + 1 < len(words) and not words[index + 1].startswith("-")
            index += 1 + group
            return index, words[index - 1]
        index += 2 if word in _OTHER_TEXTS else 1
    return index, ""


def _options(words: Sequence[str], start: int, text: str) -> Iterator[_Option]:
    """Yield the options from `start` on, each with its values, as dbt's parser pairs them."""
    index = start
    after_unknown = False
    while index < len(words):
        word = words[index]
        if not word.startswith("-") or word in ("-", "--"):
            if not after_unknown or word == "--":
                raise CommandError(
                    f"The dbt command {text!r} has a word that belongs to no option: {word!r}."
                )
            index += 1
            continue
        name, value, bundled = _name_and_value(word)
        takes_list = name in _LISTS or name in _TYPES
        takes_text = name in _TEXTS or name in _OTHER_TEXTS
        end = index + 1
        values: list[str] = []
        if takes_list or takes_text:
            if value is None:
                if end >= len(words):
                    raise CommandError(f"The dbt command {text!r} has {name} without a value.")
                value, end = words[end], end + 1
            values.append(value)
        if takes_list:
            values = values[0].split(" ")
            while end < len(words) and not words[end].startswith("-"):
                values.append(words[end])
                end += 1
        after_unknown = not (takes_list or takes_text or name in _FLAGS or name in _SHORT_FLAGS)
        yield _Option(name, index, end, tuple(values), bundled)
        index = end


def _name_and_value(word: str) -> tuple[str, str | None, str]:
    """Split the word of an option into its name, the value it carries, and the flags bundled before it."""
    if word.startswith("--"):
        name, equals, value = word.partition("=")
        return name, (value if equals else None), ""
    for position in range(1, len(word)):  # short options can be written together, and with their value
        name = f"-{word[position]}"
        if name in _SHORT_FLAGS:
            continue
        bundled = word[:position] if position > 1 else ""
        return name, (word[position + 1 :] or None), bundled
    return f"-{word[-1]}", None, ""
