"""The clients that are driven: the facade's, and the two of dagster-dbt."""

from __future__ import annotations

import importlib
import logging
from typing import Any

from judge import Scenario
from raw_cloud import ACCOUNT, JOB

from legacy_shim.cloud.patience import Patience
from legacy_shim.cloud.resources import DbtCloudResource
from legacy_shim.cloud.retry import RetryPolicy

REQUEST_TIMEOUT = 0.5  # seconds
_PAUSE = 0.002
_INTERVAL = 0.005
_PATIENCE = Patience(
    silence=0.25,
    refusal=0.05,
    shortest_pause=0.005,
    longest_pause=0.02,
    lookout=0.24,
    cancelling=5.0,
    stopping=2.0,
)
"""Hundredths of what the client waits ordinarily, or less."""


class _Quick(DbtCloudResource):
    @property
    def retry_policy(self) -> RetryPolicy:
        return RetryPolicy(
            max_retries=2, delay=_PAUSE, limit_delay=0.01, limit_longest_delay=0.02, patience=2.5
        )


def facade(url: str, log: logging.Logger, scenario: Scenario) -> Any:
    """Drive the facade."""
    client = _Quick(
        scenario.script.token, ACCOUNT, dbt_cloud_host=url, log=log, request_timeout=REQUEST_TIMEOUT
    )
    client.transport.patience = _PATIENCE
    return client.run_job_and_poll(JOB, poll_interval=_INTERVAL, poll_timeout=scenario.poll_timeout)


def upstream(url: str, log: logging.Logger, scenario: Scenario) -> Any:
    """Drive the legacy client of dagster-dbt, which has no limit for a request."""
    resources = importlib.import_module("dagster_dbt.cloud.resources")
    client = resources.DbtCloudClient(
        scenario.script.token,
        ACCOUNT,
        request_max_retries=2,
        request_retry_delay=_PAUSE,
        dbt_cloud_host=url,
        log=log,
    )
    return client.run_job_and_poll(JOB, poll_interval=_INTERVAL, poll_timeout=scenario.poll_timeout)


def v2(url: str, log: logging.Logger, scenario: Scenario) -> Any:
    """Drive the client of ``dagster_dbt.cloud_v2``, with its own number of retries, relative to its pauses."""
    return _v2(url, log, scenario, retries=2)


def v2_without_retries(url: str, log: logging.Logger, scenario: Scenario) -> Any:
    """The same with ``request_max_retries=0``, which keeps it from triggering twice."""
    return _v2(url, log, scenario, retries=0)


def _v2(url: str, log: logging.Logger, scenario: Scenario, retries: int) -> Any:
    """Do what v2's assets do: trigger, wait, fetch the results, raise if the run failed."""
    module = importlib.import_module("dagster_dbt.cloud_v2.client")
    types = importlib.import_module("dagster_dbt.cloud_v2.types")

    class Client(module.DbtCloudWorkspaceClient):  # type: ignore[misc, name-defined]
        @property
        def _log(self) -> logging.Logger:
            return log

    client = Client(
        account_id=ACCOUNT,
        token=scenario.script.token,
        access_url=url,
        request_max_retries=retries,
        request_retry_delay=_PAUSE,
        request_timeout=1,
    )
    run_id = client.trigger_job_run(JOB)["id"]
    run = client.poll_run(run_id, poll_interval=_INTERVAL, poll_timeout=scenario.poll_timeout or 1.0)
    client.get_run_results_json(run_id)
    types.DbtCloudRun.from_run_details(run_details=run).raise_for_status()
    return run
