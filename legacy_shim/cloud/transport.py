"""Sends requests to dbt Cloud: one session, a time limit on each, and again only what can pass and may be repeated."""

from __future__ import annotations

import json
import logging
import os
import re
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from http.client import HTTPException
from http.cookiejar import DefaultCookiePolicy
from importlib.metadata import version
from typing import Any, TypeVar

import requests
import urllib3.exceptions
from dagster import MetadataValue

from legacy_shim.cloud.answers import (
    DEEPEST,
    UnreadableAnswer,
    read_data,
    read_text,
    text_in_pieces,
    trouble_of_answer,
    trouble_of_error,
    whole_text,
)
from legacy_shim.cloud.deadline import DeadlineAdapter, whole_request
from legacy_shim.cloud.failures import DbtCloudConfigurationError, DbtCloudFailure
from legacy_shim.cloud.hidden import LONGEST_QUOTE, Watched, excerpt, redact, redact_value
from legacy_shim.cloud.patience import Patience
from legacy_shim.cloud.retry import Pauses, RetryPolicy, Trouble, http_date, seconds_left
from legacy_shim.cloud.shapes import expected_instead
from legacy_shim.json_text import parse_json

T = TypeVar("T")
Recover = Callable[[Trouble], Any]
"""Asked when the answer to an unrepeatable request was lost: what came of it, or None if nothing did."""

_LONGEST_CONNECT = 10.0  # seconds; a host that does not take a connection by then is not there
_SHORTEST_LIMIT = 0.5  # seconds for a request, however little time is left: it may be the one that cancels
_LEAST_RANDOM = 16  # characters; a shorter token may be a word, which must stay in what dbt Cloud says
_ERRORS = (  # what requests lets through from below is no RequestException
    requests.RequestException,
    urllib3.exceptions.HTTPError,
    HTTPException,
    OSError,
    ValueError,
    LookupError,
)
_REPEATABLE_POST = re.compile(r"/(?:\d+|cancel)/?(?:\?.*)?$")  # writes one thing to one state, however often


@dataclass(frozen=True)
class Request:
    """One call of the API."""

    method: str
    url: str
    data: Mapping[str, Any] | None = None
    params: Mapping[str, Any] | None = None
    as_text: bool = False
    read: Callable[[Iterable[str]], Any] | None = None
    """What makes the content out of the text of a large answer, piece by piece while it comes."""

    @property
    def repeatable(self) -> bool:
        """Whether sending it twice does what sending it once does."""
        return self.method.upper() != "POST" or _REPEATABLE_POST.search(self.url) is not None


