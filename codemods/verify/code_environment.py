"""The environment variables that the code under observation gets: what programs need to run, and what was named for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from ..errors import UsageError

_HARMLESS: Final = frozenset(
    {"PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TERM", "TMPDIR", "TMP", "TEMP"}
    | {"VIRTUAL_ENV", "CONDA_PREFIX", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH"}
    | {"PYTHONPATH", "PYTHONHOME", "PYTHONUTF8", "PYTHONIOENCODING", "PYTHONHASHSEED", "LEGACY_SHIM_INSTALL"}
    | {"SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT", "USERPROFILE", "USERNAME", "APPDATA"}
    | {"LOCALAPPDATA", "PROGRAMDATA", "PROGRAMFILES", "HOMEDRIVE", "HOMEPATH", "NUMBER_OF_PROCESSORS"}
)
"""Where programs, libraries and folders are, and which language is spoken. None of these holds a secret."""
_HARMLESS_PREFIX: Final = "LC_"


def code_environment(
    process: Mapping[str, str], file: Mapping[str, str], passed: Iterable[str]
) -> dict[str, str]:
    """What of the environment of this process the code gets, with the variables of an env file over it.

    Raises UsageError for a name that is to be passed and is not set.
    """
    names = list(passed)
    missing = [name for name in names if name not in process]
    if missing:
        raise UsageError(f"--pass-env {missing[0]}: it is not set")
    kept = {name: value for name, value in process.items() if _is_harmless(name)}
    return {**kept, **{name: process[name] for name in names}, **file}


def with_made_up_tokens(env: Mapping[str, str], variables: Iterable[str]) -> dict[str, str]:
    """The environment, with a token of no worth in each variable that the code reads one from and does not have."""
    return {**{name: f"made-up-by-legacy-shim-for-{name}" for name in variables}, **env}


def _is_harmless(name: str) -> bool:
    return name.upper() in _HARMLESS or name.startswith(_HARMLESS_PREFIX)
