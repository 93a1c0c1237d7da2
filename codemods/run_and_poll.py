"""``run_job_and_poll`` in v2's terms: trigger, poll for as long as legacy did, raise where legacy raised."""

from __future__ import annotations

import ast

from . import render
from .client_methods import Method
from .modules import Module
from .style import Style
from .v2 import Use, no_limit

_INTERVAL = "10"
"""Seconds between two polls, unless the code says otherwise. Source: DEFAULT_POLL_INTERVAL."""


def run_and_poll(
    method: Method, module: Module, run: str, client: str, client_name: str, use: Use, style: Style
) -> list[str]:
    """The statements; ``run`` names what holds the run details in the end."""
    job = method.argument("job_id")
    assert job is not None
    triggered = [render.own_text(module, job)]
    steps = method.argument("steps_override")
    if steps is not None:
        triggered.append(f"steps_override={render.own_text(module, steps)}")
    polled = [
        f"{run}[{style.string('id')}]",
        f"poll_interval={_interval(method, module)}",
        f"poll_timeout={_timeout(method, module, style)}",
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


def _interval(method: Method, module: Module) -> str:
    given = method.argument("poll_interval")
    return render.own_text(module, given) if given is not None else _INTERVAL


def _timeout(method: Method, module: Module, style: Style) -> str:
    given = method.argument("poll_timeout")
    if given is None or (isinstance(given, ast.Constant) and not given.value):
        return no_limit(style.quote)
    text = render.own_text(module, given)
    # Legacy waits for ever on None and 0, v2 for 60 seconds.
    return text if isinstance(given, ast.Constant) else f"{text} or {no_limit(style.quote)}"
