"""Filters, order and pages of the API's lists."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from werkzeug.exceptions import BadRequest

from legacy_shim.json_text import JsonError, parse_json

MAX_LIMIT = 100
_NOT_FILTERS = frozenset({"limit", "offset", "order_by", "include_related", "account_id"})
_ALIASES = {"pk": "id"}


@dataclass(frozen=True)
class Page:
    """One page of a list. ``total_count`` counts all rows that passed the filters."""

    rows: list[dict[str, Any]]
    total_count: int
    filters: Mapping[str, Any]
    order_by: str | None

    @property
    def extra(self) -> Mapping[str, Any]:
        """What stands beside ``data`` in the answer."""
        return {
            "filters": dict(self.filters),
            "order_by": self.order_by,
            "pagination": {"count": len(self.rows), "total_count": self.total_count},
        }


def listed(rows: Sequence[dict[str, Any]], query: Mapping[str, str]) -> Page:
    """The rows that a query asks for: filtered by its fields, ordered, at most 100.

    Understands ``field=value``, ``field__in=[1,2]``, ``field__range=["from", "to"]`` (both ends included),
    ``field__icontains=text``, ``order_by``, ``limit`` and ``offset``. A field that the rows do not have is ignored.
    Raises BadRequest for values that cannot be read.
    """
    filters = {key: value for key, value in query.items() if key not in _NOT_FILTERS}
    passed = [row for row in rows if all(_passes(row, key, value) for key, value in filters.items())]
    order_by = query.get("order_by")
    if order_by:
        passed = _ordered(passed, order_by)
    limit = min(_number(query, "limit", MAX_LIMIT), MAX_LIMIT)
    offset = _number(query, "offset", 0)
    return Page(passed[offset : offset + limit], len(passed), filters, order_by)


def relations(text: str) -> frozenset[str]:
    """The names in ``include_related``: separated by commas, or a list as JSON or Python writes it."""
    return frozenset(re.findall(r"\w+", text))


def _passes(row: Mapping[str, Any], key: str, text: str) -> bool:
    name, _, operator = key.partition("__")
    name = _ALIASES.get(name, name)
    if name not in row:
        return True
    value = row[name]
    if operator == "":
        return _text(value) == text
    if operator == "icontains":
        return text.lower() in str(value).lower()
    if operator == "in":
        return _text(value) in {_text(wanted) for wanted in _list(text)}
    if operator == "range":
        bounds = _list(text)
        if len(bounds) != 2:
            raise BadRequest(f"{key}: Two values are needed.")
        return value is not None and _moment(key, bounds[0]) <= _moment(key, value) <= _moment(key, bounds[1])
    raise BadRequest(f"{key}: There is no such filter.")


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _list(text: str) -> list[Any]:
    try:
        found = parse_json(text)
    except JsonError:
        found = text.split(",")
    if not isinstance(found, list):
        found = [found]
    return found


def _moment(key: str, text: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(str(text).strip().replace("Z", "+00:00"))
    except ValueError as error:
        raise BadRequest(f"{key}: {text!r} is not a time.") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


def _ordered(rows: list[dict[str, Any]], order_by: str) -> list[dict[str, Any]]:
    name = order_by.removeprefix("-")
    if rows and name not in rows[0]:
        raise BadRequest(f"order_by: There is no field {name!r}.")
    known = sorted((row for row in rows if row[name] is not None), key=lambda row: row[name])
    if order_by.startswith("-"):
        known.reverse()
    return known + [row for row in rows if row[name] is None]


def _number(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name)
    if text is None:
        return default
    if not text.isdecimal():
        raise BadRequest(f"{name}: A valid integer is required.")
    return int(text)
