"""Whether data has exactly the shape that a TypedDict says: each key, no other, and of its type."""

from __future__ import annotations

from collections.abc import Iterator
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints, is_typeddict


def misfits(data: Any, shape: Any, at: str = "") -> Iterator[str]:
    """Where data is of another shape."""
    origin = get_origin(shape)
    if shape is Any:
        return
    if is_typeddict(shape):
        yield from _of_dict(data, shape, at)
    elif origin in (Union, UnionType):
        if not any(not list(misfits(data, one, at)) for one in get_args(shape)):
            best = [one for one in get_args(shape) if is_typeddict(one) and isinstance(data, dict)]
            yield from misfits(data, best[0], at) if best else [f"{at}: {data!r} is no {shape}"]
    elif origin is list:
        if not isinstance(data, list):
            yield f"{at}: {data!r} is no list"
            return
        for number, one in enumerate(data):
            yield from misfits(one, get_args(shape)[0], f"{at}[{number}]")
    elif origin is dict:
        if not isinstance(data, dict):
            yield f"{at}: {data!r} is no dict"
            return
        for name, one in data.items():
            yield from misfits(one, get_args(shape)[1], f"{at}.{name}")
    else:
        wanted = (int, float) if shape is float else NoneType if shape is None else shape
        if not isinstance(data, wanted) or (isinstance(data, bool) and shape is not bool):
            yield f"{at}: {data!r} is no {shape}"


def _of_dict(data: Any, shape: Any, at: str) -> Iterator[str]:
    if not isinstance(data, dict):
        yield f"{at}: {data!r} is no dict"
        return
    hints = get_type_hints(shape)
    for name in sorted(shape.__required_keys__ - data.keys()):
        yield f"{at}.{name} is missing"
    for name, one in data.items():
        if name not in hints:
            yield f"{at}.{name} is more than the schema has"
        else:
            yield from misfits(one, hints[name], f"{at}.{name}")
