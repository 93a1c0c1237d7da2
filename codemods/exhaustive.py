"""``assert_never``, which Python has since 3.11: mypy refuses the call where a form of a union is left out."""

from __future__ import annotations

from typing import NoReturn


def assert_never(form: NoReturn) -> NoReturn:
    """Say that no form is left here."""
    raise AssertionError(f"{form!r} is not covered")
