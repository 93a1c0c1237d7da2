"""Values of the command line that are what they say: strings, paths, numbers, words of a choice, and lists of these.

Newer releases of typer build a pydantic model for each parameter, and importing pydantic takes as long as scanning a small
project. What is read here needs none; all else, mistakes among it, is left to typer, with its messages.
"""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Any, get_args, get_origin

from typer.core import TyperGroup

_BY_TYPER = object()


class Plain:
    """A command of typer whose parameters take what is plain without a model."""

    def get_params(self, context: Any) -> list[Any]:
        """The parameters, that for help included."""
        parameters: list[Any] = super().get_params(context)  # type: ignore[misc]
        for parameter in parameters:
            if getattr(parameter, "_runtime_param", parameter) is None:
                parameter._runtime_param = _PlainParameter()
        return parameters


class PlainGroup(Plain, TyperGroup):
    """The same for a group of commands."""


class _PlainParameter:
    """What typer asks for the value of a parameter."""

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """The value that the words of the command line stand for."""
        is_several = param.multiple or param.nargs == -1
        if value is None:
            return () if is_several else None
        found = _read(param.type_descriptor.annotation, value, is_several=is_several)
        if found is not _BY_TYPER and not (isinstance(found, int) and _is_out_of_range(param, found)):
            return found
        param._runtime_param = None
        return param.get_runtime_param().coerce(value, param=param, ctx=ctx)


def _read(kind: Any, value: Any, *, is_several: bool) -> Any:
    if is_several:
        inner = get_args(kind)
        if get_origin(kind) is not list or len(inner) != 1 or not isinstance(value, (list, tuple)):
            return _BY_TYPER
        read = [_read(inner[0], each, is_several=False) for each in value]
        return _BY_TYPER if _BY_TYPER in read else read
    if kind in (str, Path) and isinstance(value, (str, Path)):
        return kind(value)
    if kind is int and (
        type(value) is int or (isinstance(value, str) and value.isdecimal() and value.isascii())
    ):
        return int(value)
    if isinstance(kind, type) and issubclass(kind, Enum):
        words = {str(each.value): each for each in kind}
        if isinstance(value, kind):
            return value
        return words.get(value, _BY_TYPER) if isinstance(value, str) else _BY_TYPER
    return _BY_TYPER


def _is_out_of_range(param: Any, value: int) -> bool:
    info = param.type_descriptor.parameter_info
    return (info.min is not None and value < info.min) or (info.max is not None and value > info.max)
