"""Fill a facts file: ask dbt Cloud for the jobs that the code names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from legacy_shim.visible import one_line

from .errors import UsageError
from .facts.answered import row_of
from .facts.cloud_reader import CloudError, CloudNotFound, CloudReader, CloudUnavailable
from .facts.drift import Changed, changes_of, with_earlier
from .facts.jobs import (
    FILE_NAME,
    VERSION,
    FactsFile,
    dump,
    normal_host,
    parse_document,
)
from .facts.permission import Approve, Granted, Named, Permission, never
from .facts.trust import DEFAULT_HOST, DEFAULT_TOKEN_ENV
from .files.checkout import refuse_way_out
from .files.replacing import replace_file
from .options import WantedJob

_LOOKED_UP = frozenset(
    {"name", "project_id", "environment_id", "execute_steps", "generate_docs", "settings", "triggers"}
    | {"name_is_unique", "dbt_version", "deferring"}
)
"""Keys of a job that a look-up writes. Others are people's and stay."""


@dataclass(frozen=True)
class Access:
    """Where and how to ask, as the user says it."""

    env: Mapping[str, str] = field(repr=False)
    deployments: Mapping[str, Mapping[str, str]] = field(default_factory=dict, repr=False, kw_only=True)
    """The variables of each deployment, by name: read before those of `env`."""
    token_env: str | None = None
    """The only variable that a token is read from, where it is given."""
    host: str | None = None
    """The only host to send requests to, where it is given."""
    account_id: int | None = None
    """For jobs whose account the code does not say."""
    approve: Approve = field(default=never, compare=False)
    """Asks whether a token may go where the code says; the default is where nobody can answer."""
    command: tuple[str, ...] = ("python", "-m", "legacy_shim.codemods", "lookup")
    """The words of the command, without --host and --token-env."""

    def permission(self, deployment: str) -> Permission:
        """What the user said, with the variables of a deployment over those of `env`."""
        own = {name: value for name, value in self.deployments.get(deployment, {}).items() if value.strip()}
        return Permission({**self.env, **own}, self.token_env, self.host, self.approve, self.command)

    def asked_as(self, deployment: str) -> list[str]:
        """The deployments to ask as, one after the other: of jobs of which the code names none, those that have a token."""
        token = self.token_env or DEFAULT_TOKEN_ENV
        if deployment or self.env.get(token, "").strip():
            return [deployment]
        return [name for name, own in self.deployments.items() if own.get(token, "").strip()] or [deployment]


@dataclass(frozen=True)
class LookupResult:
    """What came of a look-up."""

    found: tuple[int, ...] = ()
    written: tuple[Path, ...] = ()
    problems: tuple[str, ...] = ()
    granted: Mapping[tuple[str, int], Granted] = field(default_factory=dict, compare=False, repr=False)
    """The token that was sent to each host, for each account."""


@dataclass(frozen=True)
class _Group:
    """The jobs of one account on one host: one facts file."""

    host: str
    account_id: int
    jobs: tuple[WantedJob, ...]
    host_place: str = ""
    """Where somebody else than the user named the host."""

    @property
    def deployment(self) -> str:
        """The one that runs them, where they are taken part by part."""
        return self.jobs[0].deployment

    @property
    def variables(self) -> tuple[Named, ...]:
        """Those that the code reads the token from."""
        named = {job.token_env: Named(job.token_env, job.token_place) for job in self.jobs if job.token_env}
        return tuple(named.values())

    @property
    def job_ids(self) -> tuple[int, ...]:
        return tuple(sorted({job.job_id for job in self.jobs}))


