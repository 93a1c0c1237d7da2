"""One code base in several deployments: what each file of variables says, for each command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_runner import FACTS, run

from legacy_shim.codemods.errors import UsageError
from legacy_shim.codemods.facts.deployments import deployment_name, read_deployments

PROGRAM = """\
import os

from dagster_dbt import dbt_cloud_resource, load_assets_from_dbt_cloud_job

dbt_cloud = dbt_cloud_resource.configured(
    {"auth_token": os.environ["DBT_CLOUD_API_TOKEN"], "account_id": int(os.environ["ACCOUNT"])}
)

analytics = load_assets_from_dbt_cloud_job(dbt_cloud=dbt_cloud, job_id=int(os.environ["DBT_JOB_ID"]))
"""


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("prod.env", "prod"),
        (".env.staging", "staging"),
        (".env.prod.env", "prod"),
        ("deploy/.env-dev", "dev"),
        ("env_dev", "dev"),
        ("deploy/prod/.env", "prod"),
        (".env", "default"),
        ("eu-west.prod.env", "eu-west.prod"),
        ("environment", "environment"),
        ("variables", "variables"),
    ],
)
def test_a_file_names_its_deployment(path: str, name: str) -> None:
    assert deployment_name(Path(path)) == name


def test_a_file_alone_lies_over_the_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEGACY_SHIM_A", "process")
    monkeypatch.setenv("LEGACY_SHIM_B", "process")
    (tmp_path / "prod.env").write_text("LEGACY_SHIM_A=file\n")
    (found,) = read_deployments([tmp_path / "prod.env"])
    assert (found.name, found.variables["LEGACY_SHIM_A"], found.variables["LEGACY_SHIM_B"]) == (
        "prod",
        "file",
        "process",
    )


def test_of_several_files_each_stands_for_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEGACY_SHIM_A", "process")
    (tmp_path / "prod.env").write_text("LEGACY_SHIM_B=prod\n")
    (tmp_path / "x").write_text("LEGACY_SHIM_B=staging\n")
    found = read_deployments([tmp_path / "prod.env"], [f"staging={tmp_path / 'x'}"])
    assert [(one.name, dict(one.variables)) for one in found] == [
        ("prod", {"LEGACY_SHIM_B": "prod"}),
        ("staging", {"LEGACY_SHIM_B": "staging"}),
    ]


def test_without_files_the_process_is_the_one_deployment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEGACY_SHIM_A", "process")
    (found,) = read_deployments([])
    assert (found.name, found.variables["LEGACY_SHIM_A"]) == ("", "process")


def test_deployments_never_show_what_they_hold(tmp_path: Path) -> None:
    (tmp_path / "prod.env").write_text("TOKEN=hush\n")
    assert "hush" not in repr(read_deployments([tmp_path / "prod.env"]))


def test_two_deployments_of_one_name_are_refused(tmp_path: Path) -> None:
    for name in ("prod.env", ".env.prod"):
        (tmp_path / name).write_text("A=1\n")
    with pytest.raises(UsageError, match=r"are both deployment 'prod'; give each a name of its own"):
        read_deployments([tmp_path / "prod.env", tmp_path / ".env.prod"])


@pytest.mark.parametrize("text", ["prod", "=prod.env", "prod="])
def test_a_deployment_is_a_name_and_a_file(text: str) -> None:
    with pytest.raises(UsageError, match="expected NAME=FILE"):
        read_deployments([], [text])


def _project(folder: Path, **files: str) -> Path:
    (folder / ".git").mkdir()
    (folder / "defs.py").write_text(PROGRAM)
    (folder / "dbt_cloud_jobs.json").write_text(json.dumps(FACTS))
    for name, text in files.items():
        (folder / f"{name}.env").write_text(text)
    return folder


def test_a_job_id_that_one_deployment_lacks_is_reported_by_its_name(tmp_path: Path) -> None:
    _project(tmp_path, prod="DBT_JOB_ID=67890\n", staging="OTHER=1\n")
    done = run(tmp_path, "scan", ".", "--env-file", "prod.env", "--env-file", "staging.env", DBT_JOB_ID="1")
    assert "LDC402" in done.stdout
    assert "set DBT_JOB_ID in deployment staging" in done.stdout


def test_the_order_of_the_files_does_not_decide(tmp_path: Path) -> None:
    _project(tmp_path, prod="DBT_JOB_ID=67890\n", staging="DBT_JOB_ID=67900\n")
    one = run(tmp_path, "scan", ".", "--env-file", "prod.env", "--env-file", "staging.env")
    other = run(tmp_path, "scan", ".", "--env-file", "staging.env", "--env-file", "prod.env")
    for done in (one, other):
        assert "job 67900 in deployment staging: its project, environment and commands" in done.stdout
