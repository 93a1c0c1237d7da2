"""The result of a dbt Cloud run (``dagster_dbt.cloud.types``)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast
from urllib.parse import urljoin, urlsplit

from dateutil.parser import isoparse

from legacy_shim.cloud import live_clients
from legacy_shim.cloud.dagster_private import check
from legacy_shim.cloud.failures import DbtCloudFailure, telling_run_page
from legacy_shim.cloud.settings import DBT_DEFAULT_HOST
from legacy_shim.cloud.status import DbtCloudRunStatus
from legacy_shim.cloud.user_calls import building, warn_construction
from legacy_shim.deprecation import warn_use
from legacy_shim.module_access import watch_module

__all__ = ["DbtCloudOutput"]


class DbtCloudOutput:
    """The details of a run and its ``run_results.json``, made by the client's ``run_job_and_poll``.

    Holds what dbt Cloud answered and nothing else, so it can be pickled and stored: neither the token nor the client
    hangs on it. Timestamps are None until their moment has come.
    """

    _host: str | None = None  # also for outputs that an older dagster-dbt has stored

    def __init__(
        self, run_details: Mapping[str, Any], result: Mapping[str, Any], *, dbt_cloud_host: str | None = None
    ):
        warn_construction("DbtCloudOutput", self)
        self._run_details = check.mapping_param(run_details, "run_details", key_type=str)
        self._result = check.mapping_param(result, "result", key_type=str)
        self._host = dbt_cloud_host

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        warn_use("DbtCloudOutput", what="subclass")

    @classmethod
    def of_client(
        cls, client: live_clients.Client, run_details: Mapping[str, Any], result: Mapping[str, Any]
    ) -> DbtCloudOutput:
        """Return the output of a run that `client` has followed, which can fetch its artifacts later."""
        with building():
            output = cls(run_details, result, dbt_cloud_host=client.host)
        live_clients.remember_run(output.run_id, client)
        return output

    def __repr__(self) -> str:
        details = self._run_details
        return (
            f"{type(self).__name__}(job_id={details.get('job_id')}, run_id={details.get('id')}, "
            f"status={details.get('status_humanized')!r})"
        )

    @property
    def result(self) -> Mapping[str, Any]:
        """The content of ``run_results.json``; empty where the last command of the run leaves none."""
        return self._result

    @property
    def run_details(self) -> Mapping[str, Any]:
        """The run as dbt Cloud describes it (``GET runs/{id}/``)."""
        return self._run_details

    @property
    def run_id(self) -> int:
        """The id of the run."""
        return cast(int, self._run_details["id"])

    @property
    def job_id(self) -> int:
        """The id of the job that was run."""
        details = self._run_details
        return cast(int, details["job_id"] if "job_id" in details else details["job_definition_id"])

    @property
    def job_name(self) -> str | None:
        """The name of the job, where the details have the job."""
        job = self._run_details.get("job")
        return job.get("name") if isinstance(job, Mapping) else None

    @property
    def run_status(self) -> DbtCloudRunStatus:
        """The state of the run."""
        return DbtCloudRunStatus.of_run(self._run_details)

    @property
    def is_successful(self) -> bool:
        """Whether the run succeeded."""
        return self.run_status is DbtCloudRunStatus.SUCCESS

    @property
    def docs_url(self) -> str | None:
        """The page of the documentation that the run generated, on the account's own host; None if it did not."""
        job = self._run_details.get("job")
        if not isinstance(job, Mapping) or not job.get("generate_docs"):
            return None
        return urljoin(
            self._host or _host_of_page(self._run_details.get("href")) or DBT_DEFAULT_HOST,
            f"/accounts/{self._run_details.get('account_id')}/runs/{self.run_id}/docs/",
        )

    def get_artifact(self, artifact_name: str) -> Any:
        """Return an artifact of the run, parsed if it is JSON; None if the run has none of this name.

        It is fetched by a client of the account that lives in this process: the one that made this output, or that of
        a resource of the op. Raises ``dagster.Failure`` where there is none.
        """
        if artifact_name == "run_results.json" and self._result:
            return self._result
        client = live_clients.find(
            self.run_id,
            self._run_details.get("account_id"),
            self._host or _host_of_page(self._run_details.get("href")),
        )
        if client is None:
            raise DbtCloudFailure(
                f"{artifact_name} of run {self.run_id} cannot be fetched: no client of its dbt Cloud account lives in "
                "this process, and a stored output has no token. Require the dbt Cloud resource in this op, or fetch "
                "the artifact in the op that ran the job."
            )
        try:
            with telling_run_page(self._run_details.get("href")):
                if artifact_name.endswith(".json"):
                    return client.get_json_artifact(self.run_id, artifact_name)
                return client.get_run_artifact(self.run_id, artifact_name)
        except DbtCloudFailure as failure:
            if failure.status_code == 404:
                return None
            raise

    @property
    def created_at(self) -> datetime | None:
        """When the run was triggered."""
        return self._moment("created_at")

    @property
    def updated_at(self) -> datetime | None:
        """When the run last changed."""
        return self._moment("updated_at")

    @property
    def dequeued_at(self) -> datetime | None:
        """When the run left the queue."""
        return self._moment("dequeued_at")

    @property
    def started_at(self) -> datetime | None:
        """When the run began to work."""
        return self._moment("started_at")

    @property
    def finished_at(self) -> datetime | None:
        """When the run ended."""
        return self._moment("finished_at")

    def _moment(self, key: str) -> datetime | None:
        text = self._run_details[key]
        return isoparse(text) if text else None


def _host_of_page(href: object) -> str | None:
    parts = urlsplit(href) if isinstance(href, str) else None
    return f"{parts.scheme}://{parts.netloc}/" if parts and parts.netloc else None


watch_module(__name__)