def look_up(
    wanted: Sequence[WantedJob],
    access: Access,
    *,
    existing: Sequence[FactsFile],
    target: Path,
    told: Callable[[str], None],
) -> LookupResult:
    """Ask dbt Cloud for the jobs and write what it says, file by file, each in one step.

    A job is merged into the one of ``existing`` that is of its account and host. For another account a
    file is made: ``target``, or ``target`` with the account in its name where that is taken. What was found
    is written also when other jobs could not be found, and when the user interrupts.
    Raises UsageError when a file cannot be written.
    """
    groups, problems = _groups(wanted, access, existing)
    files = _target_files(groups, existing, target)
    found: list[int] = []
    written: list[Path] = []
    granted: dict[tuple[str, int], Granted] = {}
    for group, file in zip(groups, files, strict=True):
        answers = _Answers({}, problems, granted)
        try:
            for part in _by_deployment(group):
                _ask(part, access, answers, told)
        finally:
            gone = [job_id for job_id in answers.gone if str(job_id) in file.document["jobs"]]
            if answers.rows or gone:
                _write(_merged(file, answers.rows, gone))
                written.append(file.path)
                found.extend(answers.rows)
    return LookupResult(tuple(sorted(found)), tuple(written), tuple(problems), granted)


@dataclass(frozen=True)
class Checked:
    """What dbt Cloud says of jobs whose facts are written down."""

    changed: tuple[Changed, ...]
    files: tuple[FactsFile, ...]
    """The facts files as a look-up would write them now."""
    problems: tuple[str, ...]
    asked: tuple[int, ...]


def check(
    wanted: Sequence[WantedJob], access: Access, *, existing: Sequence[FactsFile], told: Callable[[str], None]
) -> Checked:
    """Ask again for all jobs that are written down, and say what is not as it was. Writes nothing."""
    by_id = {job.job_id: job for job in wanted}
    changed: list[Changed] = []
    problems: list[str] = []
    files: list[FactsFile] = []
    asked: list[int] = []
    for file in existing:
        named = [by_id.get(job.id, WantedJob(job.id)) for job in file.jobs()]
        known = [
            replace(job, account_id=file.account_id, host=file.host, host_place=str(file.path))
            for job in named
        ]
        groups, _ = _groups(known, access, [file])
        answers = _Answers({}, problems, {})
        for part in [part for group in groups for part in _by_deployment(group)]:
            _ask(part, access, answers, told)
        before = file.document["jobs"]
        for job_id, row in answers.rows.items():
            changed += changes_of(job_id, before[str(job_id)], row)
        changed += [Changed(job_id, "") for job_id in answers.gone]
        asked += [*answers.rows, *answers.gone]
        files.append(_merged(file, answers.rows))
    return Checked(tuple(changed), tuple(files), tuple(problems), tuple(asked))


@dataclass(frozen=True)
class _Answers:
    """What dbt Cloud answers, request by request."""

    rows: dict[int, dict[str, Any]]
    problems: list[str]
    granted: dict[tuple[str, int], Granted]
    gone: list[int] = field(default_factory=list)
    """The jobs that it does not have; they are problems, too."""


def _groups(
    wanted: Sequence[WantedJob], access: Access, existing: Sequence[FactsFile]
) -> tuple[list[_Group], list[str]]:
    """The jobs by account and host. A job whose account or host nobody knows is a problem."""
    accounts = {file.account_id for file in existing}
    only_account = next(iter(accounts)) if len(accounts) == 1 else None
    members: dict[tuple[str, int], list[WantedJob]] = {}
    places: dict[tuple[str, int], str] = {}
    problems = []
    for job in wanted:
        account_id = job.account_id or access.account_id or only_account
        if account_id is None:
            problems.append(_not_known(job, "account", job.account_env, "--account-id"))
            continue
        named = _host_of(job, account_id, access, existing)
        if named is None:
            # The default would send the token to a host that the code does not mean.
            problems.append(_not_known(job, "host", job.host_env, "--host"))
            continue
        key = (normal_host(named.value), account_id)
        members.setdefault(key, []).append(job)
        places.setdefault(key, named.place)
    groups = [
        _Group(host, account_id, tuple(jobs), places[host, account_id])
        for (host, account_id), jobs in sorted(members.items())
    ]
    return groups, problems


