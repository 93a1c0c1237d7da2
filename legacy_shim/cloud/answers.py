"""Reads what dbt Cloud answered, and puts into words what it did not answer.

Envelope of the API: ``{"data": ..., "status": {"code", "is_success", "user_message", "developer_message"}}``.
Artifacts come as they are.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import requests
import urllib3.exceptions
from requests import exceptions as errors

from legacy_shim.cloud.retry import Trouble, retry_after_seconds
from legacy_shim.json_text import JsonError, parse_json

Tell = Callable[[str], str]
"""Makes a string fit to be quoted: without the token, and short."""

DEEPEST = 200
"""Levels of what is read as JSON. An answer has about five, an artifact those of the user's `meta` besides."""
_PIECE = 256 * 1024
"""Bytes of a large answer that are read at once."""
_NOT_SENT = (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError)
_PASSING_REFUSALS = frozenset({408, 423, 425, 429})
"""Too slow, locked, too early, too often: the same request may succeed later."""
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


def read_data(response: requests.Response, tell: Tell) -> Any:
    """Return the ``data`` of the envelope; None for an answer without content (204)."""
    if response.status_code == 204:
        return None
    try:
        envelope = parse_json(whole_text(response), deepest=DEEPEST)
    except JsonError:
        raise UnreadableAnswer(_not_json(response, tell)) from None
    if not isinstance(envelope, dict) or "data" not in envelope:
        raise UnreadableAnswer(f'an answer without "data": {quote(response, tell)}')
    return envelope["data"]


def read_text(response: requests.Response) -> dict[str, str]:
    """Return the content as ``{"text": ...}``."""
    return {"text": whole_text(response)}


def whole_text(response: requests.Response) -> str:
    """Return the content as text. dbt writes UTF-8, whatever the header makes of it."""
    _require_whole(response, len(response.content))
    return response.content.decode("utf-8", errors="replace")


def text_in_pieces(response: requests.Response) -> Iterator[str]:
    """Yield the same as it comes."""
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    received = 0
    for piece in response.iter_content(_PIECE):
        received += len(piece)
        yield decoder.decode(piece)
    _require_whole(response, received)
    yield decoder.decode(b"", final=True)


def _require_whole(response: requests.Response, received: int) -> None:
    announced = response.headers.get("Content-Length", "")
    encoded = "Content-Encoding" in response.headers  # then the length is that of the compressed content
    if announced.isdecimal() and not encoded and received < int(announced):
        raise UnreadableAnswer(f"an answer that was cut after {received} of {announced} bytes")


def trouble_of_answer(response: requests.Response, tell: Tell) -> Trouble:
    """Say what is wrong with an answer that is no success."""
    code = response.status_code
    said = quote(response, tell)
    text = f"{code} {tell(response.reason or '')}".rstrip() + (f": {said}" if said else "")
    hint = _HINTS.get(code)
    return Trouble(
        text=f"{text}{'' if text.endswith(('.', '!', '?')) else '.'} {hint}" if hint else text,
        passing=code in _PASSING_REFUSALS or code >= 500,
        reached=code == 408 or code >= 500,  # 408 may be a gateway's word for a time-out behind it
        status_code=code,
        retry_after=retry_after_seconds(response.headers.get("Retry-After"), response.headers.get("Date")),
    )


def trouble_of_error(error: Exception, tell: Tell) -> Trouble:
    """Say what kept a request from being answered."""
    if isinstance(error, _HOPELESS):
        return Trouble(f"{type(error).__name__}: {tell(str(error))}", passing=False, reached=False)
    if isinstance(error, errors.SSLError) and "CERTIFICATE_VERIFY_FAILED" in str(error):
        return Trouble(
            f"The certificate is not trusted: {_innermost(error, tell)}", passing=False, reached=False
        )
    return Trouble(
        text=f"{type(error).__name__}: {_innermost(error, tell)}",
        passing=True,
        reached=not (isinstance(error, errors.ConnectTimeout) or _is_caused_by(error, _NOT_SENT)),
        timed_out=_is_caused_by(
            error, (errors.ReadTimeout, urllib3.exceptions.ReadTimeoutError, TimeoutError)
        ),
    )


def quote(response: requests.Response, tell: Tell) -> str:
    """Return what dbt Cloud says in an answer, fit for a message."""
    try:
        text = response.content.decode("utf-8", errors="replace").strip()
    except (requests.RequestException, RuntimeError):
        return ""
    if text.startswith("<"):
        title = re.search(r"<title[^>]*>(.*?)</title>", text, re.IGNORECASE | re.DOTALL)
        return f"an HTML page ({tell(title.group(1))})" if title else "an HTML page"
    try:
        said = _message(parse_json(text, deepest=DEEPEST))
    except JsonError:
        said = None
    return tell(said or text)


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


def _not_json(response: requests.Response, tell: Tell) -> str:
    if response.content.lstrip().startswith(b"<"):
        host = tell(response.url.split("/api/")[0])
        return f"{quote(response, tell)} in place of JSON. Is {host} a dbt Cloud host?"
    return f"JSON that ends too early or is none: {quote(response, tell) or 'nothing'}"


def _is_caused_by(error: BaseException, kinds: tuple[type[BaseException], ...]) -> bool:
    return any(isinstance(cause, kinds) for cause in _causes(error))


def _innermost(error: BaseException, tell: Tell) -> str:
    return tell(str(list(_causes(error))[-1])) or type(error).__name__


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
