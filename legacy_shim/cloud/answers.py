"""Reads what dbt Cloud answered, and puts into words what it did not answer.

Envelope of the API: ``{"data": ..., "status": {"code", "is_success", "user_message", "developer_message"}}``.
Artifacts come as they are.
"""

from __future__ import annotations

import json
import re
from typing import Any

import requests
import urllib3.exceptions
from requests import exceptions as errors

from legacy_shim.cloud.retry import Trouble, retry_after_seconds

_LONGEST_QUOTE = 400
_NOT_SENT = (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError)
_HOPELESS = (
    errors.InvalidURL,
    errors.MissingSchema,
    errors.InvalidSchema,
    errors.InvalidHeader,
    errors.TooManyRedirects,
)
_HINTS = {
    401: "Is the token valid, and of this host?",
    403: "Does the token have the permission for this?",
    404: "Are the host, the account and the id right?",
}


class UnreadableAnswer(Exception):
    """A success by its status, but not with the content that was asked for."""


def read_data(response: requests.Response) -> Any:
    """Return the ``data`` of the envelope; None for an answer without content (204)."""
    if response.status_code == 204:
        return None
    try:
        envelope = json.loads(whole_text(response))
    except ValueError:
        raise UnreadableAnswer(_not_json(response)) from None
    if not isinstance(envelope, dict) or "data" not in envelope:
        raise UnreadableAnswer(f'an answer without "data": {quote(response)}')
    return envelope["data"]


def read_text(response: requests.Response) -> dict[str, str]:
    """Return the content as ``{"text": ...}``."""
    return {"text": whole_text(response)}


def whole_text(response: requests.Response) -> str:
    """Return the content as text. dbt writes UTF-8, whatever the header makes of it."""
    announced = response.headers.get("Content-Length", "")
    encoded = "Content-Encoding" in response.headers  # then the length is that of the compressed content
    if announced.isdigit() and not encoded and len(response.content) < int(announced):
        raise UnreadableAnswer(f"an answer that was cut after {len(response.content)} of {announced} bytes")
    return response.content.decode("utf-8", errors="replace")


def trouble_of_answer(response: requests.Response) -> Trouble:
    """Say what is wrong with an answer that is no success."""
    code = response.status_code
    said = quote(response)
    text = f"{code} {response.reason or ''}".rstrip() + (f": {said}" if said else "")
    hint = _HINTS.get(code)
    return Trouble(
        text=f"{text}{'' if text.endswith(('.', '!', '?')) else '.'} {hint}" if hint else text,
        passing=code == 429 or code >= 500,
        reached=code >= 500,
        status_code=code,
        retry_after=retry_after_seconds(response.headers.get("Retry-After")),
    )


def trouble_of_error(error: requests.RequestException) -> Trouble:
    """Say what kept a request from being answered."""
    if isinstance(error, _HOPELESS):
        return Trouble(f"{type(error).__name__}: {shorten(str(error))}", passing=False, reached=False)
    if isinstance(error, errors.SSLError) and "CERTIFICATE_VERIFY_FAILED" in str(error):
        return Trouble(f"The certificate is not trusted: {_innermost(error)}", passing=False, reached=False)
    return Trouble(
        text=f"{type(error).__name__}: {_innermost(error)}",
        passing=True,
        reached=not (isinstance(error, errors.ConnectTimeout) or _never_sent(error)),
        timed_out=isinstance(error, errors.ReadTimeout),
    )


def quote(response: requests.Response) -> str:
    """Return what dbt Cloud says in an answer, short enough for a message."""
    try:
        text = response.content.decode("utf-8", errors="replace").strip()
    except (requests.RequestException, RuntimeError):
        return ""
    if text.startswith("<"):
        title = re.search(r"<title[^>]*>(.*?)</title>", text, re.IGNORECASE | re.DOTALL)
        return f"an HTML page ({shorten(title.group(1))})" if title else "an HTML page"
    try:
        said = _message(json.loads(text))
    except ValueError:
        said = None
    return shorten(said or text)


def shorten(text: str, length: int = _LONGEST_QUOTE) -> str:
    """Return `text` on one line, cut to `length` characters."""
    line = " ".join(text.split())
    return line if len(line) <= length else f"{line[: length - 1]}…"


def _message(envelope: Any) -> str | None:
    if not isinstance(envelope, dict):
        return None
    status = envelope.get("status")
    parts = [
        *([status.get("user_message"), status.get("developer_message")] if isinstance(status, dict) else []),
        *(envelope.get(key) for key in ("detail", "message", "error") if isinstance(envelope.get(key), str)),
    ]
    data = envelope.get("data")
    if data:
        parts.append(data if isinstance(data, str) else json.dumps(data))
    return " ".join(part for part in parts if isinstance(part, str) and part) or None


def _not_json(response: requests.Response) -> str:
    if response.content.lstrip().startswith(b"<"):
        return f"{quote(response)} in place of JSON. Is {response.url.split('/api/')[0]} a dbt Cloud host?"
    return f"JSON that ends too early or is none: {quote(response) or 'nothing'}"


def _never_sent(error: BaseException) -> bool:
    return any(isinstance(cause, _NOT_SENT) for cause in _causes(error))


def _innermost(error: BaseException) -> str:
    return shorten(str(list(_causes(error))[-1])) or type(error).__name__


def _causes(error: BaseException) -> list[BaseException]:
    """Return `error` and the errors inside it, outermost first."""
    causes = [error]
    while len(causes) < 10:
        last = causes[-1]
        inner = getattr(last, "reason", None) or next(
            (part for part in last.args if isinstance(part, BaseException)), None
        )
        if not isinstance(inner, BaseException):
            break
        causes.append(inner)
    return causes
