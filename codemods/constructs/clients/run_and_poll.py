"""``run_job_and_poll`` in v2's terms: trigger, poll for as long as legacy did, raise where legacy raised."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass

from ...analysis.syntax.source_module import Module
from ...editing import render
from ...editing.style import Style
from ...facts.release import Release
from ...planning.v2 import (
    Use,
    no_limit,
)
from .methods import Method

HELPERS: Mapping[str, str] = {"run_job_and_poll": "run_job", "poll_run": "wait_for_run"}
"""Methods that take several statements in v2, and what the function with these statements is called."""
RELATED = ("job", "trigger", "run_steps")
"""What the details of a finished run hold beside those of the run itself."""
INTERVAL = "10"
"""Seconds between two polls, unless the code says otherwise. Source: DEFAULT_POLL_INTERVAL."""


@dataclass(frozen=True)
class Poll:
    """What to run and how long to wait for it, as text."""

    job: str
    steps: str = ""
    """Commands in place of the job's own; empty for none."""
    interval: str = INTERVAL
    timeout: str = ""
    """Seconds; empty: for ever."""
    may_be_none: bool = True
    """Whether the limit may be None or 0, on which legacy waits for ever and v2 for 60 seconds."""
    related: bool = True
    """Whether the details hold the run's job, trigger and steps, as those that legacy answers do."""


def poll_of(method: Method, module: Module, *, related: bool) -> Poll:
    """What a call of ``run_job_and_poll`` says."""

    def text(name: str) -> str:
        given = method.argument(name)
        return render.own_text(module, given) if given is not None else ""

    timeout = method.argument("poll_timeout")
    is_constant = isinstance(timeout, ast.Constant)
    is_none = isinstance(timeout, ast.Constant) and not timeout.value
    return Poll(
        text("job_id"),
        text("steps_override"),
        text("poll_interval") or INTERVAL,
        "" if timeout is None or is_none else limit_text(module, timeout),
        not is_constant,
        related,
    )


def limit_text(module: Module, timeout: ast.expr) -> str:
    """A time limit as it can stand before ``or``."""
    return (
        render.own_text(module, timeout)
        if isinstance(timeout, ast.Constant)
        else render.operand(module, timeout)
    )


def without_related(release: Release) -> str:
    """What to tell where the details cannot hold what belongs to the run."""
    return f"the details hold no job, trigger or steps: {release.lacks('related')}"


def helper_text(method: str, name: str, use: Use, style: Style, *, related: bool) -> str:
    """A function that does what a legacy method did, on v2's client, which it takes as its first argument."""
    poll = Poll("job_id", "steps_override", "poll_interval", "poll_timeout", related=related)
    if method == "run_job_and_poll":
        subject, more = "job_id", ", steps_override=None"
        lines = run_and_poll(poll, "run", "client", "client", use, style)
    else:
        subject, more = "run_id", ""
        lines = _polled(poll, "run_id", "run", "client", use, style)
    head = render.signature(
        name, f"client, {subject}, poll_interval={INTERVAL}, poll_timeout=None{more}", style
    )
    return f"{head}\n" + "".join(f"{style.indent}{line}\n" for line in [*lines, "return run"])


def run_and_poll(poll: Poll, run: str, client: str, client_name: str, use: Use, style: Style) -> list[str]:
    """The statements; ``run`` names what holds the run details in the end."""
    triggered = [poll.job, *([f"steps_override={poll.steps}"] if poll.steps else [])]
    if client.isidentifier():
        client_name, named = client, []
    else:
        named = [f"{client_name} = {client}"]
    text = _assigned(run, f"{client_name}.trigger_job_run", triggered, style)
    lines = [*"\n".join([*named, text]).split("\n")]
    return [*lines, *_polled(poll, f"{run}[{style.string('id')}]", run, client_name, use, style)]


def _polled(poll: Poll, run_id: str, run: str, client: str, use: Use, style: Style) -> list[str]:
    """Wait for a run, and raise where it did not succeed."""
    limits = [poll.timeout] if poll.timeout else []
    if not limits or poll.may_be_none:
        limits.append(no_limit(use, style.quote))
    polled = [run_id, f"poll_interval={poll.interval}", f"poll_timeout={' or '.join(limits)}"]
    details = use("dagster_dbt.cloud_v2.types", "DbtCloudRun")
    lines = [
        _assigned(run, f"{client}.poll_run", polled, style),
        f"{details}.from_run_details({run}).raise_for_status()",
    ]
    if poll.related:
        related = f"include_related=[{', '.join(style.string(name) for name in RELATED)}]"
        identified = f"{run}[{style.string('id')}]"
        lines.append(_assigned(run, f"{client}.get_run_details", [identified, related], style))
    return "\n".join(lines).split("\n")


def _assigned(run: str, function: str, arguments: list[str], style: Style) -> str:
    # Such statements stand in a function: leave room for its indentation.
    before = f"{run} = "
    fields = [render.Field(text) for text in arguments]
    return before + render.call(function, fields, style, before=style.indent + before)
