"""The legacy client of the dbt Cloud Administrative API (``dagster_dbt.cloud.resources.DbtCloudClient``)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast, overload

from dagster import Failure

from legacy_shim.cloud import polling
from legacy_shim.cloud.api import AccountApi
from legacy_shim.cloud.failures import telling_run_page
from legacy_shim.cloud.types import DbtCloudOutput

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
        """
        self._log.info(f"Initializing run for job with job_id={job_id}")
        run = cast(
            Mapping[str, Any],
            self.make_request(
                "POST", f"{self.account_id}/jobs/{job_id}/run/", data={"cause": _DEFAULT_CAUSE, **kwargs}
            ),
        )
        page = run.get("href")
        try:
            with telling_run_page(page):
                if self._disable_schedule_on_trigger and self._has_schedule(job_id, run):
                    self._log.info("Disabling dbt Cloud job schedule.")
                    self.update_job(job_id, triggers={"schedule": False})
                self._log.info(
                    f"Run initialized with run_id={run['id']}. View this run in the dbt Cloud UI: {page}"
                )
        except BaseException:  # nobody will learn of this run, so nobody could stop it
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
        page = self.get_run(run_id).get("href") if href is None else href
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
        schema_override, poll_interval, poll_timeout``, told apart by whether it begins with a number or a text. All
        further keywords go into the request. Raises ``dagster.Failure`` as ``run_job`` and ``poll_run`` do.
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

    def _has_schedule(self, job_id: int, run: Mapping[str, Any]) -> bool:
        job = run.get("job", {})
        if job is None:  # the answer leaves it out
            job = self.get_job(job_id)
        return bool((job.get("triggers") or {}).get("schedule", False))

    def _results_or_nothing(self, run_id: int) -> Mapping[str, Any]:
        try:
            return self.get_run_results(run_id)
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
