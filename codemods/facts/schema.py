"""What a facts file must look like, and how to say where it does not."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from ..errors import UsageError

_WHOLE_NUMBER = "a whole number"
_TEXT = "a string"
_TRUTH = "true or false"
_OBJECT = "an object"
_COMMANDS = "a list of commands"

_REQUIRED: Final = {
    "name": _TEXT,
    "project_id": _WHOLE_NUMBER,
    "environment_id": _WHOLE_NUMBER,
    "execute_steps": _COMMANDS,
}
_OPTIONAL: Final = {
    "generate_docs": _TRUTH,
    "name_is_unique": _TRUTH,
    "environment_name": _TEXT,
    "dbt_version": _TEXT,
    "settings": _OBJECT,
    "triggers": _OBJECT,
    "deferring": _OBJECT,
    "earlier": _OBJECT,
    "is_gone": _TRUTH,
}
"""These may be left out, or null."""


class FactsError(UsageError):
    """A facts file is wrong. Says which, where in it (a JSON path), and what was expected there."""

    def __init__(self, path: Path, where: str, reason: str) -> None:
        super().__init__(": ".join(part for part in (str(path), where, reason) if part))
        self.path = path
        self.where = where


def check_document(path: Path, document: Any, version: int) -> None:
    """Raises FactsError for the first thing in a facts file that is not as it must be."""
    if not isinstance(document, dict):
        raise FactsError(path, "$", _expected(_OBJECT, document))
    found = document.get("version")
    if found != version or isinstance(found, bool):
        hint = (
            "; it may have been written by a newer legacy-shim"
            if isinstance(found, int) and found > version
            else ""
        )
        raise FactsError(path, "$.version", f"expected {version}, found {_shown(document, 'version')}{hint}")
    _check(path, "$", document, {"host": _TEXT, "account_id": _WHOLE_NUMBER, "jobs": _OBJECT}, {})
    for key, row in document["jobs"].items():
        where = f"$.jobs.{json.dumps(key)}"
        if not (key.isascii() and key.isdecimal() and len(key) < 20):
            raise FactsError(path, where, "expected the id of a job, in digits, as the key")
        if not isinstance(row, dict):
            raise FactsError(path, where, _expected(_OBJECT, row))
        _check(path, where, row, _REQUIRED, _OPTIONAL)
        for name, values in (row.get("earlier") or {}).items():
            if not isinstance(values, list):
                raise FactsError(path, f"{where}.earlier.{json.dumps(name)}", _expected("a list", values))
            for value in values:
                _check(path, f"{where}.earlier", {name: value}, {}, {**_REQUIRED, "schedule": _TRUTH})
        if row.get("id", int(key)) != int(key):
            raise FactsError(
                path, f"{where}.id", f"expected {int(key)}, like the key, found {_shown(row, 'id')}"
            )


def _check(
    path: Path,
    where: str,
    row: Mapping[str, Any],
    required: Mapping[str, str],
    optional: Mapping[str, str],
) -> None:
    for key, kind in required.items():
        if key not in row:
            raise FactsError(path, f"{where}.{key}", f"missing (expected {kind})")
        if not _is_a(kind, row[key]):
            raise FactsError(path, f"{where}.{key}", _expected(kind, row[key]))
    for key, kind in optional.items():
        if row.get(key) is not None and not _is_a(kind, row[key]):
            raise FactsError(path, f"{where}.{key}", _expected(kind, row[key]))


def _is_a(kind: str, value: Any) -> bool:
    if kind == _WHOLE_NUMBER:
        return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63
    if kind == _TEXT:
        return isinstance(value, str) and bool(value.strip())
    if kind == _TRUTH:
        return isinstance(value, bool)
    if kind == _COMMANDS:
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    return isinstance(value, dict)


def _expected(kind: str, value: Any) -> str:
    shown = json.dumps(value, ensure_ascii=False)
    return f"expected {kind}, found {shown if len(shown) <= 40 else shown[:37] + '...'}"


def _shown(row: Mapping[str, Any], key: str) -> str:
    return json.dumps(row[key]) if key in row else "none"
