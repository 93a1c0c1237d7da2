"""The legacy client of the dbt Cloud Administrative API (``dagster_dbt.cloud.resources.DbtCloudClient``)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast, overload

from dagster import Failure

from legacy_shim.cloud import polling, run_search
from legacy_shim.cloud.api import AccountApi
from legacy_shim.cloud.artifacts import require_results
from legacy_shim.cloud.failures import DbtCloudConfigurationError, retold, telling_run_page
from legacy_shim.cloud.patience import patiently
from legacy_shim.cloud.status import DbtCloudRunStatus
from legacy_shim.cloud.types import DbtCloudOutput

T = TypeVar("T")

DEFAULT_POLL_INTERVAL = 10
"""Seconds between two looks at a run."""

_DEFAULT_CAUSE = "Triggered via Dagster"


class DbtCloudClient(AccountApi):
    """Methods on the dbt Cloud Administrative API, for one account.

    Takes the token as ``auth_token`` or ``api_token`` (or first), an ``EnvVar`` for any value that is text or a
    number, and times in seconds. ``request_max_retries`` and ``request_retry_delay`` say how often and how soon a
    request is sent again that could not be answered (no connection, 5xx); the delay doubles each time. A 429 is
    waited out for up to six minutes. Nothing is sent before a method is called.

    Methods raise ``dagster.Failure`` with what dbt Cloud said. Source: ``dagster_dbt.cloud.resources``.
    """

    _legacy_name = "DbtCloudClient"

    def get_dbt_client(self) -> DbtCloudClient:
        """Return this client. ``DbtCloudClientResource`` has the same method, so either can stand for the other."""
        return self

    def run_job(self, job_id: int, **kwargs: Any) -> Mapping[str, Any]:
        """Trigger a job and return the details of its run (``POST jobs/{id}/run/``).

        `kwargs` go into the request: ``cause``, ``steps_override``, ``schema_override``, ``git_branch`` and so on.
        Switches the schedule of the job off if it is on and the client is to do so.

        Starts one run, whatever becomes of the answer: see :mod:`legacy_shim.cloud.launch`.

        ``retry_from_failure=True`` continues the last run of the job if that failed, as ``rerun_job`` does; otherwise the
        job runs as usual. A run that continues takes no overrides: it has those of the run that failed.
        """
        if kwargs.pop("retry_from_failure", False) and self._failed_last(job_id):
            return self._continued(job_id, kwargs)
        self._log.info(f"Initializing run for job with job_id={job_id}")
        return self._triggered(job_id, "run", {"cause": _DEFAULT_CAUSE, **kwargs})

    def rerun_job(self, job_id: int) -> Mapping[str, Any]:
        """Run a job again from where its last run failed and return the details of the new run (``POST jobs/{id}/rerun/``).

        dbt Cloud repeats the failed command and those after it, with the overrides of the failed run; of the failed
        command it builds only what is missing. Where the last run did not fail, it is an ordinary run. As safe as
        ``run_job`` where the answer is lost. The legacy API has nothing of the kind.
        """
        self._log.info(f"Initializing rerun from the point of failure for job with job_id={job_id}")
        return self._triggered(job_id, "rerun", {})

    def _triggered(self, job_id: int, what: str, data: Mapping[str, Any]) -> Mapping[str, Any]:
        endpoint = f"{self.account_id}/jobs/{job_id}/{what}/"
        run = cast(Mapping[str, Any], self.make_request("POST", endpoint, data=data))
        page = polling.page_in(run) or polling.page_of_run(self, run.get("project_id"), run["id"])
        try:
            with telling_run_page(page):
                if self._disable_schedule_on_trigger and self._has_schedule(job_id, run):
                    self._log.info("Disabling dbt Cloud job schedule.")
                    self._patiently(lambda: self.update_job(job_id, triggers={"schedule": False}))
                self._log.info(
                    f"Run initialized with run_id={run['id']}. View this run in the dbt Cloud UI: {page}"
                )
        except Failure as failure:  # nobody will learn of this run, so nobody could stop it
            outcome = polling.cancel_quietly(self, run["id"])
            raise retold(
                failure, f"{failure.description} Run {run['id']} had been started. {outcome}"
            ) from None
        except BaseException:
            polling.cancel_quietly(self, run["id"])
            raise
        return run

    def poll_run(
        self,
        run_id: int,
        poll_interval: float = DEFAULT_POLL_INTERVAL,
        poll_timeout: float | None = None,
        href: str | None = None,
    ) -> Mapping[str, Any]:
        """Wait for a run to succeed and return its details, looking every `poll_interval` seconds.

        After `poll_timeout` seconds (None: never), or when Dagster interrupts, the run is cancelled. `href` is its
        page in dbt Cloud, for messages. Raises ``dagster.Failure`` for a run that did not succeed.
        """
        page: object = href
        if page is None and not run_search.is_owned(self, run_id):  # a wrong id shall fail at once
            page = self.get_run(run_id).get("href")
        return polling.wait_for_run(self, run_id, poll_interval, poll_timeout, page)

    @overload
    def run_job_and_poll(
        self,
        job_id: int,
        poll_interval: float = DEFAULT_POLL_INTERVAL,
        poll_timeout: float | None = None,
        **kwargs: Any,
    ) -> DbtCloudOutput: ...

    @overload
    def run_job_and_poll(
        self,
        job_id: int,
        cause: str = _DEFAULT_CAUSE,
        steps_override: list[str] | None = None,
        schema_override: str | None = None,
        poll_interval: float = DEFAULT_POLL_INTERVAL,
        poll_timeout: float | None = None,
        **kwargs: Any,
    ) -> DbtCloudOutput: ...

    def run_job_and_poll(self, job_id: int, *args: Any, **kwargs: Any) -> DbtCloudOutput:
        """Trigger a job, wait for its run to succeed, and return the result.

        What stands behind `job_id` is either ``poll_interval, poll_timeout`` (seconds) or ``cause, steps_override,
        schema_override, poll_interval, poll_timeout``, distinguished by whether it begins with a number or a string. All
        further keywords are those of ``run_job``, ``retry_from_failure=True`` among them. Raises ``dagster.Failure`` as
        ``run_job`` and ``poll_run`` do.
        """
        given = _arguments_of_run(args, kwargs)
        interval = given.pop("poll_interval", None)
        timeout = given.pop("poll_timeout", None)
        run = self.run_job(job_id, **given)
        final = self.poll_run(
            run["id"],
            poll_interval=DEFAULT_POLL_INTERVAL if interval is None else interval,
            poll_timeout=timeout,
            href=run.get("href"),
        )
        output = DbtCloudOutput.of_client(self, final, self._results_or_nothing(run["id"]))
        if output.docs_url:
            self._log.info(f"Docs for this run can be viewed here: {output.docs_url}")
        return output

    def _continued(self, job_id: int, given: Mapping[str, Any]) -> Mapping[str, Any]:
        overrides = sorted(name for name, value in given.items() if name != "cause" and value is not None)
        if overrides:
            raise DbtCloudConfigurationError(
                f"retry_from_failure=True continues the failed run of job {job_id}, which has its own "
                f"overrides. Leave out {', '.join(overrides)}, or retry_from_failure."
            )
        return self.rerun_job(job_id)

    def _failed_last(self, job_id: int) -> bool:
        """Whether the newest run of the job failed. A run that was cancelled did not."""
        newest = self.get_runs(job_id=job_id, order_by="-id", limit=1)
        return bool(newest) and newest[0].get("status") == DbtCloudRunStatus.ERROR.value

    def _patiently(self, ask: Callable[[], T]) -> T:
        """Ask for what a run in progress should not be given up for, if the first answer is a refusal."""
        patience = self.transport.patience
        return patiently(self.transport, patience.shortest_pause, ask, silence=patience.refusal)

    def _has_schedule(self, job_id: int, run: Mapping[str, Any]) -> bool:
        job = run.get("job", {})
        if not isinstance(job, Mapping):  # the answer leaves it out
            job = self._patiently(lambda: self.get_job(job_id))
        triggers = job.get("triggers") if isinstance(job, Mapping) else None
        return isinstance(triggers, Mapping) and bool(triggers.get("schedule", False))

    def _results_or_nothing(self, run_id: int) -> Mapping[str, Any]:
        try:
            return require_results(self.get_run_results(run_id), run_id)
        except Failure as failure:  # commands such as `dbt deps` leave none
            self._log.info(
                f"run_results.json not available for this run. Defaulting to empty value. {failure.description}"
            )
            return {}


def _arguments_of_run(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """Name the positional arguments of ``run_job_and_poll`` by the dialect they are in."""
    documented = bool(args) and isinstance(args[0], str)
    names: tuple[str, ...] = ("poll_interval", "poll_timeout")
    if documented:
        names = ("cause", "steps_override", "schema_override", *names)
    if len(args) > len(names):
        raise TypeError(f"run_job_and_poll() takes {', '.join(('job_id', *names))} by position, and no more.")
    given = dict(zip(names, args, strict=False))
    twice = sorted(given.keys() & kwargs.keys())
    if twice:
        raise TypeError(f"run_job_and_poll() got {', '.join(twice)} twice.")
    optional = ("cause", "steps_override", "schema_override")
    given.update(kwargs)
    return {name: value for name, value in given.items() if value is not None or name not in optional}
