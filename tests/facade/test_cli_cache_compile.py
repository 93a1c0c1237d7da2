"""``python -m legacy_shim.cloud.cli cache-compile-references``, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from legacy_shim.emulator import DbtCloud, Fault, Server

VARIABLE = "DBT_DAGSTER_COMPILE_RUN_ID"


def run(server: Server, token: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    variables = {
        "DBT_CLOUD_API_KEY": token,
        "DBT_CLOUD_ACCOUNT_ID": "12345",
        "DBT_CLOUD_PROJECT_ID": "11",
        "DBT_CLOUD_HOST": server.url,
        **environment,
    }
    return subprocess.run(
        [sys.executable, "-m", "legacy_shim.cloud.cli", "cache-compile-references", *arguments],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_job_that_asks_for_it(cloud: DbtCloud, server: Server, token: str) -> None:
    cloud.jobs[67890]["execute_steps"] = ["dbt seed", "dbt build --select tag:daily --exclude a b"]
    cloud.jobs[67890]["triggers"]["schedule"] = True
    variable = cloud.add_environment_variable(11, VARIABLE, "-1", job_id=67890)
    cloud.add_job(67891, project_id=11, environment_id=22, name="Other", execute_steps=["dbt build"])
    done = run(server, token)
    assert done.returncode == 0, done.stderr
    [compiled] = cloud.runs
    assert compiled.commands == ("dbt compile --select tag:daily --exclude a b",)
    assert compiled.cause == "Generating software-defined assets for Dagster."
    assert cloud.environment_variables[variable.id].raw_value == str(compiled.id)
    assert "Skipping job 67891" in done.stdout
    assert cloud.jobs[67890]["triggers"]["schedule"] is True
    assert token not in done.stdout + done.stderr


def test_it_is_told_once_and_no_library_is_blamed(server: Server, token: str) -> None:
    """A command line has no line of the user to show."""
    told = run(server, token).stderr
    assert told.count("LDC") == 1, told
    assert "LDC113 cache_compile_references is superseded" in told
    assert "legacy_shim/" not in told
    assert told.endswith("Rewrite with: python -m legacy_shim.codemods migrate .\n")


def test_arguments_instead_of_variables(server: Server, token: str) -> None:
    done = run(server, "", token, "12345", "11", "--host", server.url, DBT_CLOUD_HOST="https://127.0.0.1:1")
    assert done.returncode == 0, done.stderr
    assert "Skipping job 67890" in done.stdout


@pytest.mark.parametrize("status", [401, 404])
def test_refusal_is_one_line_without_the_token(
    cloud: DbtCloud, server: Server, token: str, status: int
) -> None:
    cloud.fail(Fault(status=status, times=None))
    done = run(server, token)
    assert done.returncode == 1
    assert f"{status}" in done.stderr
    assert "Traceback" not in done.stderr
    assert token not in done.stdout + done.stderr


def test_module_has_the_app() -> None:
    from typer.testing import CliRunner

    from legacy_shim.cloud.cli import app

    result = CliRunner().invoke(app, ["cache-compile-references", "--help"])
    assert result.exit_code == 0
    assert "DBT_CLOUD_API_TOKEN" in result.output
