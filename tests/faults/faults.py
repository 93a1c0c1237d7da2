"""The faults: each is a name and what is sent in place of the right answer.

They are grouped by what a client can know after them. All are samples of a kind; `scenarios.py` strikes every place of
the conversation with every kind.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from typing import Any

from raw_cloud import RESET, Answer, Right, Step, http


def _raw(*steps: Step) -> Answer:
    return lambda _: steps


def _status(status: int, content: bytes = b"", **headers: str) -> Answer:
    return lambda right: [http(status, content, right.date, **headers)]


def _data(value: Any) -> Answer:
    return _status(200, json.dumps({"data": value, "status": {"code": 200}}).encode())


def _content(content: bytes, **headers: str) -> Answer:
    return _status(200, content, **headers)


def _part(start: float, end: float) -> Answer:
    def cut(right: Right) -> Iterable[Step]:
        whole = http(200, right.body, right.date)
        return [whole[int(len(whole) * start) : int(len(whole) * end)]]

    return cut


def _with_head(head: str) -> Answer:
    """The right body after a head of one's own, which may say `{length}`."""
    return lambda right: [head.format(length=len(right.body)).replace("\n", "\r\n").encode() + right.body]


def _id(value: Any) -> Answer:
    def changed(right: Right) -> Iterable[Step]:
        envelope = json.loads(right.body)
        data = envelope.get("data")
        envelope["data"] = {**data, "id": value} if isinstance(data, dict) else {"id": value}
        return [http(200, json.dumps(envelope).encode(), right.date)]

    return changed


def _dribble(head: bool) -> Answer:
    """A byte at a time, for ever as far as a client can wait."""

    def slow(right: Right) -> Iterable[Step]:
        whole = http(200, b" " * 200 + right.body, right.date)
        start = 0 if head else whole.index(b"\r\n\r\n") + 4
        yield whole[:start]
        for at in range(start, len(whole)):
            yield whole[at : at + 1]
            yield 0.1

    return slow


def _redirect(location: str, status: int = 308) -> Answer:
    return lambda right: [http(status, b"", right.date, Location=location)]


NO_ANSWER: dict[str, Answer] = {
    "closed": _raw(),
    "reset": _raw(RESET),
    "cut in the status line": _part(0, 0.02),
    "cut in the headers": _part(0, 0.1),
    "cut in the body": _part(0, 0.9),
    "reset in the body": lambda right: [http(200, right.body, right.date)[:-5], 0.01, RESET],
    "half a chunk": _raw(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{"data": '),
    "a chunk of no size": _raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n"),
    "no HTTP": _raw(b"SSH-2.0-OpenSSH_9.6\r\n\r\n"),
    "zeros": _raw(b"\0" * 300),
    "status line of letters": _raw(b"HTTP/1.1 abc Hm\r\n\r\n"),
    "two hundred headers": _with_head(
        "HTTP/1.1 200 OK\n" + "X-A: b\n" * 200 + "Content-Length: {length}\n\n"
    ),
    "an endless header": _with_head(
        "HTTP/1.1 200 OK\nX-A: " + "b" * 70000 + "\nContent-Length: {length}\n\n"
    ),
    "gzip that is none": _content(b"{}", Content_Encoding="gzip"),
    "gzip that is cut": _content(gzip.compress(b'{"data": {}}' * 50)[:30], Content_Encoding="gzip"),
    "deflate that is none": _content(b"{}", Content_Encoding="deflate"),
    "redirect to nowhere": _redirect("http://[nowhere/", 302),
}
"""It is not known whether the request was carried out."""

SLOW: dict[str, Answer] = {
    "silence": _raw(1.5),
    "silence after the headers": _raw(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n", 1.5),
    "dribbled head": _dribble(head=True),
    "dribbled body": _dribble(head=False),
    "a body shorter than it says": lambda right: [
        f"HTTP/1.1 200 OK\r\nContent-Length: {len(right.body) + 9}\r\n\r\n".encode() + right.body,
        1.5,
    ],
    "interim answers without end": _raw(*[b"HTTP/1.1 100 Continue\r\n\r\n", 0.1] * 20),
}
"""The same, and it takes its time."""

WRONG_SHAPE: dict[str, Answer] = {
    "nothing": _content(b""),
    "204": _raw(b"HTTP/1.1 204 No Content\r\n\r\n"),
    "205": _status(205),
    "null": _content(b"null"),
    "an empty object": _content(b"{}"),
    "an empty list": _content(b"[]"),
    "a text": _content(b'"accepted"'),
    "a number": _content(b"42"),
    "half a document": _content(b'{"data": {"id": 10'),
    "two documents": _content(b"{}{}"),
    "HTML": _content(b"<html><title>Please sign in</title></html>", Content_Type="text/html"),
    "invalid UTF-8": _content(b'{"data": "\xff\xfe"}'),
    "a byte order mark": _content(b'\xef\xbb\xbf{"data": {}}'),
    "deep nesting": _content(b"[" * 100_000),
    "data null": _data(None),
    "data an empty object": _data({}),
    "data an empty list": _data([]),
    "data a list": _data([{"id": 1003}]),
    "data a list of nothing": _data([None]),
    "data a text": _data("ok"),
    "data a number": _data(7),
    "data true": _data(True),
    "no data": _content(b'{"status": {"code": 200, "is_success": true}}'),
    "id null": _id(None),
    "id a word": _id("abc"),
    "id true": _id(True),
    "id a list": _id([1003]),
    "id a fraction": _id(1003.5),
    "id negative text": _id("-1"),
}
"""A success with something else in it than was asked for."""

SERVER_ERRORS: dict[str, Answer] = {
    **{
        str(status): _status(status, b'{"status": {"user_message": "Down."}}')
        for status in (408, 500, 501, 502)
    },
    **{str(status): _status(status) for status in (503, 504, 507, 520, 529, 599)},
    "502 in HTML": _status(502, b"<html><title>Bad gateway</title></html>", Content_Type="text/html"),
    "500 with garbage": _status(500, b"\xff\x00{["),
    "500 of deep nesting": _status(500, b"[" * 100_000),
}
"""It is not known whether the request was carried out."""

REFUSALS: dict[str, Answer] = {
    str(status): _status(status, b'{"status": {"user_message": "No."}}')
    for status in (400, 401, 402, 403, 404, 405, 409, 410, 421, 423, 425, 451)
}
"""The request was not carried out."""

UNKNOWN = {**NO_ANSWER, **SERVER_ERRORS}
QUICK = {**NO_ANSWER, **WRONG_SHAPE, **SERVER_ERRORS}
ALL = {**QUICK, **SLOW, **REFUSALS}


def retry_after(value: str, status: int) -> Answer:
    """A refusal with this Retry-After."""
    return _status(status, b"", Retry_After=value)


def with_field(name: str, value: Any) -> Answer:
    """The right answer, but for one field of its data."""

    def changed(right: Right) -> Iterable[Step]:
        envelope = json.loads(right.body)
        envelope["data"] = {**envelope["data"], name: value}
        return [http(200, json.dumps(envelope).encode(), right.date)]

    return changed


def telling(status: int, content: str) -> Answer:
    """An answer that repeats the token where `content` says `{token}`."""
    return lambda right: [http(status, content.replace("{token}", right.token).encode(), right.date)]
