"""The local dbt Cloud that both sides are loaded against: the emulator, fed with the facts and the user's manifest."""

from __future__ import annotations

import json
import re
import secrets
import shutil
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from legacy_shim.json_text import parse_json
from legacy_shim.regular_file import read_bytes

from ..errors import UsageError
from ..facts.jobs import Facts, Job
from .request import DbtSource

_URL = re.compile(r"http://127\.0\.0\.1:\d+")
_LARGEST_MANIFEST = 1024 * 1024 * 1024  # bytes
_START_TIME = 60.0  # seconds
_HOLD = "10"
"""Seconds for which a trigger is answered no sooner than its run has ended: clients that poll rarely lose no time."""
_FIELDS = frozenset(
    {"generate_docs", "run_generate_sources", "settings", "triggers", "dbt_version", "job_type", "execution"}
    | {"deferring_job_definition_id", "deferring_environment_id", "schedule"}
)
"""What facts may say of a job beside its name, place and commands."""


@dataclass(frozen=True)
class LocalCloud:
    """A local dbt Cloud that answers."""

    url: str
    token: str
    hosts: tuple[str, ...]
    """Names of the hosts that it stands for, beside dbt Cloud's own."""


@contextmanager
def local_cloud(facts: Facts, dbt: DbtSource, work: Path, env: Mapping[str, str]) -> Iterator[LocalCloud]:
    """Run one as long as the context lasts. `env` is its environment: the dbt project that it runs is the user's code.

    Raises UsageError where it cannot be started.
    """
    if find_spec("werkzeug") is None:
        raise UsageError('verify needs the local dbt Cloud: pip install "legacy-shim[emulator]"')
    token = f"verify-{secrets.token_hex(8)}"
    setup = work / "cloud.json"
    setup.write_text(json.dumps(setup_document(facts.jobs, dbt, token, work)), "utf-8")
    log = work / "cloud.log"
    command = [
        sys.executable,
        "-m",
        "legacy_shim.emulator",
        "--jobs",
        str(setup),
        "--port",
        "0",
        "--hold",
        _HOLD,
    ]
    environment = {**env, "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "200", "NO_COLOR": "1"}
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=work,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield LocalCloud(_url_of(process, log), token, _hosts(facts))
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
        process.kill()


def setup_document(jobs: Sequence[Job], dbt: DbtSource, token: str, work: Path) -> dict[str, Any]:
    """The set-up file of the emulator. Raises UsageError for a project whose dbt side is not known."""
    accounts: defaultdict[int, defaultdict[int, list[Job]]] = defaultdict(lambda: defaultdict(list))
    for job in jobs:
        accounts[job.account_id][job.project_id].append(job)
    return {
        "accounts": [
            {
                "id": account,
                "tokens": [token],
                "projects": [
                    {"id": project, **_dbt_side(project, dbt, work), **_environments_and_jobs(members)}
                    for project, members in projects.items()
                ],
            }
            for account, projects in accounts.items()
        ]
    }


def _environments_and_jobs(jobs: Sequence[Job]) -> dict[str, Any]:
    environments = {
        job.environment_id: job.environment_name or f"Environment {job.environment_id}" for job in jobs
    }
    return {
        "environments": [{"id": number, "name": name} for number, name in environments.items()],
        "jobs": [
            {
                **{key: value for key, value in job.raw.items() if key in _FIELDS and value is not None},
                "id": job.id,
                "name": job.name,
                "environment_id": job.environment_id,
                "execute_steps": list(job.execute_steps),
            }
            for job in jobs
        ],
    }


def _dbt_side(project: int, dbt: DbtSource, work: Path) -> dict[str, str]:
    folder = dbt.dbt_projects.get(project) or dbt.dbt_projects.get(None)
    if folder is not None:
        if not (folder / "dbt_project.yml").is_file():
            raise UsageError(f"--dbt-project {folder}: there is no dbt_project.yml")
        return {"dbt_project": str(folder.resolve())}
    manifest = dbt.manifests.get(project) or dbt.manifests.get(None)
    if manifest is None:
        raise UsageError(
            f"dbt Cloud project {project} has no manifest: give --manifest {project}=FILE, or --dbt-project, or --lookup"
        )
    target = work / "artifacts" / str(project)
    target.mkdir(parents=True)
    shutil.copyfile(checked_manifest(manifest), target / "manifest.json")
    return {"artifacts": str(target)}


def checked_manifest(path: Path) -> Path:
    """The path of a manifest of dbt, given itself or its folder. Raises UsageError for what is none."""
    path = path / "manifest.json" if path.is_dir() else path
    try:
        document = parse_json(read_bytes(path, largest=_LARGEST_MANIFEST), deepest=200)
    except OSError as error:
        raise UsageError(f"{path}: it cannot be read: {error.strerror}") from None
    except ValueError:
        raise UsageError(f"{path}: it is not JSON, and no manifest of dbt") from None
    if not (isinstance(document, Mapping) and {"metadata", "nodes", "sources"} <= document.keys()):
        raise UsageError(f"{path}: it is no manifest of dbt: `dbt parse` writes one to target/manifest.json")
    return path


def _url_of(process: subprocess.Popen[bytes], log: Path) -> str:
    """Where it answers, once it does."""
    end = time.monotonic() + _START_TIME
    while time.monotonic() < end:
        said = log.read_text("utf-8", "replace")
        match = _URL.search(said)
        if match:
            return match.group()
        if process.poll() is not None:
            reason = said.strip().splitlines() or ["it ended at once"]
            raise UsageError(f"the local dbt Cloud cannot be started: {reason[-1].removeprefix('Error: ')}")
        time.sleep(0.05)
    raise UsageError(f"the local dbt Cloud did not answer within {_START_TIME:.0f} seconds")


def _hosts(facts: Facts) -> tuple[str, ...]:
    names = (re.sub(r"^https?://([^/:]+).*$", r"\1", job.host) for job in facts.jobs)
    return tuple(dict.fromkeys(names))
