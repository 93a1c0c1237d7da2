"""Triggers a job once, also where the answer to the trigger is lost (``POST jobs/{id}/run/`` and ``rerun/``).

dbt Cloud has no idempotency key. So the newest run of the job is noted before the trigger is sent, and where a run may
have started unseen, the job's runs are looked through for one that is newer, that a request like this one triggered, and
that no other call of this process has got as its own. Ids grow, so this holds whatever the clocks say. A run that appears
late is waited for.

If there is one such run, it is taken. If there is none, the trigger is sent again, unless dbt Cloud had said that it
accepted it. If there are several, two triggers of the same job crossed, and only their owners can say whose is whose:
nothing more is started.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

from dagster import Failure, MetadataValue

from legacy_shim.cloud import run_search
from legacy_shim.cloud.failures import DbtCloudFailure
from legacy_shim.cloud.retry import RetryPolicy, Trouble, at_most, within
from legacy_shim.cloud.run_search import Sought, claim, own
from legacy_shim.cloud.shapes import id_of
from legacy_shim.cloud.transport import Request, Transport

_TRIGGER = re.compile(r"/jobs/(?P<job_id>\d+)/(?:re)?run/?(?:\?.*)?$")
_FIRST_LOOK = 4
"""The pause before the first look, as a multiple of the retry delay; it grows from look to look."""
_GROWTH = 1.6
_LONGEST_PAUSE = 5.0  # seconds between two looks
_LOOKOUT = 120
"""How long a run is looked for, as a multiple of the retry delay: 30 s by default, which outlasts a gateway that gave
up on a request dbt Cloud still serves, and a list of runs that lags behind. ``Patience.lookout`` at least."""
_LAST_LOOKS = (0.0, 1.0, 3.0)
"""The pauses in seconds before each look when Dagster is being stopped."""


class Client(run_search.Client, Protocol):
    """What the client of an account must have for a trigger to be sent through it and its run to be found."""

    transport: Transport

    @property
    def log(self) -> logging.Logger: ...

    @property
    def retry_policy(self) -> RetryPolicy: ...

    @property
    def request_timeout(self) -> float: ...

    def cancel_run(self, run_id: int) -> Mapping[str, Any]: ...


@dataclass(frozen=True)
class Looks:
    """What a search for a run came to."""

    found: Sequence[Mapping[str, Any]]
    failed: str | None
    """Why the last look could not be taken; None if it was."""


def job_of_trigger(request: Request) -> int | None:
    """Return the id of the job that `request` triggers; None if it does something else."""
    match = _TRIGGER.search(request.url)
    return int(match["job_id"]) if match and request.method.upper() == "POST" else None


def trigger(client: Client, request: Request, job_id: int) -> Any:
    """Send the trigger `request` for `job_id` and return the details of the one run that it started.

    Raises :class:`DbtCloudFailure` if it was refused, or if it cannot be known what came of it.
    """
    sought = Sought(
        job_id=job_id,
        body=request.data or {},
        newest=run_search.newest_run_id(client, job_id),
        sent_at=time.monotonic(),
        inherits="/rerun" in request.url,
    )

    def recover(trouble: Trouble) -> Any:
        return _look_repeatedly(client, sought, trouble)

    try:
        run = client.transport.send(request, client.retry_policy, recover)
    except Exception:
        raise
    except BaseException:  # Dagster stops this step in the middle of the request
        _stop_what_started(client, sought)
        raise
    run_id = id_of(run)
    assert run_id is not None, "the transport takes nothing else for an answer to a trigger"
    own(client, run_id, run.get("href"))
    return {**run, "id": run_id}


def _look_repeatedly(client: Client, sought: Sought, trouble: Trouble) -> Mapping[str, Any] | None:
    client.log.warning(
        f"The trigger of dbt Cloud job {sought.job_id} has no usable answer; looking for a run that it started. "
        f"{client.transport.redacted(trouble.text)}"
    )
    looks = _search(client, sought, _lookout(client, trouble))
    if len(looks.found) > 1:
        pages = ", ".join(str(run.get("href") or run["id"]) for run in looks.found)
        raise _unknown(client, sought.job_id, f"several runs could be the one that it started: {pages}.")
    if looks.found:
        client.log.warning(
            f"Found run {looks.found[0]['id']}, which is taken for the one that was triggered."
        )
        return looks.found[0]
    if looks.failed is not None:
        raise _unknown(client, sought.job_id, f"dbt Cloud could not be asked for its runs: {looks.failed}")
    if trouble.accepted:
        raise _unknown(
            client, sought.job_id, f"no run of it appeared, though dbt Cloud reported success. {trouble.text}"
        )
    return None


def _search(client: Client, sought: Sought, seconds: float) -> Looks:
    """Look until the run is found or the time is over. One look at least is taken at the end of it."""
    ends = time.monotonic() + seconds
    pause = _FIRST_LOOK * client.retry_policy.delay
    while True:
        time.sleep(max(min(pause, ends - time.monotonic()), 0.0))
        last = time.monotonic() >= ends
        looks = _look(client, sought, max(ends - time.monotonic(), client.request_timeout))
        if looks.found or last:
            return looks
        pause = min(max(pause, 0.01) * _GROWTH, _LONGEST_PAUSE)


def _look(client: Client, sought: Sought, seconds: float) -> Looks:
    try:
        with within(seconds):
            found = run_search.runs_like(client, sought)
    except Failure as failure:
        return Looks([], failure.description)
    if len(found) == 1 and not claim(client, found[0]):
        found = []  # another thread of this process was faster: it is that one's
    return Looks(found, None)


def _lookout(client: Client, trouble: Trouble) -> float:
    seconds = max(client.transport.patience.lookout, _LOOKOUT * client.retry_policy.delay)
    # After a time-out dbt Cloud gets as long again for what it has begun.
    return max(seconds, client.request_timeout) if trouble.timed_out else seconds


def _stop_what_started(client: Client, sought: Sought) -> None:
    with suppress(Exception), at_most(client.transport.patience.stopping):
        for pause in _LAST_LOOKS:
            time.sleep(pause)
            with suppress(Failure):
                found = run_search.runs_like(client, sought)
                if len(found) == 1:
                    client.cancel_run(found[0]["id"])
                if found:
                    return


def _unknown(client: Client, job_id: int, why: str) -> DbtCloudFailure:
    return DbtCloudFailure(
        client.transport.redacted(
            f"The answer to the trigger of dbt Cloud job {job_id} was lost, and {why} The job may be running; it was "
            "not triggered again."
        ),
        metadata={"job_id": MetadataValue.int(job_id)},
    )
