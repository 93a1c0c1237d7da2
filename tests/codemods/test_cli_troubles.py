"""The command line: what goes wrong, lookup and explain."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_runner import CLEAN, LEGACY, environment, make_project, run

from legacy_shim.emulator import DbtCloud, RecordedArtifacts, serve


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return make_project(tmp_path)


# what goes wrong


def test_an_interrupt_ends_with_130_and_without_a_traceback(project: Path) -> None:
    (project / "loads.py").write_text(LEGACY)
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes the request and never answers it
        host = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with subprocess.Popen(
            [
                sys.executable,
                "-m",
                "legacy_shim.codemods",
                "lookup",
                "--facts",
                "new.json",
                "--host",
                host,
                ".",
            ],
            cwd=project,
            env=environment({"DBT_CLOUD_API_TOKEN": "t"}),
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
        ) as process:
            silent.settimeout(120)
            with silent.accept()[0]:
                process.send_signal(signal.SIGINT)
                _, errors = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "\nInterrupted." in errors.decode()
    assert b"Traceback" not in errors


def test_a_reader_that_leaves_is_no_crash(project: Path) -> None:
    for number in range(80):  # more than a pipe holds
        (project / f"m{number}.py").write_text(LEGACY)
    command = f"{sys.executable} -m legacy_shim.codemods migrate --diff . 2>/dev/null | head -n 1"
    done = subprocess.run(
        command, shell=True, cwd=project, env=environment({}), capture_output=True, check=False
    )
    assert done.stdout.startswith(b"--- a/")
    assert done.stderr == b""


def test_a_bug_is_called_a_bug_and_names_the_file(project: Path) -> None:
    code = (
        "import sys\nfrom legacy_shim.codemods.commands import cli\nfrom legacy_shim.codemods.files import sources\n"
        "def broken(path):\n    raise ZeroDivisionError('boom')\n"
        "sources.read_raw = broken\nsys.argv = ['x', 'migrate', '.']\ncli.main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=project, env=environment({}), capture_output=True, check=False
    )
    errors = done.stderr.decode()
    assert done.returncode == 2
    assert "ZeroDivisionError: boom" in errors
    assert "This is a bug in legacy-shim while it handled defs.py. Nothing is lost" in errors


# lookup


@pytest.fixture
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    artifacts = tmp_path_factory.mktemp("artifacts")
    (artifacts / "manifest.json").write_text("{}")
    cloud = DbtCloud()
    cloud.add_account(12345, token="a-secret-token")
    cloud.add_project(11, account_id=12345, backend=RecordedArtifacts(artifacts))
    cloud.add_environment(22, project_id=11)
    cloud.add_job(
        67890,
        project_id=11,
        environment_id=22,
        name="Nightly",
        execute_steps=["dbt build --select tag:daily"],
    )
    with serve(cloud) as server:
        yield server.url


def test_lookup_then_migrate(project: Path, host: str) -> None:
    (project / "dbt_cloud_jobs.json").unlink()
    (project / "defs.py").write_text(LEGACY.replace("HOST", host))
    done = run(project, "lookup", ".", "--host", host, DBT_CLOUD_API_TOKEN="a-secret-token")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "1 job written to dbt_cloud_jobs.json.\n"
    assert f"GET {host}/api/v2/accounts/12345/jobs/67890/  200" in done.stderr
    assert "a-secret-token" not in done.stdout + done.stderr
    assert run(project, "migrate", ".").returncode == 0
    assert "project_id=11" in (project / "defs.py").read_text()


def test_lookup_by_hand(tmp_path: Path, host: str) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".env").write_text("MY_TOKEN=a-secret-token\n")
    arguments = ("--job-id", "67890", "--job-id", "1", "--host", host, "--account-id", "12345")
    done = run(
        tmp_path,
        "lookup",
        ".",
        *arguments,
        "--token-env",
        "MY_TOKEN",
        "--env-file",
        ".env",
        "--facts",
        "f.json",
    )
    assert done.returncode == 1, "one of two"
    assert "1 job written to f.json.\n" in done.stdout
    assert "job 1: not found in account 12345 (404)" in done.stdout
    assert list(json.loads((tmp_path / "f.json").read_text())["jobs"]) == ["67890"]


def test_lookup_without_a_token_ends_with_2(project: Path) -> None:
    done = run(project, "lookup", ".")
    assert done.returncode == 2
    assert "set the environment variable DBT_CLOUD_API_TOKEN" in done.stdout


def test_lookup_where_the_code_names_no_job(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(CLEAN)
    done = run(tmp_path, "lookup", ".")
    assert done.returncode == 0
    assert "names no dbt Cloud job" in done.stdout


def test_explain_prints_the_section(tmp_path: Path) -> None:
    done = run(tmp_path, "explain", "ldc201")
    assert done.returncode == 0
    assert done.stdout.startswith("### LDC201 credentials are read when the module is imported\n")


# what is not Python


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("explore.ipynb", '{"cells": [{"source": ["from dagster_dbt import dbt_cloud_resource"]}]}\n'),
        ("deploy.sh", "dagster-dbt-cloud cache-compile-references\n"),
    ],
)
def test_legacy_names_beside_the_python_files_are_left_for_a_person(
    tmp_path: Path, name: str, text: str
) -> None:
    (tmp_path / name).write_text(text)
    for command in ("scan", "migrate"):
        done = run(tmp_path, command, ".")
        assert done.returncode == 1
        assert f"{name}:1" in done.stdout
    assert (tmp_path / name).read_text() == text