class Transport:
    """The connection of one client. Safe to share between threads and to inherit in a forked process."""

    patience = Patience()
    """How long trouble is sat out while a run goes on."""

    def __init__(self, token: Callable[[], str], log: Callable[[], logging.Logger], timeout: float):
        self._token = token
        self._log = log
        self._timeout = timeout
        self._lock = threading.Lock()
        self._session: requests.Session | None = None
        self._session_pid = 0
        self._clock_difference = timedelta(0)

    def send(self, request: Request, policy: RetryPolicy, recover: Recover | None = None) -> Any:
        """Send `request` until it is answered, and return its data (or ``{"text": ...}``).

        An unrepeatable request that dbt Cloud may have acted on is sent again only if `recover` finds that nothing
        came of it. Raises :class:`DbtCloudFailure`.
        """
        pauses = Pauses(policy)
        while True:
            result = self._once(request)
            if not isinstance(result, Trouble):
                return result
            if result.reached and not request.repeatable:
                if recover is None:
                    raise self._failure(request, result, _lost(request))
                found = recover(result)
                if found is not None:
                    return found
            pause = pauses.next(result)
            if pause is None:
                raise self._failure(request, result, _given_up(request, result, policy))
            self.warn(f"{request.method} {request.url} failed, next try in {pause:.1f} s. {result.text}")
            time.sleep(pause)

    def server_now(self) -> datetime:
        """Return the time by dbt Cloud's clock, as far as the last answer says it."""
        return datetime.now(timezone.utc) + self._clock_difference

    def warn(self, text: str) -> None:
        """Warn in the log, without the token."""
        self._log().warning(self.redacted(text))

    def redacted(self, text: str) -> str:
        """Return `text` without the token."""
        return redact(text, self._token())

    def redacted_value(self, value: Any) -> Any:
        """Return JSON data without the token."""
        return redact_value(value, self._token())

    def excerpt(self, text: str, length: int = LONGEST_QUOTE) -> str:
        """Return `text` without the token, on one line, short enough for a message."""
        return excerpt(text, self._token(), length)

    def _once(self, request: Request) -> Any:
        """Send `request` once. Return the data, or the :class:`Trouble`."""
        limit = max(min(self._timeout, seconds_left()), _SHORTEST_LIMIT)
        body = None if request.data is None else json.dumps(request.data)
        try:
            with whole_request(limit, download=request.as_text):
                response = self._open_session().request(
                    request.method,
                    request.url,
                    headers={"Content-Type": "application/json"},
                    data=body,
                    params=request.params,
                    timeout=(min(limit, _LONGEST_CONNECT), limit),
                    stream=request.read is not None,
                )
                if request.read is not None and 200 <= response.status_code < 300:
                    with response:
                        self._set_clock(response)
                        return self._read(request.read, response)
        except UnreadableAnswer as error:
            return _unusable(str(error), response)
        except DbtCloudConfigurationError:  # a ValueError, but not of the answer
            raise
        except _ERRORS as error:
            if isinstance(error, requests.RequestException):
                _forget_credentials(error)
            return trouble_of_error(error, self.excerpt)
        self._set_clock(response)
        if not 200 <= response.status_code < 300:
            return trouble_of_answer(response, self.excerpt)
        return self._content(request, response)

    def _content(self, request: Request, response: requests.Response) -> Any:
        try:
            if request.as_text:
                return read_text(response)
            data = self._without_long_token(read_data(response, self.excerpt), whole_text(response))
        except UnreadableAnswer as error:
            return _unusable(str(error), response)
        expected = expected_instead(request.method, request.url, data)
        if expected is None:
            return data
        return _unusable(f"{self.excerpt(json.dumps(data))} in place of {expected}", response)

    def parsed(self, text: str) -> Any:
        """Return the JSON in an artifact, without the token should dbt Cloud repeat it. Raises ``ValueError``."""
        return self._without_long_token(parse_json(text, deepest=DEEPEST), text)

    def _read(self, read: Callable[[Iterable[str]], Any], response: requests.Response) -> Any:
        token = self._token()
        watched = Watched(text_in_pieces(response), token if len(token) >= _LEAST_RANDOM else "")
        content = read(watched)
        return redact_value(content, token) if watched.has_met else content

    def _without_long_token(self, data: Any, text: str) -> Any:
        """Return what dbt Cloud said without the token, should it repeat that: Dagster stores the details of runs."""
        token = self._token()
        return redact_value(data, token) if len(token) >= _LEAST_RANDOM and token in text else data

    def _open_session(self) -> requests.Session:
        with self._lock:
            if self._session is None or self._session_pid != os.getpid():
                self._session = self._new_session()
                self._session_pid = os.getpid()
            return self._session

    def _new_session(self) -> requests.Session:
        session = requests.Session()
        for scheme in ("https://", "http://"):
            session.mount(scheme, DeadlineAdapter())
        session.headers["User-Agent"] = f"legacy-shim/{version('legacy-shim')} dagster/{version('dagster')}"
        session.auth = self._authorize  # an `auth` object keeps a .netrc from putting its own in place
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))  # the token alone says who asks
        return session

    def _authorize(self, prepared: requests.PreparedRequest) -> requests.PreparedRequest:
        prepared.headers["Authorization"] = f"Bearer {self._token()}"
        return prepared

    def _set_clock(self, response: requests.Response) -> None:
        date = http_date(response.headers.get("Date"))
        if date is not None:
            self._clock_difference = date - datetime.now(timezone.utc)

    def _failure(self, request: Request, trouble: Trouble, text: str) -> DbtCloudFailure:
        return DbtCloudFailure(
            self.redacted(f"{text} {trouble.text}"),
            metadata={"request": MetadataValue.text(self.redacted(f"{request.method} {request.url}"))},
            passing=trouble.passing,
            status_code=trouble.status_code,
        )


def _unusable(what: str, response: requests.Response) -> Trouble:
    return Trouble(
        f"dbt Cloud answered {response.status_code} with {what}",
        passing=True,
        reached=True,
        accepted=True,
        status_code=response.status_code,
    )


def _given_up(request: Request, trouble: Trouble, policy: RetryPolicy) -> str:
    if not trouble.passing:
        return f"{request.method} {request.url} failed, and would fail again."
    if trouble.limited and policy.max_retries > 0:
        return f"dbt Cloud limits the requests of this account for longer than is waited: {request.url}."
    return f"Max retries ({policy.max_retries}) exceeded with url: {request.url}."


def _lost(request: Request) -> str:
    return (
        f"The answer to {request.method} {request.url} was lost. dbt Cloud may have acted on it, so it was not "
        "sent again."
    )


def _forget_credentials(error: requests.RequestException) -> None:
    """Take the token out of the request that an exception carries to whoever reports it."""
    for request in (error.request, getattr(error.response, "request", None)):
        if request is not None and request.headers is not None:
            request.headers.pop("Authorization", None)