def _by_deployment(group: _Group) -> list[_Group]:
    """A group in parts: each deployment has a token of its own."""
    names = dict.fromkeys(job.deployment for job in group.jobs)
    return [replace(group, jobs=tuple(job for job in group.jobs if job.deployment == name)) for name in names]


def _not_known(job: WantedJob, what: str, variable: str | None, option: str) -> str:
    places = f" ({job.places[0]})" if job.places else ""
    wanted = f"set {one_line(variable)}, or give {option}" if variable else f"give {option}"
    return f"job {job.job_id}{places}: its {what} is not known; {wanted}"


def _host_of(job: WantedJob, account_id: int, access: Access, existing: Sequence[FactsFile]) -> Named | None:
    """What the user says, else the code, else the facts; None where the code takes it from where nothing is."""
    if access.host is not None:
        return Named(access.host)
    if job.host is not None:
        return Named(job.host, job.host_place)
    file = next((file for file in existing if file.account_id == account_id), None)
    if file is not None:
        return Named(file.host, str(file.path))
    return None if job.host_env else Named(DEFAULT_HOST)


def _target_files(groups: Sequence[_Group], existing: Sequence[FactsFile], target: Path) -> list[FactsFile]:
    """The file of each group, as it is before the look-up."""
    taken = {file.path.resolve() for file in existing}
    files = []
    for group in groups:
        _refuse_another_host(group, existing)
        same = (file for file in existing if (file.host, file.account_id) == (group.host, group.account_id))
        file = next(same, None) or FactsFile(_free_path(target, group, taken), _empty_document(group))
        refuse_way_out(file.path)
        taken.add(file.path.resolve())
        files.append(file)
    return files


def _refuse_another_host(group: _Group, existing: Sequence[FactsFile]) -> None:
    """Raise where a file has a job of the group on another host: `migrate` would find two records of one job."""
    for file in existing:
        both = [job.id for job in file.jobs() if job.id in group.job_ids]
        if both and file.account_id == group.account_id and file.host != group.host:
            raise UsageError(
                f"{file.path} has job {both[0]} of account {file.account_id} on {file.host}, and {group.host} is asked for: "
                f'if the account has moved, write "host": "{group.host}" in it and look up again; if both are to stay, name '
                "another file with --facts, here and for `migrate`"
            )


def _free_path(target: Path, group: _Group, taken: set[Path]) -> Path:
    stem = target.name.removesuffix(".json")
    host_name = re.sub(r"[^\w.-]", "-", group.host.partition("://")[2])
    names = (target.name, f"{stem}.{group.account_id}.json", f"{stem}.{group.account_id}.{host_name}.json")
    paths = [target.with_name(name) for name in names]
    path = next((one for one in paths if one.resolve() not in taken and not one.exists()), None)
    if path is None:
        raise UsageError(f"{paths[-1]} is of another account or host; name the file with --facts")
    if path.is_symlink():
        # Written through, it would make a file wherever the checkout wants one.
        raise UsageError(f"{path} is a link to nothing: delete it, or name another file with --facts")
    return path


def _empty_document(group: _Group) -> Mapping[str, Any]:
    return {"version": VERSION, "host": group.host, "account_id": group.account_id, "jobs": {}}


def _ask(group: _Group, access: Access, answers: _Answers, told: Callable[[str], None]) -> None:
    """Ask with the token of the deployment that runs the jobs; where the code does not say which, with each in turn."""
    gone = set(group.job_ids)
    for name in access.asked_as(group.deployment):
        tried = _Answers(answers.rows, [], answers.granted)
        _ask_as(name, group, access, tried, told)
        gone.intersection_update(tried.gone)
        group = replace(group, jobs=tuple(job for job in group.jobs if job.job_id not in answers.rows))
        if not group.jobs:
            break
    answers.gone.extend(sorted(gone))
    answers.problems.extend(tried.problems)


