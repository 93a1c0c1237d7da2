"""The deployments that one code base runs in: each with variables of its own, and so with jobs of its own."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import UsageError
from .variables import read_env_file

_AFFIXES = re.compile(r"^\.?env(?=$|[._-])[._-]?|[._-]env$")
"""What the name of a file says beside the name of its deployment: ``prod.env``, ``.env.staging``, ``env-dev``."""


@dataclass(frozen=True)
class Deployment:
    """One place where the code runs, with the environment variables that it has there."""

    name: str = ""
    """Empty: the environment that the tool itself runs in."""
    variables: Mapping[str, str] = field(default_factory=dict, repr=False)
    """They hold secrets: never shown."""
    file: Path | None = None


def read_deployments(files: Sequence[Path], named: Sequence[str] = ()) -> tuple[Deployment, ...]:
    """The deployment of each file, and of each ``NAME=FILE``; the process's own environment where there is none.

    A file that is given alone lies over the process's environment. Of several, each stands for itself: what the process
    happens to have says nothing of production. Raises UsageError, which never shows a value.
    """
    given = [(deployment_name(path), path) for path in files] + [_named(text) for text in named]
    seen: dict[str, Path] = {}
    for name, path in given:
        if name in seen:
            raise UsageError(
                f"{seen[name]} and {path} are both deployment {name!r}; give each a name of its own with --deployment NAME=FILE"
            )
        seen[name] = path
    if not given:
        return (Deployment("", dict(os.environ)),)
    base = dict(os.environ) if len(given) == 1 else {}
    return tuple(Deployment(name, {**base, **read_env_file(path)}, path) for name, path in given)


def deployment_name(path: Path) -> str:
    """The name that a file gives its deployment; ``.env`` alone takes that of its folder."""
    name = path.name
    while (shorter := _AFFIXES.sub("", name)) != name:
        name = shorter
    return name.strip(".") or path.parent.name or "default"


def _named(text: str) -> tuple[str, Path]:
    name, separator, file = text.partition("=")
    if not separator or not name.strip() or not file.strip():
        raise UsageError(f"--deployment {text}: expected NAME=FILE")
    return name.strip(), Path(file.strip())
