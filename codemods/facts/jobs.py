"""What dbt Cloud knows of the jobs that the code names: the records, and the file they come from.

The file is JSON, holds no secret and belongs in version control. Version 1::

    {"version": 1, "host": "https://cloud.getdbt.com", "account_id": 12345,
     "jobs": {"67890": {"name": "Nightly", "project_id": 11, "environment_id": 22,
                        "execute_steps": ["dbt seed", "dbt build --select tag:daily"],
                        "generate_docs": false, "settings": {"threads": 8, "target_name": "prod"},
                        "triggers": {"schedule": true}}}}

A job may also carry ``name_is_unique`` (no other job of its project and environment has its name),
``environment_name``, ``dbt_version``, ``deferring``, ``earlier`` (what changed since the first look-up) and ``is_gone`` (dbt Cloud
did not have it when it was looked up last). Other keys are kept and ignored.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from legacy_shim.json_text import JsonError, parse_json
from legacy_shim.regular_file import read_given
from legacy_shim.visible import json_text

from .schema import FactsError, check_document

VERSION = 1
FILE_NAME = "dbt_cloud_jobs.json"
FILE_PATTERN = "dbt_cloud_jobs*.json"
"""``dbt_cloud_jobs.json``, and ``dbt_cloud_jobs.<account>.json`` where there are several accounts or hosts."""


@dataclass(frozen=True)
class Job:
    """A dbt Cloud job, as far as the migration needs to know it."""

    id: int
    account_id: int
    host: str
    """Scheme and host, without a slash at the end."""
    name: str
    project_id: int
    environment_id: int
    execute_steps: tuple[str, ...]
    """Its commands, in order, as they stand in dbt Cloud."""
    generate_docs: bool | None = None
    """None here and below: the file does not say."""
    name_is_unique: bool | None = None
    """Whether no other job of its project and environment has its name, by which v2 would find it."""
    environment_name: str | None = None
    dbt_version: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict, compare=False)
    triggers: Mapping[str, Any] = field(default_factory=dict, compare=False)
    deferring: Mapping[str, Any] = field(default_factory=dict, compare=False)
    earlier: Mapping[str, Sequence[Any]] = field(default_factory=dict, compare=False)
    """What its name, project, environment and commands were before: migrated code may say it still."""
    is_gone: bool = field(default=False, compare=False)
    """Whether dbt Cloud did not have it, or did not show it, when it was looked up last."""
    checks_stay_out: bool = field(default=False, compare=False)
    """Whether the code wants no asset checks of the job's tests. Not from the file."""
    raw: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)
    """All that the file says of it, unknown keys too."""
    path: Path = field(default=Path(FILE_NAME), compare=False)
    """The file that it comes from."""

    @property
    def schedule_is_on(self) -> bool | None:
        value = self.triggers.get("schedule")
        return value if isinstance(value, bool) else None


@dataclass(frozen=True)
class Facts:
    """All jobs of all facts files."""

    jobs: tuple[Job, ...] = ()
    files: tuple[Path, ...] = ()

    def job(self, job_id: int, account_id: int | None = None) -> Job | None:
        """The job of that id, in that account where one is given.

        None when no file has it, and when the account is not known and several accounts have such a job.
        """
        found = [
            job for job in self.jobs if job.id == job_id and account_id in (None, job.account_id)
        ]  # at most a few dozen jobs: no index needed
        return found[0] if len(found) == 1 else None

    def accounts_of(self, job_id: int) -> tuple[int, ...]:
        """The accounts whose files have a job of that id: why `job` answered None."""
        return tuple(job.account_id for job in self.jobs if job.id == job_id)


@dataclass(frozen=True)
class FactsFile:
    """One facts file: the document as it stands in the file, checked."""

    path: Path
    document: Mapping[str, Any]

    @property
    def account_id(self) -> int:
        return int(self.document["account_id"])

    @property
    def host(self) -> str:
        return normal_host(str(self.document["host"]))

    def jobs(self) -> tuple[Job, ...]:
        rows: Mapping[str, Mapping[str, Any]] = self.document["jobs"]
        return tuple(self._job(int(key), row) for key, row in rows.items())

    def _job(self, job_id: int, row: Mapping[str, Any]) -> Job:
        return Job(
            id=job_id,
            account_id=self.account_id,
            host=self.host,
            name=row["name"],
            project_id=row["project_id"],
            environment_id=row["environment_id"],
            execute_steps=tuple(row["execute_steps"]),
            generate_docs=row.get("generate_docs"),
            name_is_unique=row.get("name_is_unique"),
            environment_name=row.get("environment_name"),
            dbt_version=row.get("dbt_version"),
            settings=row.get("settings") or {},
            triggers=row.get("triggers") or {},
            deferring=row.get("deferring") or {},
            earlier=row.get("earlier") or {},
            is_gone=bool(row.get("is_gone")),
            raw=row,
            path=self.path,
        )


