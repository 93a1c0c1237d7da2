"""Reading jobs from dbt Cloud: GET requests alone.

The service: dbt Cloud Administrative API v2, ``{host}/api/v2/accounts/{account}/jobs/``.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from legacy_shim.json_text import JsonError, parse_json
from legacy_shim.visible import one_line

from .trust import is_host

if TYPE_CHECKING:
    from urllib3.response import BaseHTTPResponse

_TIMEOUT = (10.0, 30.0)
"""Seconds to connect, and between two pieces of an answer."""
_RETRIES = 4
_LONGEST_WAIT = 300
"""Seconds: as long as dbt Cloud bars an account that asked too often."""
_WORTH_TELLING = 5
"""Seconds of silence."""
_PAGE = 100
_REDIRECTS = 5
"""dbt Cloud answers a path without its last slash with the path that has it."""
_LARGEST_ANSWER = 16 * 1024 * 1024
_LARGEST_ARTIFACT = 1024 * 1024 * 1024
"""Bytes. A manifest of thousands of models has tens of millions."""
_DEEPEST_ANSWER = 200
"""Levels of objects and lists: a manifest has the nested metadata of its models."""
_LONGEST_ANSWER = 600
"""Seconds for all of an answer, however slowly it comes."""


class CloudError(Exception):
    """dbt Cloud did not answer one question. The message is for people and holds no secret."""


class CloudNotFound(CloudError):
    """What was asked for is not there, or the token cannot see it."""


class CloudUnavailable(CloudError):
    """No question will be answered with this host, account and token: there is no sense in asking on."""


class _TokenAuth(requests.auth.AuthBase):
    """As an ``auth``, not a header of the session, so that a ``.netrc`` cannot replace it."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Token {self._token}"
        return request


class _Session(requests.Session):
    """Follows no redirect by itself, and does not read what comes with one."""

    def get_redirect_target(self, _: requests.Response) -> None:
        return None


class _BoundedRetry(Retry):
    """Waits as long as the service asks, but not without a limit, and says so where that is long."""

    told: Callable[[str], None]

    def new(self, **changes: Any) -> _BoundedRetry:
        retry = super().new(**changes)
        retry.told = self.told
        return retry

    def sleep_for_retry(self, response: BaseHTTPResponse) -> bool:
        wait = self.get_retry_after(response) or 0
        if wait >= _WORTH_TELLING:
            self.told(
                f"{response.status}: dbt Cloud limits requests; trying again in {wait:.0f} seconds (Ctrl-C ends it)"
            )
        return super().sleep_for_retry(response)

    def get_retry_after(self, response: BaseHTTPResponse) -> float | None:
        asked = super().get_retry_after(response)
        return None if asked is None else min(asked, _LONGEST_WAIT)


