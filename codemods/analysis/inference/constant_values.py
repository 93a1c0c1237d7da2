"""A value that is read off the code, and what it was read from."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Constant:
    """A value, and the environment variable or the setting that it was read from, if any."""

    value: object
    variable: str = ""
    is_data: bool = False
    """Whether a file beside the code says it, which may say another thing tomorrow: it decides no branch."""
    named_by: tuple[str, ...] = ()
    """The variables that say which variable that is: ``os.environ[f"JOB_{os.environ['STAGE']}"]``."""
    is_default: bool = False
    """Whether it depends on what a class of settings says, which may be set elsewhere where the code runs."""


Found = tuple[Constant, ...] | None
"""The constants that an expression may be; None where it may be anything. None so far: what depends on itself begins so."""


def as_kind(found: Found, kind: str) -> Found:
    """What ``int`` or ``str`` makes of values. What is no number stays: the code raises there."""
    try:
        made = [int(str(one.value)) if kind == "int" else str(one.value) for one in found or ()]
    except ValueError:
        return found
    return (
        None
        if found is None
        else tuple(replace(one, value=new) for one, new in zip(found, made, strict=True))
    )


def joint(text: Constant, part: Constant) -> Constant:
    """A text with one more part."""
    named_by = (*text.named_by, part.variable) if part.variable else text.named_by
    is_data, is_default = text.is_data or part.is_data, text.is_default or part.is_default
    return Constant(f"{text.value}{part.value}", "", is_data, named_by, is_default)