def read_facts_file(path: Path) -> FactsFile:
    """One facts file. Raises FactsError, which names the file and the place in it."""
    try:
        text = read_given(path).decode("utf-8-sig")
    except FileNotFoundError:
        raise FactsError(path, "", "no such facts file") from None
    except UnicodeDecodeError:
        raise FactsError(path, "", "it is not UTF-8") from None
    except OSError as error:
        raise FactsError(path, "", f"it cannot be read: {error.strerror}") from None
    return FactsFile(path, parse_document(path, text))


def parse_document(path: Path, text: str) -> Mapping[str, Any]:
    """The checked document in the text of a facts file. Raises FactsError."""

    def without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        members = dict(pairs)
        if len(members) < len(pairs):
            twice = next(key for key, number in Counter(key for key, _ in pairs).items() if number > 1)
            raise FactsError(path, "", f"the key {json.dumps(twice)} stands twice in one object")
        return members

    try:
        document = parse_json(text, pairs=without_duplicates)
    except JsonError as error:
        raise FactsError(path, "", f"it is not JSON: {error}") from None
    check_document(path, document, VERSION)
    return document  # type: ignore[no-any-return]  # check_document has seen that it is an object


def load_facts(paths: Sequence[Path]) -> Facts:
    """All jobs of several facts files.

    Raises FactsError for a file that is wrong, and where two files say different things of one job.
    """
    unique = list({path.resolve(): path for path in paths}.values())
    jobs: dict[tuple[int, int], Job] = {}
    for path in unique:
        for job in read_facts_file(path).jobs():
            other = jobs.setdefault((job.account_id, job.id), job)
            difference = _difference(other, job)
            if difference is not None:
                where = f'$.jobs."{job.id}"{difference}'
                raise FactsError(
                    path,
                    where,
                    f"{other.path} says something else of this job of account {job.account_id}: take it out of one of the two",
                )
    return Facts(tuple(jobs.values()), tuple(unique))


def _difference(one: Job, other: Job) -> str | None:
    """The path, below the job, of the first thing in which two records of a job differ."""
    if one is other:
        return None
    if one.host != other.host:
        return ""
    for key in sorted(one.raw.keys() | other.raw.keys()):
        if one.raw.get(key) != other.raw.get(key):
            return f".{key}"
    return None


def discover_facts(paths: Iterable[Path]) -> tuple[Path, ...]:
    """The facts files beside the given paths, or in the nearest folder above that has one.

    The search ends at the top of the git repository, or of the file system.
    """
    found: dict[Path, None] = {}
    for path in paths:
        found.update(dict.fromkeys(_nearest(path if path.is_dir() else path.parent)))
    return tuple(found)


def _nearest(folder: Path) -> list[Path]:
    resolved = folder.resolve()
    for each in (resolved, *resolved.parents):
        files = sorted(
            path for path in each.glob(FILE_PATTERN) if path.is_file() and _is_facts_name(path.name)
        )
        if files:
            return [_as_seen_from_here(path) for path in files]
        if (each / ".git").exists():
            break
    return []


def _is_facts_name(name: str) -> bool:
    return name == FILE_NAME or name.startswith(FILE_NAME.removesuffix("json"))


def _as_seen_from_here(path: Path) -> Path:
    """Relative to the working directory where it is inside: that is how people name it."""
    here = Path.cwd().resolve()
    return path.relative_to(here) if path.is_relative_to(here) else path


def dump(document: Mapping[str, Any]) -> str:
    """The text of a facts file, as `lookup` writes it: jobs in the order of their ids, so that diffs stay small."""
    jobs = dict(sorted(document["jobs"].items(), key=lambda item: int(item[0])))
    return json_text({**document, "jobs": jobs}) + "\n"


def normal_host(host: str) -> str:
    """A host as facts files hold it: with a scheme, in lower case, without a slash at the end."""
    text = host.strip().rstrip("/")
    scheme, separator, rest = text.partition("://")
    if not separator:
        scheme, rest = "https", text
    name, slash, path = rest.partition("/")
    return f"{scheme.lower()}://{name.lower()}{slash}{path}"
