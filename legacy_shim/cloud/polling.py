"""Waits for a run to end, and stops it if nobody waits any more (``GET runs/{id}/``, ``POST runs/{id}/cancel/``)."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from dagster import Failure, MetadataValue
from dagster import _check as check

from legacy_shim.cloud.answers import shorten
from legacy_shim.cloud.failures import DbtCloudFailure, telling_run_page, with_run_page
from legacy_shim.cloud.retry import at_most, seconds_left, within
from legacy_shim.cloud.status import DbtCloudRunStatus

if TYPE_CHECKING:
    from legacy_shim.cloud.api import AccountApi

T = TypeVar("T")
Run = Mapping[str, Any]

_SILENCE = 600.0  # seconds for which dbt Cloud may be out of reach while its run goes on
_FINAL_RELATIONS = ("job", "trigger", "run_steps")
_CANCEL_TIME = 30.0  # seconds; Dagster kills a step that takes long to stop
_LONGEST_LOG = 1500
_LOGS = frozenset({"logs", "debug_logs", "truncated_debug_logs"})


def wait_for_run(
    client: AccountApi, run_id: int, interval: float, timeout: float | None, href: str | None
) -> Run:
    """Poll the run every `interval` seconds and return its details once it has succeeded.

    If it is not over after `timeout` seconds (None or 0: no limit), or the wait is interrupted, it is cancelled,
    once. Times in which dbt Cloud cannot be reached are sat out. Raises ``dagster.Failure`` for a run that failed,
    was cancelled or took too long, and ``CheckError`` for a status that dbt Cloud does not have.
    """
    began = time.monotonic()
    try:
        with telling_run_page(href), within(timeout) if timeout else nullcontext():
            run, status = _poll_to_the_end(client, run_id, interval)
    except _OutOfTime:
        cancel_quietly(client, run_id)
        raise _timed_out(run_id, time.monotonic() - began, href) from None
    except BaseException:  # includes Dagster's interruption, which is no Exception
        cancel_quietly(client, run_id)
        raise
    if status is DbtCloudRunStatus.SUCCESS:
        with telling_run_page(href):
            return _patiently(
                client, interval, lambda: client.get_run(run_id, include_related=_FINAL_RELATIONS)
            )
    raise _run_failed(client, run_id, run, status, href)


def cancel_quietly(client: AccountApi, run_id: int) -> None:
    """Cancel the run; where that fails too, say so in the log and let the first error stand."""
    try:
        with at_most(_CANCEL_TIME):
            client.cancel_run(run_id)
    except Failure as failure:
        client.log.warning(f"Run {run_id} could not be cancelled and may go on: {failure.description}")


class _OutOfTime(Exception):
    pass


def _poll_to_the_end(client: AccountApi, run_id: int, interval: float) -> tuple[Run, DbtCloudRunStatus]:
    while True:
        run = _patiently(client, interval, lambda: client.get_run(run_id))
        status = _status_of(run)
        client.log.info(f"Polled run {run_id}. Status: [{status}]")
        if status.is_final:
            return run, status
        _sleep(interval)


def _patiently(client: AccountApi, interval: float, ask: Callable[[], T]) -> T:
    """Return what `ask` returns, however often it fails, unless it fails for good or for too long."""
    silent_since = time.monotonic()
    while True:
        try:
            return ask()
        except DbtCloudFailure as failure:
            if seconds_left() <= 0:
                raise _OutOfTime from None
            if not failure.passing or time.monotonic() - silent_since > _SILENCE:
                raise
            client.log.warning(
                f"dbt Cloud cannot be asked at the moment; its run goes on. {failure.description}"
            )
        _sleep(interval)


def _sleep(interval: float) -> None:
    left = seconds_left()
    if left <= 0:
        raise _OutOfTime
    time.sleep(max(min(interval, left), 0.0))


def _status_of(run: Run) -> DbtCloudRunStatus:
    try:
        return DbtCloudRunStatus.of_run(run)
    except ValueError:
        told = run.get("status_humanized") or run.get("status")
        check.failed(
            f"Received unexpected status '{told}', which is none of "
            f"{', '.join(str.__str__(status) for status in DbtCloudRunStatus)}"
        )


def _timed_out(run_id: int, seconds: float, href: str | None) -> DbtCloudFailure:
    return DbtCloudFailure(
        f"Run {run_id} timed out after {timedelta(seconds=round(seconds, 3))}. Attempted to cancel.",
        metadata=with_run_page({}, href),
    )


def _run_failed(
    client: AccountApi, run_id: int, polled: Run, status: DbtCloudRunStatus, href: str | None
) -> DbtCloudFailure:
    try:
        run = client.get_run(run_id, include_related=["trigger", "run_steps"])
    except Failure:  # what is known already says enough
        run = polled
    cancelled = " It was cancelled in dbt Cloud." if status is DbtCloudRunStatus.CANCELLED else ""
    said = f"Run {run_id} failed.{cancelled} Status Message: {run.get('status_message')}"
    step = _failed_step(run)
    if step:
        said += (
            f"\nStep {step.get('index', '?')}, {step.get('name', 'unnamed')}:\n{_end_of_log(step)}".rstrip(
                ":\n"
            )
        )
    details = client.transport.redacted(json.dumps(_without_logs(run)))
    metadata = {"run_details": MetadataValue.json(json.loads(details))}
    return DbtCloudFailure(
        client.transport.redacted(said), metadata=with_run_page(metadata, href or run.get("href"))
    )


def _failed_step(run: Run) -> Run | None:
    steps = run.get("run_steps") or []
    return next((step for step in steps if isinstance(step, Mapping) and step.get("status") == 20), None)


def _end_of_log(step: Run) -> str:
    log = step.get("logs")
    lines = [shorten(line) for line in log.splitlines() if line.strip()] if isinstance(log, str) else []
    return "\n".join(lines)[-_LONGEST_LOG:]


def _without_logs(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_logs(inner) for key, inner in value.items() if key not in _LOGS}
    if isinstance(value, list):
        return [_without_logs(inner) for inner in value]
    return value
