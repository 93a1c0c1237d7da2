"""``run_job_and_poll`` in v2's terms: trigger, poll for as long as legacy did, raise where legacy raised."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from . import render
from .client_methods import Method
from .modules import Module
from .style import Style
from .v2 import Use, no_limit

HELPER = "run_job"
"""What the function is called."""
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


def poll_of(method: Method, module: Module, style: Style) -> Poll:
    """What a call of ``run_job_and_poll`` says."""

    def text(name: str) -> str:
        given = method.argument(name)
        return render.own_text(module, given) if given is not None else ""

    timeout = method.argument("poll_timeout")
    return Poll(
        text("job_id"),
        text("steps_override"),
        text("poll_interval") or INTERVAL,
        ""
        if timeout is None or (isinstance(timeout, ast.Constant) and not timeout.value)
        else _limit(timeout, text("poll_timeout"), style),
    )


def _limit(node: ast.expr, text: str, style: Style) -> str:
    return text if isinstance(node, ast.Constant) else or_for_ever(text, style)


def or_for_ever(text: str, style: Style) -> str:
    """A limit that may be None or 0, on which legacy waits for ever and v2 for 60 seconds."""
    return f"{text} or {no_limit(style.quote)}"


def helper_text(name: str, use: Use, style: Style) -> str:
    """A function that does what ``run_job_and_poll`` did, on v2's client."""
    poll = Poll("job_id", "steps_override", "poll_interval", or_for_ever("poll_timeout", style))
    parameters = f"client, job_id, poll_interval={INTERVAL}, poll_timeout=None, steps_override=None"
    lines = [*run_and_poll(poll, "run", "client", "client", use, style), "return run"]
    head = render.signature(name, parameters, style)
    return f"{head}\n" + "".join(f"{style.indent}{line}\n" for line in lines)


def run_and_poll(poll: Poll, run: str, client: str, client_name: str, use: Use, style: Style) -> list[str]:
    """The statements; ``run`` names what holds the run details in the end."""
    triggered = [poll.job, *([f"steps_override={poll.steps}"] if poll.steps else [])]
    polled = [
        f"{run}[{style.string('id')}]",
        f"poll_interval={poll.interval}",
        f"poll_timeout={poll.timeout or no_limit(style.quote)}",
    ]
    details = use("dagster_dbt.cloud_v2.types", "DbtCloudRun")
    before = f"{run} = "
    if client.isidentifier():
        client_name, named = client, []
    else:
        named = [f"{client_name} = {client}"]
    lines = [
        *named,
        before + _call(f"{client_name}.trigger_job_run", triggered, style, before),
        before + _call(f"{client_name}.poll_run", polled, style, before),
        f"{details}.from_run_details({run}).raise_for_status()",
    ]
    return "\n".join(lines).split("\n")


def _call(function: str, arguments: list[str], style: Style, before: str) -> str:
    # Such calls stand in a function: leave room for its indentation.
    return render.call(
        function, [render.Field(text) for text in arguments], style, before=style.indent + before
    )
