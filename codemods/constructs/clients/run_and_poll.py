"""``run_job_and_poll`` in v2's terms: trigger, poll for as long as legacy did, raise where legacy raised."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from ...analysis.syntax.source_module import Module
from ...editing import render
from ...editing.style import Style
from ...facts.release import Release
from ...planning.claims import Context
from ...planning.v2 import (
    Use,
    no_limit,
)
from .methods import Method

HELPERS: Mapping[str, str] = {"run_job_and_poll": "run_job", "poll_run": "wait_for_run"}
"""Methods that take several statements in v2, and what the function with these statements is called."""
RELATED = ("job", "trigger", "run_steps")
"""What the details of a finished run hold beside those of the run itself."""
FAILS_AS_V2 = "a failed run raises `Failure` with another text, a run that times out a plain `Exception`; neither has metadata"
"""What to report of a run whose failures are those of v2."""
FIXED_CAUSE = 'the cause is "Triggered by dagster."'
"""What to report of a run for which the code gives no cause."""
INTERVAL = "10"
"""Seconds between two polls, unless the code says otherwise. Source: DEFAULT_POLL_INTERVAL."""


class Fails(Enum):
    """What is raised for a run that fails, or takes longer than it may."""

    AS_V2 = 1
    """``Failure`` without metadata, and a plain ``Exception``."""
    AS_LEGACY = 2
    """``Failure`` with legacy's text and metadata; a run that is late is cancelled."""
    AS_LEGACY_WITHOUT_CANCEL = 3
    """The same where v2's client cannot cancel yet."""


@dataclass(frozen=True)
class Poll:
    """What to run and how long to wait for it, as text."""

    job: str
    steps: str = ""
    """Commands in place of the job's own; empty for none."""
    interval: str = INTERVAL
    timeout: str = ""
    """Seconds, as they can stand before an operator; empty: no limit."""
    may_be_none: bool = True
    """Whether the limit may be None or 0, on which legacy waits without a limit and v2 for 60 seconds."""
    related: bool = True
    """Whether the details hold the run's job, trigger and steps, as those that legacy answers do."""
    fails: Fails = Fails.AS_V2
    start: str = ""
    """The function of the file that starts the run; empty for the method of v2's client."""
    settings: tuple[str, ...] = ()
    """What that function takes behind the client and the job."""


def fails_in(context: Context) -> Fails:
    """What must be raised so that the code of a tree gets what it distinguishes failures by."""
    if not context.index.reads_failures:
        return Fails.AS_V2
    return Fails.AS_LEGACY_WITHOUT_CANCEL if context.release.lacks("cancel") else Fails.AS_LEGACY


def poll_of(method: Method, module: Module, *, related: bool, fails: Fails = Fails.AS_V2) -> Poll:
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
        fails,
    )


def limit_text(module: Module, timeout: ast.expr) -> str:
    """A time limit as it can stand before ``or``."""
    return (
        render.own_text(module, timeout)
        if isinstance(timeout, ast.Constant)
        else render.operand(module, timeout)
    )


def without_related(release: Release) -> str:
    """What to report where the details cannot hold what belongs to the run."""
    return f"the run details have no job, trigger or steps: {release.lacks('related')}"


def running_text(
    name: str,
    use: Use,
    style: Style,
    answer: Sequence[str],
    *,
    related: bool,
    fails: Fails,
    start: str,
    by_place: bool,
) -> str:
    """A function that runs a job and waits for it, on v2's client, which it takes as its first argument.

    ``answer`` are the statements that answer what is made of the details in ``run``; ``start`` is the function of the file
    that starts a run with any settings, empty where v2's client does. ``by_place``: it tells legacy's two forms apart.
    """
    poll = _poll_of_parameters(related=related, fails=fails)
    if start:
        more = "**settings"
        lines = [f"run = {start}(client, job_id, **settings)"]
        if by_place:
            lines = [*_told_apart(use, style), *lines]
        lines += _polled(poll, f"run[{style.string('id')}]", "run", "client", use, style)
    else:
        more = "steps_override=None"
        lines = run_and_poll(poll, "run", "client", "client", use, style)
    if by_place:
        return _function_of("client, job_id, *given, **settings", name, [*lines, *answer], style)
    return _function_text(name, "job_id", [*lines, *answer], style, more)


