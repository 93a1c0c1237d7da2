"""How the tests run the command line: in a process of its own, a fork of one that has it loaded."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from forking import Forking, can_fork

LEGACY = """\
import os

from dagster_dbt import dbt_cloud_resource, load_assets_from_dbt_cloud_job

dbt_cloud = dbt_cloud_resource.configured(
    {"auth_token": os.environ["DBT_CLOUD_API_TOKEN"], "account_id": 12345, "dbt_cloud_host": "HOST"}
)

analytics = load_assets_from_dbt_cloud_job(dbt_cloud=dbt_cloud, job_id=67890)
"""
KEPT = """\
from dagster_dbt import dbt_cloud_resource

dbt_cloud = dbt_cloud_resource  # legacy-shim: keep until the other team has moved
"""
CLEAN = "import os\n"
FACTS = {
    "version": 1,
    "host": "https://cloud.getdbt.com",
    "account_id": 12345,
    "jobs": {
        "67890": {
            "name": "Nightly",
            "project_id": 11,
            "environment_id": 22,
            "execute_steps": ["dbt build --select tag:daily"],
            "generate_docs": False,
            "triggers": {"schedule": False},
            "name_is_unique": True,
        }
    },
}


def make_project(folder: Path) -> Path:
    """A legacy project with its facts, in a repository."""
    (folder / ".git").mkdir()
    (folder / "defs.py").write_text(LEGACY.replace("HOST", "https://cloud.getdbt.com/"))
    (folder / "dbt_cloud_jobs.json").write_text(json.dumps(FACTS))
    return folder


def environment(changes: Mapping[str, str]) -> dict[str, str]:
    """The environment of the tests without what would decide for them."""
    names = ("NO_COLOR", "FORCE_COLOR", "GITHUB_WORKSPACE", "DBT_CLOUD_API_TOKEN")
    kept = {name: value for name, value in os.environ.items() if name not in names}
    return {**kept, "COLUMNS": "100", "PYTHONIOENCODING": "utf-8", **changes}


def run(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """The command line's answer: exit code, standard output, standard error."""
    if can_fork(variables):
        return _as_text(_LOADED.run_module("legacy_shim.codemods", arguments, folder, environment(variables)))
    return run_anew(folder, *arguments, **variables)


def run_anew(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """The same in a process that loads everything for itself, as users run it."""
    done = subprocess.run(
        [sys.executable, "-m", "legacy_shim.codemods", *arguments],
        cwd=folder,
        env=environment(variables),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    return _as_text(done)


_LOADED = Forking("legacy_shim.codemods.*", forget=["legacy_shim.codemods.commands.cli"])


def _as_text(done: subprocess.CompletedProcess[bytes]) -> subprocess.CompletedProcess[str]:
    return subprocess.CompletedProcess(
        done.args, done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")
    )
