"""dbt commands are read as dbt reads them; dbt's own parser is the judge."""

from __future__ import annotations

import contextlib
import io
import shlex
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from legacy_shim import dbt_commands
from legacy_shim.dbt_commands import (
    CommandError,
    materialization_step,
    parse_command,
    selection_options,
    without_selection,
)

FORMS = [
    "dbt run",
    "dbt build -s a b",
    'dbt run --select "a b" c',
    "dbt run --select=a b",
    "dbt build -m a",
    "dbt build --models a -s b --model=c",
    "dbt run -sfoo",
    "dbt run -s=foo x",
    "dbt -d --log-format json run -xs a b --threads 8",
    "dbt run --full-refresh -f",
    "dbt run --vars '{}'",
    "dbt run --vars '{a: 1}'",
    "dbt run --vars=' { } '",
    "dbt run --selector x --selector y --exclude tag:x 'path:a b' --exclude c",
    "dbt run --target prod --no-partial-parse",
    "dbt build --resource-type model test -s a",
    "dbt run --exclude -s",
    "dbt build --exclude= x",
    "dbt run -t prod -q -s '' a",
    "dbt --quiet --target x run --exclude 'a  b'",
    "dbt run -xqsa b",
    "dbt build --select a --show",
    "dbt --warn-error build --select +a,tag:b @c *d",
]
REFUSED = [
    "dbt build model_a",
    "dbt run --full-refresh x",
    "dbt run --select",
    "dbt run -- a",
    "dbt run --exclude",
]


def dbt_reads(command: str) -> tuple[object, ...]:
    """What dbt-core makes of a command, in the way that the legacy loader asked it."""
    from dbt.cli.flags import Flags, args_to_context

    with contextlib.redirect_stdout(io.StringIO()):
        flags = Flags(args_to_context([*shlex.split(command)[1:], "--profiles-dir", "."]))
    return (
        flags.WHICH,
        tuple(flags.SELECT or ()),
        tuple(flags.EXCLUDE or ()),
        flags.SELECTOR,
        bool(flags.VARS),
    )


def we_read(command: str) -> tuple[object, ...]:
    read = parse_command(command)
    return (read.which, read.select, read.exclude, read.selector, read.has_vars)


@pytest.mark.parametrize("command", FORMS)
def test_every_form_is_read_as_dbt_reads_it(command: str) -> None:
    assert we_read(command) == dbt_reads(command)


@pytest.mark.parametrize("command", REFUSED)
def test_what_dbt_refuses_is_refused(command: str) -> None:
    with pytest.raises(Exception):  # noqa: B017, PT011  # click's and dbt's exceptions have no base of their own
        dbt_reads(command)
    with pytest.raises(CommandError, match="dbt"):
        parse_command(command)


def _options_of_dbt() -> dict[str, set[str]]:
    """The spellings of the options that `dbt run` and `dbt build` have, by what they take; those of `dbt` are theirs too."""
    from dbt.cli.main import cli

    spellings: dict[str, set[str]] = {"flag": set(), "text": set(), "list": set()}
    for command in (cli, cli.commands["run"], cli.commands["build"]):
        for option in command.params:
            takes = "list" if type(option).__name__ == "MultiOption" else "text"
            is_flag = getattr(option, "is_flag", False) or getattr(option, "count", False)
            spellings["flag" if is_flag else takes] |= {*option.opts, *option.secondary_opts}
    return spellings


def test_every_option_that_dbt_has_is_known() -> None:
    found = _options_of_dbt()
    assert {"--select", "-s", "--exclude"} <= found["list"]
    lists, texts = {*dbt_commands._LISTS, *dbt_commands._TYPES}, {*dbt_commands._TEXTS}
    assert found["list"] - lists == set()
    assert found["text"] - texts - dbt_commands._OTHER_TEXTS == set()
    assert found["flag"] - dbt_commands._FLAGS - dbt_commands._SHORT_FLAGS == set()


_VALUES = st.text("abc:+@*.,/_-'\" ", max_size=6)
_OPTIONS = st.one_of(
    st.tuples(
        st.sampled_from(["-s", "--select", "-m", "--models", "--model", "--exclude"]),
        st.lists(_VALUES, min_size=1, max_size=3),
    ),
    st.tuples(
        st.sampled_from(["--selector", "--target", "-t", "--profile"]),
        st.lists(_VALUES, min_size=1, max_size=1),
    ),
    st.tuples(st.just("--vars"), st.sampled_from([["{}"], ["{a: 1}"], ['{"a": "it\'s"}']])),
    st.tuples(st.sampled_from(["--threads", "--printer-width"]), st.just(["4"])),
    st.tuples(st.sampled_from(["--full-refresh", "-f", "-x", "-q", "--no-partial-parse"]), st.just([])),
)


