"""What shape the answer to a call has. A success with anything else in it is trouble, like an answer that was cut."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

_ACCOUNT = r"/accounts/\d+"
_END = r"/?(?:\?.*)?$"


def id_of(value: Any) -> int | None:
    """Return the id in the details of a run or a job, as a number; None where there is none."""
    found = value.get("id") if isinstance(value, Mapping) else None
    if isinstance(found, str) and re.fullmatch(r"[0-9]{1,18}", found):
        return int(found)
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def _is_object(data: Any) -> bool:
    return isinstance(data, Mapping)


def _is_object_or_list(data: Any) -> bool:
    return isinstance(
        data, (Mapping, list)
    )  # a list is what tests of users, written after dagster-dbt's own, mock


def _is_list(data: Any) -> bool:
    return isinstance(data, list)


def _is_list_of_objects(data: Any) -> bool:
    return isinstance(data, list) and all(isinstance(one, Mapping) for one in data)


def _is_run(data: Any) -> bool:
    return id_of(data) is not None


_SHAPES: tuple[tuple[str, re.Pattern[str], Callable[[Any], bool], str], ...] = (
    ("POST", re.compile(rf"{_ACCOUNT}/jobs/\d+/(?:re)?run{_END}"), _is_run, "the details of a run"),
    ("POST", re.compile(rf"{_ACCOUNT}/runs/\d+/cancel{_END}"), _is_object, "an object"),
    ("GET", re.compile(rf"{_ACCOUNT}/runs/\d+{_END}"), _is_object, "an object"),
    ("GET", re.compile(rf"{_ACCOUNT}/jobs/\d+{_END}"), _is_object_or_list, "an object"),
    ("GET", re.compile(rf"{_ACCOUNT}/(?:runs|jobs){_END}"), _is_list_of_objects, "a list of objects"),
    ("GET", re.compile(rf"{_ACCOUNT}/runs/\d+/artifacts{_END}"), _is_list, "a list"),
)


def expected_instead(method: str, url: str, data: Any) -> str | None:
    """Return what the ``data`` of an answer should be, in words; None where it is that, or may be anything."""
    for of_method, pattern, fits, words in _SHAPES:
        if of_method == method.upper() and pattern.search(url):
            return None if fits(data) else words
    return None
