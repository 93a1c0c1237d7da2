"""The scenarios: every kind of fault at every place of the conversation, and products of what lies around them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from zlib import crc32

import faults
from judge import TOKEN, Scenario
from raw_cloud import CANCELLED, ERROR, SUCCESS, Script, Struck

_PLAIN = Script(TOKEN)
_ENDLESS = replace(_PLAIN, looks=None)
_LOST = {name: faults.UNKNOWN[name] for name in ("closed", "reset", "cut in the body", "502", "504", "500")}
_LOST |= {name: faults.WRONG_SHAPE[name] for name in ("204", "null", "HTML")}
_HOUR = 3600.0
_LATE = 0.08  # seconds; the client looks for three times as long


def _struck(place: str, fault: str, *, acts: bool, times: int | None = 1, skip: int = 0) -> Struck:
    return Struck(place, faults.ALL[fault], acts, times, skip)


def triggers() -> Iterator[Scenario]:
    """The answer to the trigger is lost, and the run started or did not."""
    for fault in faults.ALL:
        refused = fault in faults.REFUSALS
        if not refused:
            script = replace(_PLAIN, struck=(_struck("trigger", fault, acts=True),))
            yield Scenario(f"trigger started, {fault}", script, ends="success")
        script = replace(_PLAIN, struck=(_struck("trigger", fault, acts=False),))
        yield Scenario(f"trigger not started, {fault}", script, page=False)


def clocks() -> Iterator[Scenario]:
    """The same where the clocks differ and the run appears late: only ids can tell."""
    differences = (-_HOUR, -10.0, 4.0, 60.0, _HOUR, 86400.0)
    dates_and_delays = (("own", 0.0), ("true", _LATE), ("none", _LATE))
    for (name, fault), behind, (date, late) in itertools.product(
        _LOST.items(), differences, dates_and_delays
    ):
        struck = (Struck("trigger", fault, acts=True),)
        script = replace(_PLAIN, struck=struck, behind=behind, date=date, late=late)
        yield Scenario(
            f"clock {behind:.0f} s behind, Date {date}, {late} s late, {name}", script, ends="success"
        )


def looks() -> Iterator[Scenario]:
    """And one of the looks for the run, or the one before the trigger, fails too."""
    for fault in faults.ALL:
        lost = Struck("trigger", faults.NO_ANSWER["closed"], acts=True)
        after = _struck("list", fault, acts=True, skip=1)
        yield Scenario(f"look, {fault}", replace(_PLAIN, struck=(lost, after)), ends="success")
        before = _struck("list", fault, acts=True, times=2)
        yield Scenario(f"look before, {fault}", replace(_PLAIN, struck=(lost, before)), ends="success")


def polls() -> Iterator[Scenario]:
    """dbt Cloud misbehaves once, or from then on, while the run goes on."""
    for fault in faults.ALL:
        once = replace(_PLAIN, struck=(_struck("poll", fault, acts=False, skip=1),))
        yield Scenario(f"poll once, {fault}", once, ends="success")
    for fault in {**faults.QUICK, **faults.REFUSALS}:
        if fault.startswith("id "):
            continue  # an answer that says nothing of whose status it is, is taken for that of the run
        always = replace(_ENDLESS, struck=(_struck("poll", fault, acts=False, times=None, skip=1),))
        yield Scenario(f"poll for ever, {fault}", always, ends="failure")
    for fault in faults.SLOW:
        always = replace(_ENDLESS, struck=(_struck("poll", fault, acts=False, times=None, skip=1),))
        yield Scenario(f"poll for ever with a limit, {fault}", always, ends="failure", poll_timeout=1.0)


def after_the_run() -> Iterator[Scenario]:
    """The run has succeeded, and its details or its results cannot be read."""
    for place, times in itertools.product(("details", "artifact"), (1, None)):
        for fault in {**faults.QUICK, **faults.REFUSALS}:
            if place == "details" and fault.startswith("id ") and times is None:
                continue
            script = replace(_PLAIN, struck=(_struck(place, fault, acts=False, times=times),))
            yield Scenario(f"{place} {'once' if times else 'for ever'}, {fault}", script, ends="success")


def schedules() -> Iterator[Scenario]:
    """The job's own schedule is to be switched off while the run has started."""
    for place, fault in itertools.product(("job", "update"), {**faults.QUICK, **faults.REFUSALS}):
        if fault.startswith(("id ", "data a list")):
            continue
        script = replace(_PLAIN, schedule=True, struck=(_struck(place, fault, acts=False),))
        yield Scenario(f"schedule, {place}, {fault}", script)


def cancels() -> Iterator[Scenario]:
    """The time limit is over, and the answer to the cancel is lost."""
    for fault in faults.ALL:
        script = replace(_ENDLESS, struck=(_struck("cancel", fault, acts=False),))
        lie = fault in ("data an empty object", *(name for name in faults.ALL if name.startswith("id ")))
        yield Scenario(
            f"cancel, {fault}", script, ends="failure", says="timed out", poll_timeout=0.03, stop=not lie
        )
        script = replace(_ENDLESS, struck=(_struck("cancel", fault, acts=True, times=None),))
        yield Scenario(f"cancelled, {fault} for ever", script, ends="failure", poll_timeout=0.03)