@st.composite
def _commands(draw: st.DrawFn) -> str:
    """A command out of options that dbt has, each written apart, with `=`, or quoted."""
    words = [draw(st.sampled_from(["dbt", "dbt --warn-error", "dbt -d --log-format json"]))]
    words.append(draw(st.sampled_from(["run", "build"])))
    for name, values in draw(st.lists(_OPTIONS, max_size=4)):
        quoted = [shlex.quote(value) for value in values]
        if quoted and name.startswith("--") and draw(st.booleans()):
            quoted[0] = f"{name}={quoted[0]}"
        else:
            words.append(name)
        words.extend(quoted)
    return " ".join(words)


@settings(max_examples=400, deadline=None)
@given(_commands())
def test_any_combination_is_read_as_dbt_reads_it(command: str) -> None:
    try:
        expected = dbt_reads(command)
    except Exception:  # dbt refuses it: then nothing is promised but that we do not crash
        with contextlib.suppress(CommandError):
            parse_command(command)
        return
    assert we_read(command) == expected


@settings(max_examples=400, deadline=None)
@given(_commands())
def test_selection_is_cut_out_and_nothing_else(command: str) -> None:
    try:
        before = dbt_reads(command)
    except Exception:
        return
    after = dbt_reads(without_selection(command))
    which, _, exclude, _, has_vars = before
    assert after == (which, (), exclude, None, has_vars)


@settings(max_examples=200, deadline=None)
@given(st.lists(_VALUES.map(str.split).map("".join).filter(bool), max_size=3), st.lists(_VALUES, max_size=2))
def test_selection_survives_being_written_into_another_command(select: list[str], exclude: list[str]) -> None:
    exclude = ["".join(value.split()) for value in exclude]
    chosen = [value for value in select if not value.startswith("-")]
    left_out = [value for value in exclude if value and not value.startswith("-")]
    command = " ".join(["dbt build", *selection_options(chosen, left_out, None)])
    assert parse_command(command).select == tuple(chosen)
    assert parse_command(command).exclude == tuple(left_out)


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("dbt build --select a b --exclude 'tag:x y' -t prod", "dbt build --exclude 'tag:x y' -t prod"),
        ('dbt  run   -m "a b"  --full-refresh', "dbt run --full-refresh"),
        ("dbt build --selector nightly", "dbt build"),
        ("dbt build --select=a -s b --vars '{x: 1}'", "dbt build --vars '{x: 1}'"),
        ("dbt run -xs a", "dbt run -x"),
        ("dbt build", "dbt build"),
    ],
)
def test_rest_of_the_command_stays_as_it_was_written(command: str, expected: str) -> None:
    assert without_selection(command) == expected


@pytest.mark.parametrize(
    ("commands", "step"),
    [
        (["dbt build"], 0),
        (["dbt seed", "dbt run -s a", "dbt docs generate"], 1),
        (["dbt source freshness", "dbt test", "dbt build"], 2),
        (["dbt run-operation build --args '{a: run}'", "dbt run"], 1),
        (["dbt retry", "dbt --quiet build"], 1),
        (["dbt run", "dbt build"], None),
        (["dbt test"], None),
        (["dbt ls --select run"], None),
        ([], None),
    ],
)
def test_the_one_command_that_materializes_is_found(commands: list[str], step: int | None) -> None:
    assert materialization_step(commands) == step


def test_options_of_a_newer_dbt_are_passed_over() -> None:
    read = parse_command("dbt build --brand-new on --select a --another")
    assert read.select == ("a",)


def test_unbalanced_quotes_are_told_with_the_command() -> None:
    with pytest.raises(CommandError, match="dbt run --select 'a"):
        parse_command("dbt run --select 'a")


def test_nothing_but_the_standard_library_is_needed() -> None:
    code = (
        "import sys, legacy_shim.dbt_commands, legacy_shim.cloud.manifest;"
        "print([m for m in ('dagster', 'dbt', 'click', 'yaml', 'dagster_dbt') if m in sys.modules])"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