def _ask_as(
    deployment: str, group: _Group, access: Access, answers: _Answers, told: Callable[[str], None]
) -> None:
    """Fill the rows job by job, so that an interrupt loses none that was found."""
    rows, problems = answers.rows, answers.problems
    try:
        grant = access.permission(deployment).token_for(group.host, group.host_place, group.variables)
        for line in _notes(group, access, grant):
            told(line)
        with CloudReader(group.host, group.account_id, grant.token, told) as reader:
            answers.granted[group.host, group.account_id] = grant
            for job_id in group.job_ids:
                try:
                    rows[job_id] = row_of(reader.job(job_id), job_id)
                except CloudUnavailable:
                    raise
                except CloudError as error:
                    problems.append(str(error))
                    if isinstance(error, CloudNotFound):
                        answers.gone.append(job_id)
            asked = {job_id: row for job_id, row in rows.items() if job_id in group.job_ids}
            _mark_unique_names(reader, asked, problems)
    except CloudUnavailable as error:
        missing = ", ".join(str(job_id) for job_id in group.job_ids if job_id not in rows)
        left = f" (not looked up: job {missing})" if missing else ""
        problems.append(f"account {group.account_id}{left}: {error}")


def _notes(group: _Group, access: Access, grant: Granted) -> Iterator[str]:
    """Which host gets the requests, and where that is not what the code says."""
    yield f"account {group.account_id} on {group.host}, with the token in {one_line(grant.variable)}"
    if access.host:
        others = {normal_host(job.host): job for job in group.jobs if job.host}
        others.pop(group.host, None)
        for host, job in others.items():
            yield f"{one_line(job.host_place)}: the code names {one_line(host)}; --host was used"
    for named in group.variables:
        if named.value != grant.variable and not access.token_env:
            yield f"{one_line(named.place)}: the code reads {one_line(named.value)}; --token-env would use it"


def _mark_unique_names(reader: CloudReader, rows: Mapping[int, dict[str, Any]], problems: list[str]) -> None:
    """Say of each job whether another one of its project and environment has its name.

    Left unsaid where the jobs of the environment cannot be listed: the other facts are worth having.
    """
    places = sorted({(row["project_id"], row["environment_id"]) for row in rows.values()})
    for project_id, environment_id in places:
        try:
            names = list(reader.job_names(project_id, environment_id).values())
        except CloudUnavailable:
            raise
        except CloudError as error:
            problems.append(f"{error}; whether the names of its jobs are unique is not known")
            continue
        for row in rows.values():
            if (row["project_id"], row["environment_id"]) == (project_id, environment_id):
                row["name_is_unique"] = names.count(row["name"]) <= 1


def _merged(file: FactsFile, rows: Mapping[int, Mapping[str, Any]], gone: Sequence[int] = ()) -> FactsFile:
    jobs: dict[str, Any] = dict(file.document["jobs"])
    jobs |= {str(job_id): {**jobs[str(job_id)], "is_gone": True} for job_id in gone}
    for job_id, row in rows.items():
        before = jobs.get(str(job_id), {})
        own = {key: value for key, value in before.items() if key not in _LOOKED_UP}
        jobs[str(job_id)] = with_earlier(before, {**row, **own})
    return FactsFile(file.path, {**file.document, "jobs": jobs})


def _write(file: FactsFile) -> None:
    text = dump(file.document)
    parse_document(file.path, text)  # what dbt Cloud said may be of a kind that `migrate` would refuse
    target = file.path.resolve()
    try:
        replace_file(target, text.encode(), target.stat() if target.exists() else None)
    except OSError as error:
        raise UsageError(f"{file.path}: it cannot be written: {error.strerror}") from None


def default_target(paths: Sequence[Path]) -> Path:
    """Where a new facts file goes, so that `migrate` finds it from each of the paths.

    The working directory where all paths are inside it, else the folder of the first path.
    """
    here = Path.cwd().resolve()
    if all(path.resolve().is_relative_to(here) for path in paths):
        return Path(FILE_NAME)
    first = paths[0]
    return (first if first.is_dir() else first.parent) / FILE_NAME
