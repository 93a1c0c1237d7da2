"""Waits for a run to end, and stops it if nobody waits any more (``GET runs/{id}/``, ``POST runs/{id}/cancel/``).

Every end that the caller sees is a success or a ``dagster.Failure`` with the page of the run, its last known status and
what dbt Cloud said. How long trouble is sat out meanwhile: see :mod:`legacy_shim.cloud.patience`.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from dagster import Failure, MetadataValue

from legacy_shim.cloud.failures import DbtCloudFailure, UnexpectedStatus, retold, with_run_page
from legacy_shim.cloud.patience import OutOfTime, patiently, sleep
from legacy_shim.cloud.retry import at_most, seconds_left, within
from legacy_shim.cloud.shapes import id_of
from legacy_shim.cloud.status import DbtCloudRunStatus

if TYPE_CHECKING:
    from legacy_shim.cloud.api import AccountApi

Run = Mapping[str, Any]

_FINAL_RELATIONS = ("job", "trigger", "run_steps")
_LONGEST_LOG = 1500
_LOGS = frozenset({"logs", "debug_logs", "truncated_debug_logs"})
_CANCEL_TRIES = 3


@dataclass
class _Watch:
    """A run that is waited for, and what is known of it so far."""

    client: AccountApi
    run_id: int
    interval: float
    page: str | None
    """Its address in dbt Cloud, once that is known."""
    status: str = "unknown"
    unexpected: DbtCloudFailure | None = None
    """What was wrong with the last answer, if it had a status that is not known."""
    began: float = field(default_factory=time.monotonic)

    @property
    def metadata(self) -> dict[str, Any]:
        """What every failure of this run has."""
        page = self.page or page_of_run(self.client, None, self.run_id)
        return with_run_page({"run_status": MetadataValue.text(self.status)}, page)

    def learn(self, run: Run) -> None:
        """Note where the run is shown, if its details say so."""
        project = run.get("project_id")
        self.page = self.page or page_in(run)
        if not self.page and isinstance(project, int):
            self.page = page_of_run(self.client, project, self.run_id)


def wait_for_run(
    client: AccountApi, run_id: int, interval: float, timeout: float | None, href: object
) -> Run:
    """Poll the run every `interval` seconds and return its details once it has succeeded.

    If it is not over after `timeout` seconds (None or 0: no limit), or the wait is interrupted, it is cancelled,
    once. Raises ``dagster.Failure`` for a run that failed, was cancelled, took too long, or could not be followed.
    """
    watch = _Watch(client, run_id, interval, page_in({"href": href}))
    try:
        with within(timeout) if timeout else nullcontext():
            run, status = _poll_to_the_end(watch)
    except OutOfTime:
        outcome = cancel_quietly(client, run_id)
        if watch.unexpected is not None:
            raise _not_followed(watch, watch.unexpected, outcome) from None
        raise _timed_out(watch, outcome) from None
    except Failure as failure:
        outcome = cancel_quietly(client, run_id)
        raise _not_followed(watch, failure, outcome) from None
    except BaseException:  # includes Dagster's interruption, which is no Exception
        cancel_quietly(client, run_id)
        raise
    if status is DbtCloudRunStatus.SUCCESS:
        return _final_details(watch, run)
    raise _run_failed(watch, run, status)


def page_in(run: Run) -> str | None:
    """Return the page of a run that its details name; None if they name none."""
    href = run.get("href")
    return href if isinstance(href, str) and href.startswith(("https://", "http://")) else None


def page_of_run(client: AccountApi, project_id: object, run_id: int) -> str:
    """Return the page of a run in dbt Cloud; its address in the API where the project is not known."""
    if project_id is None:
        return urljoin(client.api_v2_base_url, f"{client.account_id}/runs/{run_id}/")
    return urljoin(client.host, f"deploy/{client.account_id}/projects/{project_id}/runs/{run_id}/")


def cancel_quietly(client: AccountApi, run_id: int) -> str:
    """Cancel the run. Return what came of it, as a sentence that is in the log too; where that fails, nothing is raised."""
    told = ""
    with at_most(client.transport.patience.cancelling):
        for attempt in range(_CANCEL_TRIES):
            try:
                client.cancel_run(run_id)
                return "It was cancelled."
            except Failure as failure:
                told = failure.description or ""
            status = _status_if_known(client, run_id)
            if status is DbtCloudRunStatus.CANCELLED:
                return "It was cancelled."
            if status is not None and status.is_final:
                return f"It could not be cancelled, since it had ended: {status.text}."
            if attempt + 1 < _CANCEL_TRIES and seconds_left() > 0:
                time.sleep(max(min(client.transport.patience.shortest_pause, seconds_left()), 0.0))
    sentence = f"Run {run_id} could not be cancelled and may go on: {told}"
    client.log.warning(sentence)
    return sentence


def _status_if_known(client: AccountApi, run_id: int) -> DbtCloudRunStatus | None:
    try:
        return DbtCloudRunStatus.of_run(client.get_run(run_id))
    except (Failure, ValueError):
        return None


def _poll_to_the_end(watch: _Watch) -> tuple[Run, DbtCloudRunStatus]:
    client = watch.client
    while True:
        run, status = patiently(client.transport, watch.interval, lambda: _look(watch))
        client.log.info(f"Polled run {watch.run_id}. Status: [{status.text}]")
        if status.is_final:
            return run, status
        sleep(watch.interval)


def _look(watch: _Watch) -> tuple[Run, DbtCloudRunStatus]:
    """Return the details of the run and its status. Raises ``DbtCloudFailure`` where the answer has neither."""
    run = watch.client.get_run(watch.run_id)
    if not isinstance(run, Mapping):
        raise DbtCloudFailure(f"dbt Cloud answered no details of run {watch.run_id}.", passing=True)
    of_whom = id_of(run)
    if of_whom is not None and of_whom != watch.run_id:
        raise DbtCloudFailure(
            f"dbt Cloud answered the details of run {of_whom} for run {watch.run_id}.", passing=True
        )
    told = run.get("status_humanized") or run.get("status")
    if told is None:
        raise DbtCloudFailure(f"dbt Cloud answered run {watch.run_id} without a status.", passing=True)
    watch.learn(run)
    try:
        status = DbtCloudRunStatus.of_run(run)
    except ValueError:
        watch.status = watch.client.transport.excerpt(str(told))
        known = ", ".join(status.text for status in DbtCloudRunStatus)
        watch.unexpected = UnexpectedStatus(
            f"Received unexpected status '{watch.status}', which is none of {known}"
        )
        raise watch.unexpected from None
    watch.unexpected = None
    watch.status = status.text
    return run, status


def _final_details(watch: _Watch, polled: Run) -> Run:
    """Return the details of a run that has succeeded, with all relations if dbt Cloud gives them."""
    client = watch.client

    def ask() -> Run:
        return client.get_run(watch.run_id, include_related=_FINAL_RELATIONS)

    try:
        run = patiently(client.transport, watch.interval, ask, silence=client.transport.patience.refusal)
        if isinstance(run, Mapping) and id_of(run) is not None:
            return run
        said = "dbt Cloud answered without details."
    except DbtCloudFailure as failure:
        said = failure.description or ""
    except OutOfTime:  # only where the caller has bounded more than the wait
        said = "There was no time left to ask."
    client.log.warning(
        f"Run {watch.run_id} has succeeded, but its job, trigger and steps could not be read. {said}"
    )
    return {"id": watch.run_id, "href": watch.page, **polled}


def _timed_out(watch: _Watch, outcome: str) -> DbtCloudFailure:
    seconds = time.monotonic() - watch.began
    return DbtCloudFailure(
        f"Run {watch.run_id} timed out after {timedelta(seconds=round(seconds, 3))}. Attempted to cancel. "
        f"Its last status was {watch.status}. {outcome}",
        metadata=watch.metadata,
    )


def _not_followed(watch: _Watch, failure: Failure, outcome: str) -> Failure:
    """Add to a failure of the wait what became of the run."""
    failure.metadata = {**failure.metadata, **watch.metadata}
    return retold(
        failure,
        f"Run {watch.run_id} could not be followed to its end. {failure.description} "
        f"Its last status was {watch.status}. {outcome}",
    )


def _run_failed(watch: _Watch, polled: Run, status: DbtCloudRunStatus) -> DbtCloudFailure:
    client = watch.client
    try:
        run = client.get_run(watch.run_id, include_related=["trigger", "run_steps"])
    except Failure:  # what is known already says enough
        run = polled
    if not isinstance(run, Mapping):
        run = polled
    cancelled = "\nIt was cancelled in dbt Cloud." if status is DbtCloudRunStatus.CANCELLED else ""
    message = client.transport.excerpt(str(run.get("status_message")), _LONGEST_LOG)
    said = f"Run {watch.run_id} failed. Status Message: {message}{cancelled}"  # legacy's text, then more
    step = _failed_step(run)
    if step:
        name = client.transport.excerpt(str(step.get("name", "unnamed")))
        said += f"\nStep {step.get('index', '?')}, {name}:\n{_end_of_log(client, step)}".rstrip(":\n")
    details = client.transport.redacted_value(_without_logs(run))
    metadata = {"run_details": MetadataValue.json(details), **watch.metadata}
    return DbtCloudFailure(client.transport.redacted(said), metadata=metadata)


def _failed_step(run: Run) -> Run | None:
    steps = run.get("run_steps")
    of_run = steps if isinstance(steps, list) else []
    return next((step for step in of_run if isinstance(step, Mapping) and step.get("status") == 20), None)


def _end_of_log(client: AccountApi, step: Run) -> str:
    log = step.get("logs")
    text = client.transport.redacted(log) if isinstance(log, str) else ""
    lines = [client.transport.excerpt(line) for line in text.splitlines() if line.strip()]
    return "\n".join(lines)[-_LONGEST_LOG:]


def _without_logs(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_logs(inner) for key, inner in value.items() if key not in _LOGS}
    if isinstance(value, list):
        return [_without_logs(inner) for inner in value]
    return value
