"""``[tool.legacy-shim]`` in pyproject.toml: options that a project always gives. The command line wins.

    [tool.legacy-shim]
    exclude = ["vendored/"]
    facts = "dbt_cloud_jobs.json"
    deployments = {prod = "envs/prod.env", staging = "envs/staging.env"}
    baseline = "legacy_shim_baseline.json"
    dagster-dbt = "0.28.20"
    to = "specs"
    format = "text"

Paths are seen from the folder of the file.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from typer.core import TyperCommand

from ..errors import UsageError
from .console import answers
from .plain_values import Plain
from .progress import Watch

FILE_NAME = "pyproject.toml"
TABLE = "legacy-shim"
_OF_REPORTS = ("text", "json", "sarif", "github")
_FORMATS = {"verify": ("text", "json", "html")}
"""What a command prints that has no report."""


class Configured(Plain, TyperCommand):
    """A command that takes what its command line does not say from the project's configuration."""

    def parse_args(self, context: Any, args: list[str]) -> list[str]:
        """Parse twice: the paths say which configuration it is."""
        rest: list[str] = super().parse_args(context, list(args))
        given = context.params.get("paths") or context.params.get("path")
        with answers(Watch()):
            settings = settings_for([given] if isinstance(given, Path) else given or [])
        defaults = _defaults(settings, context)
        if defaults:
            context.default_map = defaults
            context.params.clear()
            rest = super().parse_args(context, list(args))
        return rest


def _defaults(settings: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """The settings that a command takes, and that its command line does not say or rule out."""
    own = {str(parameter.name): parameter for parameter in context.command.params}

    def says(*names: str) -> bool:
        sources = [context.get_parameter_source(name) for name in names if name in own]
        return any(source is not None and source.name == "COMMANDLINE" for source in sources)

    found = {name: value for name, value in settings.items() if name in own and not says(name)}
    if says("env_file", "deployment"):
        found.pop("env_file", None)
        found.pop("deployment", None)
    if says("write_baseline", "usage"):
        found.pop("baseline", None)
    if says("diff") or found.get("form") not in _FORMATS.get(str(context.command.name), _OF_REPORTS):
        found.pop("form", None)
    if "facts" in found and not own["facts"].multiple:
        files = found.pop("facts")
        found |= {"facts": files[0]} if len(files) == 1 else {}
    return found


def settings_for(paths: Sequence[Path]) -> Mapping[str, Any]:
    """What the configuration nearest above all of the paths says, by the names of the parameters.

    Raises UsageError, with the file and the key, for what it cannot say.
    """
    folders = [path if path.is_dir() else path.parent for path in (one.resolve() for one in paths)]
    if not folders:
        return {}
    start = Path(os.path.commonpath(folders))
    for folder in (start, *start.parents):
        file = folder / FILE_NAME
        table = _table_of(file)
        if table is not None:
            return _read(file, table)
        if (folder / ".git").exists():
            break
    return {}


def _table_of(file: Path) -> Mapping[str, Any] | None:
    """The table of this tool; None where the file has none, and none where it is no TOML, as others say then."""
    from legacy_shim.regular_file import read_given

    from ..files.code_locations import parse_toml

    if not file.is_file():
        return None
    try:
        text = read_given(file).decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{_shown(file)}: it cannot be read: {error}") from None
    if TABLE not in text:
        return None
    try:
        tool = parse_toml(text).get("tool", {})
    except ValueError as error:
        raise UsageError(f"{_shown(file)}: it is not TOML: {error}") from None
    table = tool.get(TABLE) if isinstance(tool, dict) else None
    if table is not None and not isinstance(table, dict):
        raise UsageError(f"{_shown(file)}: tool.{TABLE}: expected a table")
    return table


def _read(file: Path, table: Mapping[str, Any]) -> Mapping[str, Any]:
    known: Mapping[str, Callable[[Path, str, Any], Mapping[str, Any]]] = {
        "exclude": _exclude,
        "facts": _facts,
        "deployments": _deployments,
        "baseline": _baseline,
        "dagster-dbt": _dagster_dbt,
        "to": _to,
        "format": _format,
    }
    found: dict[str, Any] = {}
    for key, value in table.items():
        if key not in known:
            raise _wrong(file, key, f"unknown key; the keys are {', '.join(known)}")
        found |= known[key](file, key, value)
    return found


def _exclude(file: Path, key: str, value: Any) -> Mapping[str, Any]:
    return {"exclude": _texts(file, key, value)}


def _facts(file: Path, key: str, value: Any) -> Mapping[str, Any]:
    return {"facts": [_path(file, key, text) for text in _texts(file, key, value)]}


def _deployments(file: Path, key: str, value: Any) -> Mapping[str, Any]:
    if isinstance(value, dict):
        if not all(isinstance(one, str) and one for one in value.values()):
            raise _wrong(file, key, "expected NAME = FILE for each deployment")
        return {"deployment": [f"{name}={_path(file, key, one)}" for name, one in value.items()]}
    return {"env_file": [_path(file, key, text) for text in _texts(file, key, value)]}


def _baseline(file: Path, key: str, value: Any) -> Mapping[str, Any]:
    return {"baseline": _path(file, key, _text(file, key, value))}


def _dagster_dbt(file: Path, key: str, value: Any) -> Mapping[str, Any]:
    return {"dagster_dbt": _text(file, key, value)}


def _to(file: Path, key: str, value: Any) -> Mapping[str, Any]:
    from .cli_parameters import Target

    known = [target.value for target in Target]
    if value not in known:
        raise _wrong(file, key, f"expected one of {', '.join(known)}")
    return {"to": value}


def _format(file: Path, key: str, value: Any) -> Mapping[str, Any]:
    known = dict.fromkeys([*_OF_REPORTS, *(one for forms in _FORMATS.values() for one in forms)])
    if value not in known:
        raise _wrong(file, key, f"expected one of {', '.join(known)}")
    return {"form": value}


def _texts(file: Path, key: str, value: Any) -> list[str]:
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list) or not all(isinstance(one, str) and one for one in values):
        raise _wrong(file, key, "expected a list of strings")
    return values


def _text(file: Path, key: str, value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise _wrong(file, key, "expected a string")
    return value


def _path(file: Path, key: str, text: str) -> str:
    """A file that the configuration names, as the command line would. It is of the repository: others wrote the name."""
    path = (file.parent / text).resolve()
    top = next((folder for folder in file.parents if (folder / ".git").exists()), file.parent)
    if not path.is_relative_to(top):
        raise _wrong(file, key, f"{text} is outside of the repository: give it on the command line")
    return str(_from_here(path))


def _wrong(file: Path, key: str, reason: str) -> UsageError:
    return UsageError(f"{_shown(file)}: tool.{TABLE}.{key}: {reason}")


def _shown(file: Path) -> str:
    return str(_from_here(file))


def _from_here(path: Path) -> Path:
    here = Path.cwd().resolve()
    return path.relative_to(here) if path.is_relative_to(here) else path
