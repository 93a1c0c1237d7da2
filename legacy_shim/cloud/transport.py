"""Sends requests to dbt Cloud: one session, a time-out on each, and again only what can pass and may be repeated."""

from __future__ import annotations

import json
import logging
import os
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from http.cookiejar import DefaultCookiePolicy
from importlib.metadata import version
from typing import Any, TypeVar

import requests
from dagster import MetadataValue

from legacy_shim.cloud.answers import (
    UnreadableAnswer,
    read_data,
    read_text,
    trouble_of_answer,
    trouble_of_error,
)
from legacy_shim.cloud.failures import DbtCloudFailure
from legacy_shim.cloud.hidden import redact
from legacy_shim.cloud.retry import Pauses, RetryPolicy, Trouble, http_date, seconds_left

T = TypeVar("T")
Recover = Callable[[Trouble, datetime], Any]
"""Asked when the answer to an unrepeatable request was lost: what came of it, or None if nothing did."""

_LONGEST_CONNECT = 10.0  # seconds; a host that does not take a connection by then is not there
_REPEATABLE_POST = re.compile(r"/(?:\d+|cancel)/?(?:\?.*)?$")  # writes one thing to one state, however often


@dataclass(frozen=True)
class Request:
    """One call of the API."""

    method: str
    url: str
    data: Mapping[str, Any] | None = None
    params: Mapping[str, Any] | None = None
    as_text: bool = False

    @property
    def repeatable(self) -> bool:
        """Whether sending it twice does what sending it once does."""
        return self.method.upper() != "POST" or _REPEATABLE_POST.search(self.url) is not None


class Transport:
    """The connection of one client. Safe to share between threads and to inherit in a forked process."""

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
            sent_at = self.server_now()
            result = self._once(request)
            if not isinstance(result, Trouble):
                return result
            if result.reached and not request.repeatable:
                if recover is None:
                    raise self._failure(request, result, _lost(request))
                found = recover(result, sent_at)
                if found is not None:
                    return found
            pause = pauses.next(result)
            if pause is None:
                raise self._failure(request, result, _given_up(request, result, policy))
            self._log().warning(
                f"{request.method} {request.url} failed, next try in {pause:.1f} s. {self.redacted(result.text)}"
            )
            time.sleep(pause)

    def server_now(self) -> datetime:
        """Return the time by dbt Cloud's clock, as far as its last answer tells."""
        return datetime.now(timezone.utc) + self._clock_difference

    def redacted(self, text: str) -> str:
        """Return `text` without the token."""
        return redact(text, self._token())

    def _once(self, request: Request) -> Any:
        """Send `request` once. Return the data, or the :class:`Trouble`."""
        timeout = max(min(self._timeout, seconds_left()), 0.5)
        try:
            response = self._open_session().request(
                request.method,
                request.url,
                headers={"Content-Type": "application/json"},
                data=None if request.data is None else json.dumps(request.data),
                params=request.params,
                timeout=(min(timeout, _LONGEST_CONNECT), timeout),
            )
        except requests.RequestException as error:
            _forget_credentials(error)
            return trouble_of_error(error)
        self._set_clock(response)
        if not 200 <= response.status_code < 300:
            return trouble_of_answer(response)
        try:
            return read_text(response) if request.as_text else read_data(response)
        except UnreadableAnswer as error:
            return Trouble(f"dbt Cloud answered with {error}", passing=True, reached=True)

    def _open_session(self) -> requests.Session:
        with self._lock:
            if self._session is None or self._session_pid != os.getpid():
                self._session = self._new_session()
                self._session_pid = os.getpid()
            return self._session

    def _new_session(self) -> requests.Session:
        session = requests.Session()
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
            metadata={"request": MetadataValue.text(f"{request.method} {request.url}")},
            passing=trouble.passing,
            status_code=trouble.status_code,
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
