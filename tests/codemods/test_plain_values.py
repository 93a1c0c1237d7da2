"""Values of the command line that are read without a model are what typer makes of the same words."""

from __future__ import annotations

from typing import Any

import pytest
import typer

from legacy_shim.codemods.commands import plain_values
from legacy_shim.codemods.commands.cli import app

COMMANDS: dict[str, Any] = typer.main.get_command(app).commands  # type: ignore[attr-defined]
CONFIGURED = {name: one for name, one in COMMANDS.items() if isinstance(one, plain_values.Plain)}
WORDS = (
    *(None, "x", "a/b", "", "1", "-1", "07", "\u00b2", "json", "JSON", "text", 0, 5, True),
    *(("a", "b"), ["1", "2"], (), ["x"]),
)


def _coerced(parameter: Any, value: object) -> str:
    try:
        return repr(parameter.get_runtime_param().coerce(value, param=parameter, ctx=None))
    except Exception as error:
        return f"{type(error).__name__}: {error}"


@pytest.mark.skipif(
    not hasattr(COMMANDS["scan"].params[0], "_runtime_param"), reason="this release of typer makes no models"
)
@pytest.mark.parametrize("name", sorted(CONFIGURED))
def test_plain_values_are_those_of_typer(name: str) -> None:
    parameters = CONFIGURED[name].params
    assert parameters
    for parameter in parameters:
        for value in WORDS:
            parameter._runtime_param = None
            by_typer = _coerced(parameter, value)
            parameter._runtime_param = plain_values._PlainParameter()
            assert _coerced(parameter, value) == by_typer, (parameter.name, value)
        parameter._runtime_param = None
