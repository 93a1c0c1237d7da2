"""Reads the JSON file that describes a local dbt Cloud: accounts, projects, environments and jobs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from legacy_shim.json_text import JsonError, parse_json
from legacy_shim.regular_file import read_given

from .backends import Backend
from .dbt_project import DbtProject
from .profiles import NotADbtProject
from .recorded import RecordedArtifacts
from .runs import Speed
from .state import DbtCloud


class SetupError(ValueError):
    """The set-up file cannot be read or does not say what is needed. The message says where."""


def load_setup(path: Path | str) -> DbtCloud:
    """A DbtCloud as the file describes it; relative paths in it are relative to the file.

    A project has ``dbt_project`` (a folder) or ``artifacts`` (a folder with a manifest.json). Environment variables
    of a project are under ``environment_variables``: ``{"NAME": {"project": "value", "jobs": {"67890": "value"}}}``.
    ``speed`` beside ``accounts`` sets the fields of Speed, in seconds.
    Raises SetupError.
    """
    path = Path(path)
    try:
        content = parse_json(read_given(path))
    except OSError as error:
        raise SetupError(f"cannot read {path}: {error.strerror}") from error
    except JsonError as error:
        raise SetupError(f"{path} is not JSON: {error}") from error
    cloud = DbtCloud(_speed(content))
    accounts = _list(content, "accounts", "the file")
    for number, account in enumerate(accounts):
        place = f"accounts[{number}]"
        try:
            _add_account(cloud, account, path.parent, place)
        except (AttributeError, TypeError, KeyError) as error:
            raise SetupError(f"{place}: a value in it is of the wrong kind: {error}") from error
    return cloud


def _speed(content: Any) -> Speed:
    fields = content.get("speed", {}) if isinstance(content, dict) else {}
    try:
        return Speed(**{name: float(seconds) for name, seconds in fields.items()})
    except (AttributeError, TypeError, ValueError) as error:
        raise SetupError(f"speed: {error}") from error


def _add_account(cloud: DbtCloud, account: Any, folder: Path, place: str) -> None:
    account_id = _number(account, "id", place)
    tokens = _list(account, "tokens", place)
    if not tokens or not all(isinstance(token, str) and token for token in tokens):
        raise SetupError(f"{place}.tokens: at least one text is needed")
    _add(place, lambda: cloud.add_account(account_id, token=tokens[0], name=account.get("name", "")))
    for token in tokens[1:]:
        cloud.add_token(account_id, token)
    for number, project in enumerate(account.get("projects", ())):
        _add_project(cloud, account_id, project, folder, f"{place}.projects[{number}]")


def _add_project(cloud: DbtCloud, account_id: int, project: Any, folder: Path, place: str) -> None:
    project_id = _number(project, "id", place)
    backend = _backend(project, folder, place)
    name = project.get("name", "")
    _add(place, lambda: cloud.add_project(project_id, account_id=account_id, name=name, backend=backend))
    for number, environment in enumerate(project.get("environments", ())):
        where = f"{place}.environments[{number}]"
        fields = {key: value for key, value in environment.items() if key in ("name", "dbt_version")}
        environment_id = _number(environment, "id", where)
        _add(where, lambda: cloud.add_environment(environment_id, project_id=project_id, **fields))  # noqa: B023
    for number, job in enumerate(project.get("jobs", ())):
        _add_job(cloud, project_id, job, f"{place}.jobs[{number}]")
    for name, levels in project.get("environment_variables", {}).items():
        if "project" in levels:
            cloud.add_environment_variable(project_id, name, str(levels["project"]))
        for job_id, value in levels.get("jobs", {}).items():
            cloud.add_environment_variable(project_id, name, str(value), job_id=int(job_id))


def _add_job(cloud: DbtCloud, project_id: int, job: Any, place: str) -> None:
    job_id, environment_id = _number(job, "id", place), _number(job, "environment_id", place)
    steps = _list(job, "execute_steps", place)
    known = ("id", "name", "environment_id", "execute_steps", "project_id")
    fields = {key: value for key, value in job.items() if key not in known}
    _add(
        place,
        lambda: cloud.add_job(
            job_id,
            project_id=project_id,
            environment_id=environment_id,
            name=job.get("name", f"Job {job_id}"),
            execute_steps=steps,
            **fields,
        ),
    )


def _backend(project: Mapping[str, Any], folder: Path, place: str) -> Backend:
    given = [key for key in ("dbt_project", "artifacts") if key in project]
    if len(given) != 1:
        raise SetupError(f'{place}: either "dbt_project" or "artifacts" is needed')
    path = folder / project[given[0]]
    try:
        return DbtProject(path) if given[0] == "dbt_project" else RecordedArtifacts(path)
    except (FileNotFoundError, NotADbtProject) as error:
        raise SetupError(f"{place}.{given[0]}: {error}") from error


def _add(place: str, add: Callable[[], Any]) -> None:
    try:
        add()
    except ValueError as error:
        raise SetupError(f"{place}: {error}") from error


def _number(row: Any, key: str, place: str) -> int:
    value = row.get(key) if isinstance(row, dict) else None
    if not isinstance(value, int) or isinstance(value, bool):
        raise SetupError(f"{place}.{key}: a number is needed")
    return value


def _list(row: Any, key: str, place: str) -> list[Any]:
    value = row.get(key) if isinstance(row, dict) else None
    if not isinstance(value, Iterable) or isinstance(value, (str, dict)):
        raise SetupError(f"{place}: a list {key!r} is needed")
    return list(value)