def _told_apart(use: Use, style: Style) -> list[str]:
    """Name what is passed by position. Source: ``run_job_and_poll`` takes the interval there, and as documented the cause."""
    text = style.string
    limits = f"[{text('poll_interval')}, {text('poll_timeout')}]"
    documented = f"[{text('cause')}, {text('steps_override')}, {text('schema_override')}, *names]"
    return [
        "# What is passed by position is the cause and what follows it if it begins with a string.",
        f"names = {limits}",
        f"if given and {use('builtins', 'isinstance')}(given[0], {use('builtins', 'str')}):",
        f"{style.indent}names = {documented}",
        f"settings.update({use('builtins', 'zip')}(names, given))",
        f"poll_interval = settings.pop({text('poll_interval')}, {INTERVAL})",
        f"poll_timeout = settings.pop({text('poll_timeout')}, None)",
    ]


def waiting_text(name: str, use: Use, style: Style, *, related: bool, fails: Fails, takes_href: bool) -> str:
    """A function that waits for a run that was started elsewhere, on v2's client, which it takes as its first argument.

    ``takes_href``: it takes, and needs not, the page of the run, as legacy's method did.
    """
    poll = _poll_of_parameters(related=related, fails=fails)
    lines = _polled(poll, "run_id", "run", "client", use, style)
    if fails is not Fails.AS_V2:
        lines.insert(0, "run = client.get_run_details(run_id)")
    return _function_text(name, "run_id", [*lines, "return run"], style, "href=None" if takes_href else "")


def _poll_of_parameters(*, related: bool, fails: Fails) -> Poll:
    return Poll("job_id", "steps_override", "poll_interval", "poll_timeout", related=related, fails=fails)


def _function_text(name: str, subject: str, lines: Sequence[str], style: Style, more: str) -> str:
    parameters = f"client, {subject}, poll_interval={INTERVAL}, poll_timeout=None{more and f', {more}'}"
    return _function_of(parameters, name, lines, style)


def _function_of(parameters: str, name: str, lines: Sequence[str], style: Style) -> str:
    head = render.signature(name, parameters, style)
    return f"{head}\n" + "".join(f"{style.indent}{line}\n" for line in lines)


def run_and_poll(poll: Poll, run: str, client: str, client_name: str, use: Use, style: Style) -> list[str]:
    """The statements; ``run`` names what holds the run details in the end."""
    if client.isidentifier():
        client_name, named = client, []
    else:
        named = [f"{client_name} = {client}"]
    triggered = [poll.job, *([f"steps_override={poll.steps}"] if poll.steps else [])]
    function = f"{client_name}.trigger_job_run"
    if poll.start:
        function, triggered = poll.start, [client_name, poll.job, *poll.settings]
    text = _assigned(run, function, triggered, style)
    lines = [*"\n".join([*named, text]).split("\n")]
    return [*lines, *_polled(poll, f"{run}[{style.string('id')}]", run, client_name, use, style)]


def _polled(poll: Poll, run_id: str, run: str, client: str, use: Use, style: Style) -> list[str]:
    """Wait for a run, and raise where it did not succeed."""
    limits = [poll.timeout] if poll.timeout else []
    if not limits or poll.may_be_none:
        limits.append(no_limit(use, style.quote))
    polled = [f"poll_interval={poll.interval}", f"poll_timeout={' or '.join(limits)}"]
    if poll.fails is Fails.AS_V2:
        lines = _raising_as_v2(poll, run_id, run, client, polled, use, style)
        run_id = f"{run}[{style.string('id')}]"
    else:
        lines = _raising_as_legacy(poll, run_id, run, client, polled, use, style)
        run_id = "run_id"
    if poll.related:
        related = f"include_related=[{', '.join(style.string(name) for name in RELATED)}]"
        lines.append(_assigned(run, f"{client}.get_run_details", [run_id, related], style))
    return "\n".join(lines).split("\n")


_LOOK = (
    "{tab}# It may have ended since poll_run looked.",
    "{tab}{run} = {client}.get_run_details({run_id})",
)
"""Legacy looked at a run before it looked at the clock; v2's ``poll_run`` does not look again when the time is up."""