def details() -> Iterator[Scenario]:
    """What dbt Cloud tells of a run is not of the kind that it should be."""
    strange: tuple[object, ...] = (None, 5, "text", [], {}, [[]], True, [None])
    fields = (
        "job",
        "trigger",
        "run_steps",
        "href",
        "account_id",
        "project_id",
        "created_at",
        "status_message",
    )
    for field, value, end in itertools.product(fields, strange, (SUCCESS, ERROR)):
        answer = faults.with_field(field, value)
        struck = tuple(Struck(place, answer, True, None) for place in ("trigger", "poll", "details"))
        yield Scenario(
            f"{field} is {value!r} in a run that ends {end}",
            replace(_PLAIN, struck=struck, ends=end),
            ends="success" if end == SUCCESS else "failure",
        )
    for value in (None, {}, [], [3], 3.5, -3, "3", "running", 2**70, {"a": 1}, True):
        names = ("status", "status_humanized")
        struck = tuple(Struck("poll", faults.with_field(name, value), True, 1, 1) for name in names)
        yield Scenario(
            f"status is {value!r} once", replace(_PLAIN, struck=struck[:1], looks=3), ends="success"
        )
        yield Scenario(
            f"status_humanized is {value!r} once", replace(_PLAIN, struck=struck[1:], looks=3), ends="success"
        )


def waits() -> Iterator[Scenario]:
    """Retry-After in its legal and illegal forms, where a refused request is sent again."""
    forms = (
        "0",
        "00",
        "0.0",
        "1e0",
        "-1",
        "+0",
        "abc",
        "",
        " ",
        "0, 0",
        "0x0",
        "inf",
        "nan",
        "1_0",
        "9" * 400,
    )
    forms += ("99999", "Wed, 21 Oct 2015 07:28:00 GMT", "Wednesday, 21-Oct-15 07:28:00 GMT")
    forms += (
        "Wed Oct 21 07:28:00 2015",
        "Wed, 21 Oct 9999 07:28:00 GMT",
        "Wed, 99 Foo 2015",
        "21 Oct",
        "-5.5",
        "½",
    )
    for form, place, status in itertools.product(forms, ("trigger", "poll"), (429, 503)):
        struck = Struck(place, faults.retry_after(form, status), acts=False)
        yield Scenario(
            f"Retry-After {form[:40]!r}, {place}, {status}", replace(_PLAIN, struck=(struck,)), page=False
        )


def tokens() -> Iterator[Scenario]:
    """dbt Cloud, or what stands before it, repeats the token, wherever a message is cut."""
    contents = {
        "text": "{pad} {token} and more",
        "cut text": "{pad} {token}",
        "JSON": '{{"status": {{"user_message": "{pad} {token}"}}}}',
        "data": '{{"data": {{"said": "{pad} {token}"}}}}',
        "title": "<html><title>{pad} {token}</title></html>",
    }
    for (kind, content), pad, place in itertools.product(
        contents.items(), (0, 300, 370, 385, 395, 399, 500), ("trigger", "poll", "artifact")
    ):
        said = content.format(pad="x" * pad, token="{token}")
        struck = Struck(place, faults.telling(200 if kind == "data" else 400, said), acts=False, times=None)
        yield Scenario(
            f"token in {kind} after {pad}, {place}",
            replace(_ENDLESS if place == "poll" else _PLAIN, struck=(struck,)),
        )
    for cut in range(9, len(TOKEN), 4):
        struck = Struck("trigger", faults.telling(400, f"your token {TOKEN[:cut]}"), acts=False)
        yield Scenario(f"token cut after {cut} by dbt Cloud", replace(_PLAIN, struck=(struck,)))


def ends() -> Iterator[Scenario]:
    """However a run ends, the user sees it."""
    messages = (None, "", "Line one\nline two", "x" * 5000, f"token {TOKEN}", "ü€\0\x1b[31m")
    for status, message in itertools.product((ERROR, CANCELLED), messages):
        script = replace(_PLAIN, ends=status, message=message)
        says = {"Line one\nline two": "Line one", "x" * 5000: "x" * 300}.get(message or "", "1003")
        yield Scenario(f"run ends {status}, {str(message)[:12]!r}", script, ends="failure", says=says)
    for humanized in ("Paused", "Skipped", "", "🙂", "10", "success"):
        script = replace(_PLAIN, ends=SUCCESS, humanized=humanized, looks=0)
        yield Scenario(f"run ends with the status {humanized!r}", script, stop=False)


def sample() -> list[Scenario]:
    """About half of all scenarios, always the same ones, spread evenly over their kinds."""
    return [scenario for scenario in everything() if crc32(scenario.name.encode()) % 2]


def everything() -> list[Scenario]:
    """All scenarios."""
    groups = (triggers, clocks, looks, polls, after_the_run, schedules, cancels, details, waits, tokens, ends)
    return list(itertools.chain.from_iterable(group() for group in groups))