class CloudReader:
    """Asks one account of one host. Close it, or use it in a ``with``.

    ``told`` is called with one line for each request: what was asked and what came back.
    Raises CloudUnavailable for a token or host that no request could be sent with.
    """

    def __init__(self, host: str, account_id: int, token: str, told: Callable[[str], None]) -> None:
        _check_host(host)
        _check_token(token)
        self._base = f"{host}/api/v2/accounts/{account_id}/"
        self._host = host
        self._account_id = account_id
        self._token = token
        self._told = told
        self._session = _Session()
        self._session.auth = _TokenAuth(token)
        self._session.headers["Accept"] = "application/json"
        retry = _BoundedRetry(
            total=_RETRIES,
            status_forcelist=(429, 500, 502, 503, 504),
            allowed_methods=("GET",),
            backoff_factor=0.25,
            raise_on_status=False,
        )
        retry.told = told
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, HTTPAdapter(max_retries=retry))

    def __enter__(self) -> CloudReader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._session.close()

    def job(self, job_id: int) -> Mapping[str, Any]:
        """``GET jobs/{id}/``. Raises CloudError, for example when there is no such job."""
        data = self._get(f"jobs/{job_id}/", {}, what=f"job {job_id}")["data"]
        if not isinstance(data, dict):
            raise CloudError(f"job {job_id}: the answer of {self._host} has no job")
        return data

    def job_names(self, project_id: int, environment_id: int) -> Mapping[int, str]:
        """``GET jobs/`` of one environment, all pages: the name of each job. Raises CloudError."""
        what = f"the jobs of environment {environment_id}"
        names: dict[int, str] = {}
        while True:
            query = {
                "project_id": project_id,
                "environment_id": environment_id,
                "order_by": "id",
                "limit": _PAGE,
                "offset": len(names),
            }
            rows = self._get("jobs/", query, what=what)["data"]
            if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
                raise CloudError(f"{what}: the answer of {self._host} has no list")
            before = len(names)
            names.update({row["id"]: row.get("name", "") for row in rows if "id" in row})
            # A page that brings nothing new ends it too, should a service ignore the offset.
            if len(rows) < _PAGE or len(names) == before:
                return names

    def latest_run(self, job_id: int) -> int | None:
        """``GET runs/``: the latest run of a job that succeeded; None where there is none. Raises CloudError."""
        what = f"the runs of job {job_id}"
        query = {"job_definition_id": job_id, "status": 10, "order_by": "-id", "limit": 1}
        rows = self._get("runs/", query, what=what)["data"]
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise CloudError(f"{what}: the answer of {self._host} has no list")
        return int(rows[0]["id"]) if rows else None

    def artifact(self, run_id: int, path: str) -> Any:
        """``GET runs/{id}/artifacts/{path}``, which is JSON. Raises CloudError, for example where there is none."""
        what = f"{path} of run {run_id}"
        return self._document(f"runs/{run_id}/artifacts/{path}", {}, what=what, largest=_LARGEST_ARTIFACT)

    def _get(self, path: str, query: Mapping[str, Any], *, what: str) -> Mapping[str, Any]:
        document = self._document(path, query, what=what)
        if not isinstance(document, dict) or "data" not in document:
            raise CloudError(f"{what}: the answer of {self._host} is not one of dbt Cloud")
        return document

    def _document(
        self, path: str, query: Mapping[str, Any], *, what: str, largest: int = _LARGEST_ANSWER
    ) -> Any:
        url = self._base + path
        try:
            response = self._answer(url, query)
            body = _body(response, largest)
        except requests.RequestException as error:
            self._told(f"GET {url}  no answer")
            raise CloudUnavailable(f"{self._host} cannot be reached: {_reason(error)}") from None
        self._told(f"GET {response.url}  {response.status_code}")
        self._check_status(response.status_code, body, what)
        try:
            return parse_json(body, deepest=_DEEPEST_ANSWER)
        except JsonError as error:
            raise CloudError(
                f"{what}: the answer of {self._host} is not JSON ({error}); is it a dbt Cloud host?"
            ) from None

    def _answer(self, url: str, query: Mapping[str, Any]) -> requests.Response:
        """The answer, its body still to be read. A redirect is followed on this host alone: the token stays here."""
        params: Mapping[str, Any] | None = dict(query)
        for _ in range(_REDIRECTS):
            response = self._session.get(url, params=params, timeout=_TIMEOUT, stream=True)
            if not response.is_redirect:
                return response
            response.close()
            url, params = _joined(response.url, response.headers["Location"]), None
            if _origin(url) != _origin(self._base):
                raise CloudUnavailable(
                    f"{self._host} redirects to {one_line(_origin(url))}, another host: nothing was sent there. "
                    "If that is your dbt Cloud, give it as --host"
                )
        raise CloudUnavailable(f"{self._host} redirects without end")

    def _check_status(self, status: int, body: bytes, what: str) -> None:
        if status < 300:
            return
        if status == 401:
            raise CloudUnavailable(f"{self._host} does not accept the token (401)")
        if status == 403:
            raise CloudError(f"{what}: the token may not read it in account {self._account_id} (403)")
        if status == 404:
            raise CloudNotFound(
                f"{what}: not found in account {self._account_id} (404), or the token cannot see it"
            )
        if status == 429:
            raise CloudUnavailable(
                f"{self._host} received too many requests (429); try again in five minutes"
            )
        said = self._user_message(body)
        raise CloudError(f"{what}: {self._host} answered {status}{f': {said}' if said else ''}")

    def _user_message(self, body: bytes) -> str:
        try:
            said = parse_json(body)["status"]["user_message"]
        except (JsonError, KeyError, TypeError):
            return ""
        return one_line(str(said).replace(self._token, "***")[:200])


def _body(response: requests.Response, largest: int) -> bytes:
    """All of an answer. Raises RequestException where there is no end of it."""
    parts: list[bytes] = []
    size, end = 0, time.monotonic() + _LONGEST_ANSWER
    with response:
        for part in response.iter_content(64 * 1024):
            parts.append(part)
            size += len(part)
            if size > largest:
                raise _TooLarge(largest)
            if time.monotonic() > end:
                raise requests.Timeout
    return b"".join(parts)


class _TooLarge(requests.RequestException):
    def __init__(self, largest: int) -> None:
        super().__init__()
        self.largest = largest


def _joined(base: str, location: str) -> str:
    try:
        return urljoin(base, location)
    except ValueError:
        return location


def _origin(url: str) -> str:
    """Scheme, host and port."""
    try:
        parts = urlsplit(url)
        port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    except ValueError:
        return url
    return f"{parts.scheme}://{parts.hostname}:{port}"


def _check_host(host: str) -> None:
    if not is_host(host):
        shown = one_line(_without_credentials(host))
        raise CloudUnavailable(f"'{shown}' is not a host such as https://cloud.getdbt.com")


def _without_credentials(host: str) -> str:
    return re.sub(r"//[^/]*@", "//", host)


def _check_token(token: str) -> None:
    if not re.fullmatch(r"[\x21-\x7e]+", token):  # such an error of requests would show the token
        raise CloudUnavailable("the token holds blanks, line ends or characters that no token has")


def _reason(error: requests.RequestException) -> str:
    """Why a request failed, in words that hold no more than the host."""
    if isinstance(error, requests.exceptions.SSLError):
        return "its certificate is not trusted (REQUESTS_CA_BUNDLE names your own authorities)"
    if isinstance(error, requests.exceptions.ProxyError):
        return "the proxy does not answer"
    if isinstance(error, requests.Timeout):
        return "it took too long to answer"
    if isinstance(error, _TooLarge):
        return f"its answer is larger than {error.largest // 1024 // 1024} MB"
    if isinstance(error, requests.exceptions.RetryError):
        return "it kept failing"
    if isinstance(error, requests.ConnectionError):
        return "no connection (is the name right, is the network there?)"
    return type(error).__name__
