"""The command that runs, as words: for messages that say how to run it again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from .advice import COMMAND

if TYPE_CHECKING:
    import typer

_OF_ACCESS = frozenset({"token_env", "host"})
"""The parameters that say where a token goes."""


def words_without_access(context: typer.Context) -> tuple[str, ...]:
    """The command line as it was given, without what says where a token goes: a message adds that."""
    return (*COMMAND.split(), str(context.info_name), *_arguments(context), *_options(context))


def _arguments(context: typer.Context) -> Iterator[str]:
    for parameter in context.command.params:
        if parameter.param_type_name == "argument":
            yield from _texts(context.params[str(parameter.name)])


def _options(context: typer.Context) -> Iterator[str]:
    for parameter in context.command.params:
        name = str(parameter.name)
        source = context.get_parameter_source(name)
        is_given = source is not None and source.name == "COMMANDLINE"
        if parameter.param_type_name != "option" or name in _OF_ACCESS or not is_given:
            continue
        value = context.params[name]
        if value is True:
            yield parameter.opts[0]
            continue
        for text in _texts(value):
            yield parameter.opts[0]
            yield text


def _texts(value: object) -> Iterator[str]:
    """Each of the values of a parameter as it is written on a command line."""
    for each in value if isinstance(value, (list, tuple)) else [value]:
        yield str(getattr(each, "value", each))