def _raising_as_v2(
    poll: Poll, run_id: str, run: str, client: str, polled: list[str], use: Use, style: Style
) -> list[str]:
    """Wait for a run, and let v2 raise what it does."""
    waiting = _assigned(run, f"{client}.poll_run", [run_id, *polled], style)
    details, tab = use("dagster_dbt.cloud_v2.types", "DbtCloudRun"), style.indent
    lines = [waiting]
    if poll.timeout:
        success = f"{use('dagster_dbt.cloud_v2.types', 'DbtCloudJobRunStatusType')}.SUCCESS"
        lines = [
            "try:",
            *(f"{tab}{line}" for line in waiting.split("\n")),
            f"except {use('builtins', 'Exception')}:",
            *(line.format(tab=tab, run=run, client=client, run_id=run_id) for line in _LOOK),
            f"{tab}if {run}[{style.string('status')}] < {success}:",
            f"{tab * 2}raise",
        ]
    return [*lines, f"{details}.from_run_details({run}).raise_for_status()"]


def _raising_as_legacy(
    poll: Poll, run_id: str, run: str, client: str, polled: list[str], use: Use, style: Style
) -> list[str]:
    """Wait for a run, and raise what legacy raises. Source: ``DbtCloudClient.poll_run``."""
    text, tab = style.string, style.indent
    inner = "'" if style.quote == '"' else '"'
    failure, metadata = use("dagster", "Failure"), use("dagster", "MetadataValue")
    success = f"{use('dagster_dbt.cloud_v2.types', 'DbtCloudJobRunStatusType')}.SUCCESS"
    waiting = _assigned(run, f"{client}.poll_run", ["run_id", *polled], style)
    lines = [f"run_id = {run_id}"] if run_id != "run_id" else []
    lines.append(f"page = {{{text('run_page_url')}: {metadata}.url({run}[{text('href')}])}}")
    if poll.timeout:
        told = "Attempted to cancel." if poll.fails is Fails.AS_LEGACY else "It goes on in dbt Cloud."
        late, plain = _late(poll.timeout, told, use, style), use("builtins", "Exception")
        lines += [
            "try:",
            *(f"{tab}{line}" for line in waiting.split("\n")),
            f"except {plain} as error:",
            f"{tab}if {use('builtins', 'type')}(error) is not {plain}:  # a plain one says that the time is up",
            f"{tab * 2}raise",
            *(line.format(tab=tab, run=run, client=client, run_id="run_id") for line in _LOOK),
            f"{tab}if {run}[{text('status')}] < {success}:",
            *([f"{tab * 2}{client}.cancel_run(run_id)"] if poll.fails is Fails.AS_LEGACY else []),
            f"{tab * 2}raise {failure}(",
            f"{tab * 3}{late},",
            f"{tab * 3}metadata=page,",
            f"{tab * 2}) from error",
        ]
    else:
        lines.append(waiting)
    failed = f"{{{run}[{inner}status_message{inner}]}}"
    trigger = [f"include_related=[{text('trigger')}]"] if poll.related else []
    return [
        *lines,
        f"if {run}[{text('status')}] != {success}:",
        f"{tab}{_assigned(run, f'{client}.get_run_details', ['run_id', *trigger], style)}",
        f"{tab}raise {failure}(",
        f"{tab * 2}f{style.quote}Run {{run_id}} failed. Status Message: {failed}{style.quote},",
        f"{tab * 2}metadata={{{text('run_details')}: {metadata}.json({run}), **page}},",
        f"{tab})",
    ]


def _late(timeout: str, told: str, use: Use, style: Style) -> str:
    """What a run that is late raises: before Python 3.12 an f-string holds neither its own quotes nor a backslash."""
    quote, inner = style.quote, "'" if style.quote == '"' else '"'
    begin, after = "Run {run_id} timed out after ", f"{use('datetime', 'timedelta')}(seconds={{}})"
    if inner in timeout or "\\" in timeout or "\n" in timeout:
        return f"f{quote}{begin}{quote} + {use('builtins', 'str')}({after.format(timeout)}) + {quote}. {told}{quote}"
    return f"f{quote}{begin}{{{after.format(timeout.replace(quote, inner))}}}. {told}{quote}"


def _assigned(run: str, function: str, arguments: list[str], style: Style) -> str:
    # Such statements stand in a function: leave room for its indentation.
    before = f"{run} = "
    fields = [render.Field(text) for text in arguments]
    return before + render.call(function, fields, style, before=style.indent + before)
