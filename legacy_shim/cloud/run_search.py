"""Finds the run that a trigger started, among the runs of its job (``GET runs/``, ``GET runs/{id}/``)."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, Protocol
from urllib.parse import urlencode

from dateutil.parser import isoparse

from legacy_shim.cloud.failures import DbtCloudFailure
from legacy_shim.cloud.retry import RetryPolicy, within
from legacy_shim.cloud.shapes import id_of
from legacy_shim.cloud.transport import Request, Transport

_NEWEST = 5  # runs to take the newest of; where dbt Cloud sorts as it is asked to, one would do
_FIRST_LOOK = RetryPolicy(max_retries=1, delay=0.0)
_LONGEST_FIRST_LOOK = 10.0  # seconds
_LOOKED_THROUGH = 30
_CLOCK_TOLERANCE = timedelta(seconds=3)  # HTTP dates have whole seconds, and answers take a while
_TELLING = ("steps_override", "schema_override")
"""What a run has only if its trigger asked for it."""
_LEAST_OF_CUT = 100  # characters of a string that was cut to the width of a column

_owned: dict[tuple[str, int], object] = {}
"""The runs that calls of this process got as their own, so that no other call takes them, with their pages."""
_lock = threading.Lock()


class Client(Protocol):
    """What the client of an account must have for the runs of its jobs to be searched."""

    transport: Transport

    @property
    def host(self) -> str: ...

    @property
    def account_id(self) -> int: ...

    @property
    def api_v2_base_url(self) -> str: ...

    def get_runs(
        self, *, job_id: int | None, order_by: str | None, limit: int
    ) -> Sequence[Mapping[str, object]]: ...

    def get_run(self, run_id: int, include_related: Sequence[str] | None) -> Mapping[str, Any]: ...


@dataclass(frozen=True)
class Sought:
    """The run that a trigger started, as far as it is known before it is found."""

    job_id: int
    body: Mapping[str, Any]
    """What was sent with the trigger."""
    newest: int | None
    """The id of the newest run of the job before the trigger; 0 if it had none, None if dbt Cloud did not say."""
    sent_at: float
    """When the trigger was sent for the first time, by ``time.monotonic``."""
    inherits: bool = False
    """Whether the run takes its overrides from the run that it continues."""


def newest_run_id(client: Client, job_id: int) -> int | None:
    """Return the id of the newest run of a job, 0 if it has none; None if dbt Cloud cannot be asked right now."""
    query = urlencode({"job_definition_id": job_id, "order_by": "-id", "limit": _NEWEST})
    request = Request("GET", f"{client.api_v2_base_url}{client.account_id}/runs/?{query}")
    try:
        with within(_LONGEST_FIRST_LOOK):
            runs = client.transport.send(request, _FIRST_LOOK)
    except DbtCloudFailure:  # the trigger itself will show whether dbt Cloud can be reached
        return None
    ids = [
        id_of(run) for run in runs if str(run.get("job_definition_id") or run.get("job_id")) == str(job_id)
    ]
    known = [run_id for run_id in ids if run_id is not None]
    return (
        max(known, default=0) if len(known) == len(runs) else None
    )  # else the list is not what was asked for


def runs_like(client: Client, sought: Sought) -> list[Mapping[str, Any]]:
    """Return the runs of the job that are new, that a request like this one triggered, and that are nobody's."""
    listed: Any = client.get_runs(job_id=sought.job_id, order_by="-id", limit=_LOOKED_THROUGH)
    detailed = [
        {**client.get_run(run_id, include_related=["trigger", "job"]), "id": run_id}
        for run_id in _new_ids(client, listed, sought)
        if not is_owned(client, run_id)
    ]
    return [run for run in detailed if _is_of_job(run, sought.job_id) and _is_triggered_like(run, sought)]


def own(client: Client, run_id: int, page: object) -> None:
    """Note that a call of this process has this run as its own."""
    with _lock:
        _owned[client.host, run_id] = page


def claim(client: Client, run: Mapping[str, Any]) -> bool:
    """Take a run that was found as one's own. False if another call of this process has it."""
    with _lock:
        key = (client.host, run["id"])
        if key in _owned:
            return False
        _owned[key] = run.get("href")
        return True


def is_owned(client: Client, run_id: int) -> bool:
    """Whether a call of this process has this run as its own."""
    with _lock:
        return (client.host, run_id) in _owned


def _new_ids(client: Client, runs: Sequence[Mapping[str, Any]], sought: Sought) -> list[int]:
    """Return the ids of the runs that came after the newest that was known, or where none was, by the clock."""
    by_id = {run_id: run for run in runs if (run_id := id_of(run)) is not None}
    newer = [run_id for run_id in by_id if run_id > (sought.newest or 0)]
    if sought.newest:
        return newer
    # By dbt Cloud's own clock, which its last answer has set: this one.
    since = client.transport.server_now() - timedelta(seconds=monotonic() - sought.sent_at) - _CLOCK_TOLERANCE
    recent = [run_id for run_id in newer if _created_since(by_id[run_id], since)]
    first_ever = sought.newest == 0 and len(newer) == 1  # whose time need not be looked at
    return newer if first_ever else recent


def _created_since(run: Mapping[str, Any], since: datetime) -> bool:
    try:
        moment = isoparse(str(run.get("created_at")))
    except ValueError:
        return True
    return moment >= (since if moment.tzinfo else since.replace(tzinfo=None))


def _is_of_job(run: Mapping[str, Any], job_id: int) -> bool:
    """Whether it is a run of this job, should the list not have been filtered."""
    found = run.get("job_definition_id") or run.get("job_id")
    return found is None or str(found) == str(job_id)


def _is_triggered_like(run: Mapping[str, Any], sought: Sought) -> bool:
    body = sought.body
    cause = run.get("trigger")
    if not isinstance(cause, Mapping):
        return True
    if not sought.inherits and any(cause.get(name) and not body.get(name) for name in _TELLING):
        return False
    return all(_is_same(cause[key], value) for key, value in body.items() if key in cause)


def _is_same(told: Any, sent: Any) -> bool:
    """Whether dbt Cloud shows what it was sent. It may trim a string, cut it, or write a number as one."""
    if isinstance(sent, (list, tuple)) and isinstance(told, (list, tuple)):
        return len(told) == len(sent) and all(map(_is_same, told, sent))
    one, other = str(told).strip(), str(sent).strip()
    return one == other or (len(one) >= _LEAST_OF_CUT and other.startswith(one.rstrip("…. ")))
