"""Data that code reads when it loads, in a file beside it: YAML, JSON, TOML. As an expression of Python with the same value."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from legacy_shim.regular_file import read_bytes

from .code_locations import parse_toml
from .yaml_files import LARGEST, yaml_text

_DEEPEST = 50
"""Levels of lists and mappings."""


def _yaml(path: Path) -> Any:
    import yaml  # type: ignore[import-untyped]  # Few projects need it here.

    try:
        return yaml.safe_load(yaml_text(path))
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from error


def _json(path: Path) -> Any:
    return json.loads(read_bytes(path, largest=LARGEST).decode("utf-8"))


def _toml(path: Path) -> Any:
    return parse_toml(read_bytes(path, largest=LARGEST).decode("utf-8"))


READERS: Mapping[str, Callable[[Path], Any]] = {"yaml": _yaml, "json": _json, "toml": _toml}


def as_expression(path: Path, form: str) -> str:
    """What a file holds, as Python would write it. Raises OSError where it cannot be read, and ValueError where it has another form."""
    try:
        parts = _written(READERS[form](path))
    except RecursionError as error:
        raise ValueError(f"{path} is nested too deeply") from error
    return "".join(parts)


def _written(data: Any) -> list[str]:
    parts: list[str] = []
    _write(data, parts, 0)
    return parts


def _write(data: Any, parts: list[str], depth: int) -> None:
    if depth > _DEEPEST or len(parts) > LARGEST // 4:
        raise ValueError("it holds too much")  # An alias of YAML makes much of little.
    if isinstance(data, dict):
        parts.append("{")
        for key, value in data.items():
            parts.append(f"{_scalar(key)}: ")
            _write(value, parts, depth + 1)
            parts.append(", ")
        parts.append("}")
    elif isinstance(data, list):
        parts.append("[")
        for value in data:
            _write(value, parts, depth + 1)
            parts.append(", ")
        parts.append("]")
    else:
        parts.append(_scalar(data))


def _scalar(value: Any) -> str:
    """How Python writes a scalar; what it has no literal for, a date perhaps, is an expression of unknown value."""
    return repr(value) if value is None or type(value) in (str, int, bool) else "unknown()"
