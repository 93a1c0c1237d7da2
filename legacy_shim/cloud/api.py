"""The calls of the dbt Cloud Administrative API that ask for one thing and answer it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NoReturn, cast
from urllib.parse import urlencode, urljoin

from dagster import get_dagster_logger

from legacy_shim.cloud import launch, live_clients
from legacy_shim.cloud.failures import DbtCloudFailure
from legacy_shim.cloud.retry import RetryPolicy
from legacy_shim.cloud.settings import (
    DBT_DEFAULT_HOST,
    DEFAULT_REQUEST_TIMEOUT,
    account_of,
    hidden,
    host_of,
    is_env_var,
    one_token,
    reject_unknown,
    require_account,
    token_of,
    value_of,
)
from legacy_shim.cloud.transport import Request, Transport
from legacy_shim.cloud.user_calls import warn_construction
from legacy_shim.deprecation import warn_use
from legacy_shim.json_text import JsonError

DBT_API_V2_PATH = "api/v2/accounts/"
DBT_API_V3_PATH = "api/v3/accounts/"

_PAGE = 100  # the most that dbt Cloud lists at once
_ARGUMENTS = (
    *("auth_token (or api_token)", "account_id", "disable_schedule_on_trigger", "request_max_retries"),
    *("request_retry_delay", "dbt_cloud_host", "log", "log_requests", "request_timeout"),
)


class AccountApi:
    """The account and the connection of a client, and the calls that need nothing else."""

    _legacy_name: str

    def __init__(
        self,
        auth_token: Any = None,
        account_id: Any = None,
        disable_schedule_on_trigger: bool = True,
        request_max_retries: int = 3,
        request_retry_delay: float = 0.25,
        dbt_cloud_host: str = DBT_DEFAULT_HOST,
        log: logging.Logger | None = None,
        log_requests: bool = False,
        *,
        api_token: Any = None,
        request_timeout: float = DEFAULT_REQUEST_TIMEOUT,
        **unknown: Any,
    ):
        warn_construction(self._legacy_name, self)
        name = type(self).__name__
        reject_unknown(unknown, of=name, known=_ARGUMENTS)
        token = one_token(auth_token, api_token, of=name)
        require_account(account_id, of=name)
        # The handle of a literal token, not the token: what shows or stores attributes shall not have it.
        self._token = hidden(token)
        self._account_id = account_id
        self._disable_schedule_on_trigger = disable_schedule_on_trigger
        self._request_max_retries = request_max_retries
        self._request_retry_delay = request_retry_delay
        self._request_timeout = request_timeout
        self._dbt_cloud_host = dbt_cloud_host
        self._log = log or get_dagster_logger()
        self._log_requests = log_requests
        self.transport = Transport(lambda: self.api_token, lambda: self._log, request_timeout)
        live_clients.register(self)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if not cls.__module__.startswith("legacy_shim."):
            warn_use(cls._legacy_name, what="subclass")

    def __repr__(self) -> str:
        account = self._account_id
        told = f"${account.env_var_name}" if is_env_var(account) else account
        return f"{type(self).__name__}(account_id={told}, dbt_cloud_host={self._dbt_cloud_host!r})"

    def __getstate__(self) -> NoReturn:
        raise TypeError(
            f"A {type(self).__name__} is not pickled: it has a token. Build it anew where it is needed, "
            "for example from the resource of the op."
        )

    def __copy__(self) -> AccountApi:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> AccountApi:
        return self

    @property
    def api_token(self) -> str:
        """The token, read from the environment if it was given as a variable."""
        return token_of(self._token)

    auth_token = _auth_token = api_token

    @property
    def account_id(self) -> int:
        """The id of the account, read from the environment if it was given as a variable."""
        return account_of(self._account_id)

    @property
    def disable_schedule_on_trigger(self) -> bool:
        """Whether triggering a job switches its own schedule off."""
        return self._disable_schedule_on_trigger

    @property
    def host(self) -> str:
        """The address of the dbt Cloud host, with a slash at its end."""
        return host_of(self._dbt_cloud_host)

    @property
    def log(self) -> logging.Logger:
        """Where the client logs: in a run, the log of the run."""
        return self._log

    @property
    def retry_policy(self) -> RetryPolicy:
        """How often and how soon a request is sent again."""
        return RetryPolicy(
            max_retries=int(value_of(self._request_max_retries)),
            delay=float(value_of(self._request_retry_delay)),
        )

    @property
    def request_timeout(self) -> float:
        """How many seconds a request takes at most, its whole answer included; an artifact may take longer."""
        return self._request_timeout

    @property
    def api_v2_base_url(self) -> str:
        """The address of the API, version 2, up to the account."""
        return urljoin(self.host, DBT_API_V2_PATH)

    @property
    def api_v3_base_url(self) -> str:
        """The address of the API, version 3, up to the account."""
        return urljoin(self.host, DBT_API_V3_PATH)

    def build_url_for_job(self, project_id: int, job_id: int) -> str:
        """Return the page of a job in dbt Cloud."""
        return urljoin(self.host, f"next/deploy/{self.account_id}/projects/{project_id}/jobs/{job_id}/")

    def build_url_for_cloud_docs(self, job_id: int, resource_type: str, unique_id: str) -> str:
        """Return the page of a node in the documentation that a job generates."""
        return urljoin(
            self.host, f"/accounts/{self.account_id}/jobs/{job_id}/docs/#!/{resource_type}/{unique_id}"
        )

    def make_request(
        self,
        method: str,
        endpoint: str,
        data: Mapping[str, Any] | None = None,
        params: Mapping[str, Any] | None = None,
        return_text: bool = False,
        base_url: str | None = None,
    ) -> Any:
        """Send a request to `endpoint`, which stands behind `base_url` (default: that of version 2).

        `data` is sent as JSON, `params` as the query. Returns the ``data`` of the answer, or with `return_text` its
        content as ``{"text": ...}``. Requests that cannot be repeated, such as the trigger of a run, are not sent
        again where dbt Cloud may have acted on them. Raises ``dagster.Failure``.
        """
        request = Request(
            method, urljoin(base_url or self.api_v2_base_url, endpoint), data, params, return_text
        )
        self._log_request(request)
        job_id = launch.job_of_trigger(request)
        if job_id is not None:
            return launch.trigger(self, request, job_id)
        return self.transport.send(request, self.retry_policy)

    def _log_request(self, request: Request) -> None:
        if self._log_requests:
            data = request.data
            shown = {**data, "raw_value": "***"} if data and "raw_value" in data else data
            said = f"Making Request: method={request.method} url={request.url} data={shown}"
            self._log.debug(self.transport.redacted(said))

    def list_jobs(self, project_id: int, order_by: str | None = "-id") -> Sequence[Mapping[str, Any]]:
        """List all jobs of a project (``GET jobs``), newest first unless `order_by` says otherwise."""
        query: dict[str, Any] = {"project_id": project_id, "order_by": order_by}
        endpoint = f"{self.account_id}/jobs"
        jobs = page = self.make_request("GET", endpoint, params=query)
        while len(page) >= _PAGE:
            page = self.make_request("GET", endpoint, params={**query, "offset": len(jobs)})
            jobs = [*jobs, *page]
        return cast(Sequence[Mapping[str, Any]], jobs)

    def get_job(self, job_id: int) -> Mapping[str, Any]:
        """Return the details of a job (``GET jobs/{id}/``)."""
        return cast(Mapping[str, Any], self.make_request("GET", f"{self.account_id}/jobs/{job_id}/"))

    def update_job(self, job_id: int, **kwargs: Any) -> Mapping[str, Any]:
        """Change the given properties of a job, and of nested ones the given parts (``POST jobs/{id}/``).

        Example: ``client.update_job(12345, triggers={"schedule": False})`` switches its schedule off.
        """
        job = self.get_job(job_id)
        if not isinstance(job, Mapping):
            raise DbtCloudFailure(f"dbt Cloud answered no details of job {job_id}.", passing=True)
        changed = _merged(job, kwargs)
        return cast(
            Mapping[str, Any], self.make_request("POST", f"{self.account_id}/jobs/{job_id}/", data=changed)
        )

    def get_runs(
        self,
        include_related: Sequence[str] | None = None,
        job_id: int | None = None,
        order_by: str | None = "-id",
        offset: int = 0,
        limit: int = 100,
    ) -> Sequence[Mapping[str, object]]:
        """List runs (``GET runs/``), newest first, of one job if `job_id` is given; at most 100 at once."""
        query = {
            "include_related": list(include_related or []),
            "order_by": order_by,
            "offset": offset,
            "limit": limit,
            **({"job_definition_id": job_id} if job_id else {}),
        }
        return cast(
            Sequence[Mapping[str, object]],
            self.make_request("GET", f"{self.account_id}/runs/?{urlencode(query)}"),
        )

    def get_run(self, run_id: int, include_related: Sequence[str] | None = None) -> Mapping[str, Any]:
        """Return the details of a run (``GET runs/{id}/``).

        What is named in `include_related` is filled in: ``trigger``, ``job``, ``run_steps``, ``debug_logs``.
        """
        query = f"?include_related={','.join(include_related)}" if include_related else ""
        return cast(Mapping[str, Any], self.make_request("GET", f"{self.account_id}/runs/{run_id}/{query}"))

    def get_run_steps(self, run_id: int) -> Sequence[str]:
        """Return the commands that a run was started with."""
        run = self.get_run(run_id, include_related=["trigger", "job"])
        steps = (run.get("trigger") or {}).get("steps_override") or (run.get("job") or {})["execute_steps"]
        return cast(Sequence[str], steps)

    def cancel_run(self, run_id: int) -> Mapping[str, Any]:
        """Cancel a run and return its details (``POST runs/{id}/cancel/``)."""
        self._log.info(f"Cancelling run with id '{run_id}'")
        return cast(Mapping[str, Any], self.make_request("POST", f"{self.account_id}/runs/{run_id}/cancel/"))

    def list_run_artifacts(self, run_id: int, step: int | None = None) -> Sequence[str]:
        """List the paths of a run's artifacts (``GET runs/{id}/artifacts/``).

        `step` counts from 1; without it they are those of the last step.
        """
        query = f"?step={step}" if step else ""
        return cast(
            Sequence[str], self.make_request("GET", f"{self.account_id}/runs/{run_id}/artifacts/{query}")
        )

    def get_run_artifact(self, run_id: int, path: str, step: int | None = None) -> str:
        """Return an artifact as text (``GET runs/{id}/artifacts/{path}``); `step` as in ``list_run_artifacts``."""
        endpoint = self._artifact_endpoint(run_id, path, step)
        return cast(str, self.make_request("GET", endpoint, return_text=True)["text"])

    def _artifact_endpoint(self, run_id: int, path: str, step: int | None) -> str:
        query = f"?step={step}" if step else ""
        return f"{self.account_id}/runs/{run_id}/artifacts/{path}{query}"

    def get_manifest(self, run_id: int, step: int | None = None) -> Mapping[str, Any]:
        """Return the ``manifest.json`` of a run, parsed."""
        return self._json_object(run_id, "manifest.json", step)

    def get_run_results(self, run_id: int, step: int | None = None) -> Mapping[str, Any]:
        """Return the ``run_results.json`` of a run, parsed."""
        return self._json_object(run_id, "run_results.json", step)

    def _read_json_object(
        self, run_id: int, path: str, step: int | None, read: Callable[[Iterable[str]], Any]
    ) -> Any:
        """Return what ``read`` makes of an artifact, which it is given piece by piece, and raises ``ValueError`` of.

        One that came incomplete is asked for again.
        """
        endpoint = self._artifact_endpoint(run_id, path, step)
        url = urljoin(self.api_v2_base_url, endpoint)
        characters = 0

        def read_or_not(pieces: Iterable[str]) -> Any:
            nonlocal characters
            characters = 0

            def counted() -> Iterator[str]:
                nonlocal characters
                for piece in pieces:
                    characters += len(piece)
                    yield piece

            try:
                return read(counted())
            except JsonError:
                return None

        for _ in range(self.retry_policy.max_retries + 1):
            request = Request("GET", url, as_text=True, read=read_or_not)
            self._log_request(request)
            found = self.transport.send(request, self.retry_policy)
            if found is not None:
                return found
            self._log.warning(f"{path} of run {run_id} came incomplete.")
        raise DbtCloudFailure(
            f"{path} of run {run_id} is no complete JSON ({characters} characters).", passing=True
        )

    def get_json_artifact(self, run_id: int, path: str, step: int | None = None) -> Any:
        """Return an artifact, parsed. One that came incomplete is asked for again."""
        for _ in range(self.retry_policy.max_retries + 1):
            text = self.get_run_artifact(run_id, path, step=step)
            try:
                return self.transport.parsed(text)
            except ValueError:
                self._log.warning(f"{path} of run {run_id} came incomplete.")
        raise DbtCloudFailure(
            f"{path} of run {run_id} is no complete JSON ({len(text)} characters).", passing=True
        )

    def _json_object(self, run_id: int, path: str, step: int | None) -> Mapping[str, Any]:
        content = self.get_json_artifact(run_id, path, step)
        if not isinstance(content, Mapping):
            raise DbtCloudFailure(f"{path} of run {run_id} is JSON, but no object.", passing=True)
        return content

    def get_job_environment_variables(self, project_id: int, job_id: int) -> Mapping[str, Any]:
        """Return the environment variables of a job by name (v3, ``GET .../environment-variables/job``)."""
        return cast(
            Mapping[str, Any],
            self.make_request(
                "GET",
                f"{self.account_id}/projects/{project_id}/environment-variables/job",
                params={"job_definition_id": job_id},
                base_url=self.api_v3_base_url,
            ),
        )

    def set_job_environment_variable(
        self, project_id: int, job_id: int, environment_variable_id: int, name: str, value: str
    ) -> Mapping[str, Any]:
        """Set what an environment variable is for a job (v3, ``POST .../environment-variables/{id}``)."""
        data = {
            "id": environment_variable_id,
            "account_id": self.account_id,
            "project_id": project_id,
            "job_definition_id": job_id,
            "type": "job",
            "name": name,
            "raw_value": value,
        }
        endpoint = f"{self.account_id}/projects/{project_id}/environment-variables/{environment_variable_id}"
        return cast(
            Mapping[str, Any],
            self.make_request("POST", endpoint, data=data, base_url=self.api_v3_base_url),
        )


def _merged(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return `base` with `changes`, which replace the same keys at any depth of mappings."""
    merged = dict(base)
    for key, value in changes.items():
        old = merged.get(key)
        merged[key] = (
            _merged(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
        )
    return merged
