"""The connection of a dbt project, as a ``profiles.yml`` for one run."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

from .backends import RunContext

_GENERATED: Mapping[str, Any] = {"type": "duckdb", "path": "warehouse.duckdb", "schema": "main"}


class NotADbtProject(ValueError):
    """The folder has no readable ``dbt_project.yml``."""


def read_yaml(path: Path) -> Mapping[str, Any]:
    """A YAML file with a mapping in it. Raises NotADbtProject where it is not one."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise NotADbtProject(f"{path} is not YAML: {error}") from error
    if not isinstance(content, dict):
        raise NotADbtProject(f"{path} is not a YAML mapping")
    return content


def profile_name(project: Path) -> str:
    """The profile that the project names in its ``dbt_project.yml``, else its own name."""
    path = project / "dbt_project.yml"
    if not path.is_file():
        raise NotADbtProject(f"{project} is not a dbt project: it has no dbt_project.yml")
    content = read_yaml(path)
    if "name" not in content:
        raise NotADbtProject(f"{path} has no name")
    return str(content.get("profile") or content["name"])


def write_profile(project: Path, work: Path, context: RunContext) -> Path:
    """Write the profile of a run; returns its folder.

    It is the project's own output of the run's target, else its default output, else a DuckDB file. As in dbt
    Cloud, the target has the name that the job's settings give it. A DuckDB file is moved into ``work``: a copy of
    the project's, where it has one.
    """
    name = profile_name(project)
    output = {**_output(project, name, context.target_name), "threads": context.threads}
    if context.schema is not None:
        output["schema"] = context.schema
    if output.get("type") == "duckdb":
        output["path"] = str(_private_database(project, work, str(output.get("path", ""))))
    document = {name: {"target": context.target_name, "outputs": {context.target_name: output}}}
    folder = context.folder / "profiles"
    folder.mkdir(exist_ok=True)
    (folder / "profiles.yml").write_text(yaml.safe_dump(document), encoding="utf-8")
    return folder


def _output(project: Path, name: str, target: str) -> Mapping[str, Any]:
    path = project / "profiles.yml"
    profile = read_yaml(path).get(name) if path.is_file() else None
    if profile is None:
        return _GENERATED
    outputs = profile.get("outputs") or {}
    output = outputs.get(target) or outputs.get(profile.get("target", "default")) or _GENERATED
    return dict(output)


def _private_database(project: Path, work: Path, path: str) -> Path | str:
    if path.startswith("md:"):
        return path
    original = project / path
    is_file_name = path != "" and "{{" not in path and not path.startswith(":")
    private = work / (original.name if is_file_name else str(_GENERATED["path"]))
    if is_file_name and original.is_file() and not private.exists():
        shutil.copyfile(original, private)
    return private
