"""Triggers a job once, also where the answer to the trigger is lost (``POST jobs/{id}/run/``).

dbt Cloud has no idempotency key. So where a run may have started unseen, its runs are looked through for one that
was created since, by a request like this one, and that no other call of this process has got as its own. If there
is one, it is taken; if there is none, the trigger is sent again; if there are several, two triggers of the same job
crossed and it takes a person to tell whose is whose: nothing more is started.
"""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Protocol

from dagster import Failure, MetadataValue
from dateutil.parser import isoparse

from legacy_shim.cloud.failures import DbtCloudFailure
from legacy_shim.cloud.retry import RetryPolicy, Trouble, at_most
from legacy_shim.cloud.transport import Request, Transport

_TRIGGER = re.compile(r"/jobs/(?P<job_id>\d+)/run/?(?:\?.*)?$")
_CLOCK_TOLERANCE = timedelta(seconds=3)  # HTTP dates have whole seconds, and answers take a while
_LOOKS = (4, 12, 24)
"""The pauses before each look, as multiples of the retry delay: a gateway may give up on a request that dbt Cloud
still serves."""
_LOOKS_AFTER_TIMEOUT = (0.1, 0.3, 0.6)
"""The same after a time-out, as parts of it: dbt Cloud gets as long again for what it has begun."""
_LAST_LOOKS = (0.0, 1.0, 3.0)
"""The same in seconds, when Dagster is being stopped."""
_LOOKED_THROUGH = 30
_LAST_LOOK = 20.0  # seconds for finding and stopping a run when Dagster is being stopped

_owned: set[tuple[str, int]] = set()
"""The runs that calls of this process got as their own, so that no other call takes them."""
_lock = threading.Lock()


class Client(Protocol):
    """What the client of an account must have for a trigger to be sent through it and its run to be found."""

    transport: Transport

    @property
    def host(self) -> str: ...

    @property
    def log(self) -> logging.Logger: ...

    @property
    def retry_policy(self) -> RetryPolicy: ...

    @property
    def request_timeout(self) -> float: ...

    def get_runs(
        self, *, job_id: int | None, order_by: str | None, limit: int
    ) -> Sequence[Mapping[str, object]]: ...

    def get_run(self, run_id: int, include_related: Sequence[str] | None) -> Mapping[str, Any]: ...

    def cancel_run(self, run_id: int) -> Mapping[str, Any]: ...


def job_of_trigger(request: Request) -> int | None:
    """Return the id of the job that `request` triggers; None if it does something else."""
    match = _TRIGGER.search(request.url)
    return int(match["job_id"]) if match and request.method.upper() == "POST" else None


def trigger(client: Client, request: Request, job_id: int) -> Any:
    """Send the trigger `request` for `job_id` and return the details of the one run that it started.

    Raises :class:`DbtCloudFailure` if it was refused, or if it cannot be known what came of it.
    """
    body = request.data or {}
    began = client.transport.server_now()

    def recover(trouble: Trouble, sent_at: datetime) -> Any:
        return _look_repeatedly(client, job_id, body, sent_at, trouble)

    try:
        run = client.transport.send(request, client.retry_policy, recover)
    except Exception:
        raise
    except BaseException:  # Dagster stops this step in the middle of the request
        _stop_what_started(client, job_id, body, began)
        raise
    if isinstance(run, Mapping) and isinstance(run.get("id"), int):
        _own(client, run["id"])
    return run


def _look_repeatedly(
    client: Client, job_id: int, body: Mapping[str, Any], since: datetime, trouble: Trouble
) -> Mapping[str, Any] | None:
    client.log.warning(
        f"The answer to the trigger of dbt Cloud job {job_id} was lost; looking for a run that it started. "
        f"{client.transport.redacted(trouble.text)}"
    )
    for pause in _pauses(client, trouble):
        time.sleep(pause)
        try:
            found = _runs_like(client, job_id, body, since)
        except Failure as failure:
            raise _unknown(
                client, job_id, f"dbt Cloud could not be asked for its runs: {failure.description}"
            ) from None
        if len(found) > 1:
            pages = ", ".join(str(run.get("href") or run["id"]) for run in found)
            raise _unknown(client, job_id, f"several runs could be the one that it started: {pages}.")
        if found:
            client.log.warning(f"Found run {found[0]['id']}, which is taken for the one that was triggered.")
            return found[0]
    return None


def _pauses(client: Client, trouble: Trouble) -> list[float]:
    regular = [multiple * client.retry_policy.delay for multiple in _LOOKS]
    if not trouble.timed_out:
        return regular
    return [
        max(pause, part * client.request_timeout)
        for pause, part in zip(regular, _LOOKS_AFTER_TIMEOUT, strict=True)
    ]


def _runs_like(
    client: Client, job_id: int, body: Mapping[str, Any], since: datetime
) -> list[Mapping[str, Any]]:
    """Return the runs of the job that were created since and triggered with `body`, and are nobody's."""
    newest: Any = client.get_runs(job_id=job_id, order_by="-id", limit=_LOOKED_THROUGH)
    recent = [
        run for run in newest if _created_since(run, since - _CLOCK_TOLERANCE) and not _is_owned(client, run)
    ]
    detailed = (client.get_run(run["id"], include_related=["trigger", "job"]) for run in recent)
    return [run for run in detailed if _triggered_with(run, body)]


def _created_since(run: Mapping[str, Any], since: datetime) -> bool:
    created = run.get("created_at")
    if not isinstance(created, str):
        return True
    moment = isoparse(created)
    return moment >= (since if moment.tzinfo else since.replace(tzinfo=None))


def _triggered_with(run: Mapping[str, Any], body: Mapping[str, Any]) -> bool:
    cause = run.get("trigger")
    if not isinstance(cause, Mapping):
        return True
    return all(cause[key] == value for key, value in body.items() if key in cause)


def _stop_what_started(client: Client, job_id: int, body: Mapping[str, Any], since: datetime) -> None:
    with suppress(Exception), at_most(_LAST_LOOK):
        for pause in _LAST_LOOKS:
            time.sleep(pause)
            found = _runs_like(client, job_id, body, since)
            if len(found) == 1:
                client.cancel_run(found[0]["id"])
            if found:
                return


def _own(client: Client, run_id: int) -> None:
    with _lock:
        _owned.add((client.host, run_id))


def _is_owned(client: Client, run: Mapping[str, Any]) -> bool:
    with _lock:
        return (client.host, run.get("id")) in _owned


def _unknown(client: Client, job_id: int, why: str) -> DbtCloudFailure:
    return DbtCloudFailure(
        client.transport.redacted(
            f"The answer to the trigger of dbt Cloud job {job_id} was lost, and {why} The job may be running; it was "
            "not triggered again."
        ),
        metadata={"job_id": MetadataValue.int(job_id)},
    )
