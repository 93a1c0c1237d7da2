"""The line to dbt Cloud: sends what is meant for it elsewhere, refuses every other host, and notes what was asked.

Patches ``requests.adapters.HTTPAdapter.send`` of this process, below every session, so that the legacy client, the
v2 client and the user's own calls all pass here unchanged.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn
from urllib.parse import urlsplit, urlunsplit

import requests
from requests.adapters import HTTPAdapter

DBT_CLOUD_DOMAINS = ("getdbt.com", "dbt.com")


class ForeignHostError(requests.ConnectionError):
    """Code under observation called a host that is not dbt Cloud: to it this is a network that is down."""


@dataclass(frozen=True)
class Trigger:
    """One run of a dbt Cloud job that was asked for."""

    phase: str
    account_id: str
    job_id: int
    run_id: int
    body: Mapping[str, Any]
    continues: bool = False
    """Whether it goes on where the job's last run failed."""


@dataclass
class Wire:
    """What went to dbt Cloud while this process watched. `phase` labels what comes next."""

    base_url: str
    phase: str = "load"
    triggers: list[Trigger] = field(default_factory=list)
    writes: list[dict[str, Any]] = field(default_factory=list)
    secrets: set[str] = field(default_factory=set)
    headers: dict[str, str] = field(default_factory=dict)
    """The authorization of each account, to read its runs with. Never written anywhere."""
    domains: tuple[str, ...] = DBT_CLOUD_DOMAINS
    token: str | None = None
    """Shown instead of the code's own tokens, where it is given."""
    refused: list[dict[str, str]] = field(default_factory=list)
    """Hosts that were not let through, and in which phase."""
    callers: set[tuple[str, str, str]] = field(default_factory=set)
    """Account, host and a fingerprint of the token of each caller."""
    is_reading: bool = False
    """Whether the request is of this module, and not of the code under observation."""

    def url_for(self, url: str) -> str:
        """Where a request to `url` really goes. Raises :class:`ForeignHostError` for a host that is not dbt Cloud."""
        parts, base = urlsplit(url), urlsplit(self.base_url)
        host = parts.hostname or ""
        if parts.netloc == base.netloc:
            return url
        if not any(host == domain or host.endswith(f".{domain}") for domain in self.domains):
            self.refuse(host or url)
        return urlunsplit((base.scheme, base.netloc, base.path.rstrip("/") + parts.path, parts.query, ""))

    def refuse(self, host: str) -> NoReturn:
        """Remember that `host` was not let through. Always raises :class:`ForeignHostError`."""
        row = {"phase": self.phase, "host": host}
        if row not in self.refused:
            self.refused.append(row)
        raise ForeignHostError(f"a request to {host} was refused: only dbt Cloud hosts can be called here")

    def dressed(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """The request as it is really sent."""
        moved = request.copy()
        moved.url = self.url_for(request.url or "")
        if self.token and "Authorization" in moved.headers:
            moved.headers["Authorization"] = f"Token {self.token}"
        return moved

    def note(self, request: requests.PreparedRequest, response: requests.Response) -> None:
        """Remember what `request` asked for, where it was more than reading."""
        authorization = request.headers.get("Authorization")
        account = _after(request.url or "", "accounts")
        if authorization and not self.is_reading:
            token = str(authorization).split()[-1]
            self.secrets.add(token)
            self.headers[account] = f"Token {self.token}" if self.token else str(authorization)
            self.callers.add((account, urlsplit(request.url or "").hostname or "", _fingerprint(token)))
        if request.method == "GET" or response.is_redirect:
            return
        path = urlsplit(request.url or "").path
        body = _json(request.body)
        if response.ok and path.rstrip("/").endswith(("/run", "/rerun")):
            run_id = int(response.json()["data"]["id"])
            job_id, continues = int(_after(path, "jobs")), path.rstrip("/").endswith("/rerun")
            self.triggers.append(Trigger(self.phase, account, job_id, run_id, body, continues))
        elif not path.rstrip("/").endswith("/cancel"):
            row = {
                "phase": self.phase,
                "method": request.method,
                "path": path,
                "status": response.status_code,
            }
            self.writes.append({**row, "job_id": _made_job(path, response)})

    def read(self, account: str, path: str, query: Mapping[str, str]) -> requests.Response:
        """GET `path` of the Administrative API v2 of `account`, as the code under observation was allowed to."""
        self.is_reading = True
        try:
            return requests.get(
                f"{self.base_url}/api/v2/accounts/{account}/{path}",
                params=dict(query),
                headers={"Authorization": self.headers[account]},
                timeout=60,
            )
        finally:
            self.is_reading = False


def redirect_requests(base_url: str, hosts: Sequence[str] = (), token: str | None = None) -> Wire:
    """Send every request for dbt Cloud to `base_url` from now on in this process; returns what is noted on the way.

    `hosts` are dbt Cloud's too, `token` is shown instead of the code's own.
    """
    wire = Wire(base_url.rstrip("/"), domains=(*DBT_CLOUD_DOMAINS, *hosts), token=token)
    send = HTTPAdapter.send

    def send_elsewhere(
        adapter: HTTPAdapter, request: requests.PreparedRequest, *args: Any, **kwargs: Any
    ) -> requests.Response:
        moved = wire.dressed(request)
        kwargs["proxies"] = None
        response = send(adapter, moved, *args, **kwargs)
        _dress_as_answer_to(request, response, wire.base_url)
        wire.note(request, response)
        return response

    HTTPAdapter.send = send_elsewhere  # type: ignore[method-assign,assignment]
    return wire


def _dress_as_answer_to(
    request: requests.PreparedRequest, response: requests.Response, base_url: str
) -> None:
    """Let the answer name the host that was asked, so that redirects keep their token and messages read as usual."""
    response.request = request
    response.url = request.url or response.url
    location = response.headers.get("Location", "")
    if location.startswith(base_url):
        parts = urlsplit(response.url)
        response.headers["Location"] = f"{parts.scheme}://{parts.netloc}{location.removeprefix(base_url)}"


def _fingerprint(token: str) -> str:
    """Tells two tokens apart, and nothing more."""
    return hashlib.blake2b(token.encode(), digest_size=4, person=b"legacy-shim").hexdigest()


def _after(url: str, name: str) -> str:
    parts = urlsplit(url).path.split("/")
    return parts[parts.index(name) + 1] if name in parts[:-1] else ""


def _made_job(path: str, response: requests.Response) -> int | None:
    """The id of the job that a request made."""
    if not (response.ok and path.rstrip("/").endswith("/jobs")):
        return None
    return int(response.json()["data"]["id"])


def _json(body: object) -> Mapping[str, Any]:
    if not isinstance(body, (bytes, str)):
        return {}
    try:
        value = json.loads(body)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
