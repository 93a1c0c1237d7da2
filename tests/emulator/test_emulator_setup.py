"""The set-up file, the command line, and what they say when something is wrong."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
from emulator_support import HERE

from legacy_shim.emulator import DbtProject, SetupError, load_setup, serve

SETUP: dict[str, Any] = {
    "speed": {"hold": 1},
    "accounts": [
        {
            "id": 12345,
            "name": "Acme",
            "tokens": ["first", "second"],
            "projects": [
                {
                    "id": 11,
                    "name": "analytics",
                    "artifacts": "artifacts",
                    "environments": [{"id": 22, "name": "Production", "dbt_version": "1.10.0"}],
                    "jobs": [
                        {
                            "id": 67890,
                            "environment_id": 22,
                            "name": "Nightly",
                            "execute_steps": ["dbt seed", "dbt build --select tag:daily"],
                            "generate_docs": True,
                            "triggers": {"schedule": True},
                            "settings": {"threads": 8},
                        }
                    ],
                    "environment_variables": {"DBT_A": {"project": "1", "jobs": {"67890": "2"}}},
                }
            ],
        }
    ],
}


@pytest.fixture
def folder(recordings: dict[str, Path], tmp_path: Path) -> Path:
    (tmp_path / "artifacts").symlink_to(recordings["shop"])
    return tmp_path


def write(folder: Path, content: Any) -> Path:
    path = folder / "setup.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def test_a_set_up_file_is_loaded(folder: Path) -> None:
    cloud = load_setup(write(folder, SETUP))
    assert cloud.speed.hold == 1
    assert cloud.accounts[12345].name == "Acme"
    assert cloud.accounts_of("second") == {12345}
    assert cloud.environments[22].dbt_version == "1.10.0"
    job = cloud.jobs[67890]
    assert (job["project_id"], job["generate_docs"], job["triggers"]["schedule"]) == (11, True, True)
    assert job["settings"] == {"threads": 8, "target_name": "default"}
    assert {v.level: v.raw_value for v in cloud.environment_variables.values()} == {
        "project": "1",
        "job": "2",
    }
    with serve(cloud) as server:
        url = f"{server.url}/api/v2/accounts/12345/jobs/67890/run/"
        run = requests.post(
            url, json={"cause": "x"}, headers={"Authorization": "Token first"}, timeout=9
        ).json()
        assert cloud.runs[0].id == run["data"]["id"]
        assert cloud.runs[0].status_humanized == "Success"


def _account(setup: Any) -> Any:
    return setup["accounts"][0]


def _project(setup: Any) -> Any:
    return _account(setup)["projects"][0]


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda s: s.pop("accounts"), "a list 'accounts' is needed"),
        (lambda s: _account(s).pop("id"), r"accounts\[0\].id: a number"),
        (lambda s: _account(s).update(tokens=[]), r"accounts\[0\].tokens"),
        (lambda s: _project(s).pop("artifacts"), r'projects\[0\]: either "dbt_project" or "artifacts"'),
        (lambda s: _project(s).update(artifacts="absent"), r"projects\[0\].artifacts: no manifest.json"),
        (lambda s: _project(s).update(dbt_project="x"), "either"),
        (lambda s: _project(s)["jobs"][0].update(environment_id=1), r"jobs\[0\]: there is no environment 1"),
        (lambda s: _project(s)["jobs"][0].pop("execute_steps"), r"jobs\[0\]: a list 'execute_steps'"),
        (
            lambda s: _account(s)["projects"].append(_project(s)),
            r"projects\[1\]: there is a project 11 already",
        ),
        (lambda s: s.update(speed={"haste": 1}), "speed: "),
        (lambda s: _account(s).update(projects=5), r"accounts\[0\]: a value in it is of the wrong kind"),
        (lambda s: _project(s).update(environment_variables=["x"]), r"accounts\[0\]: a value in it"),
        (lambda s: _project(s).update(artifacts=5), r"accounts\[0\]: a value in it"),
    ],
)
def test_what_is_wrong_in_a_set_up_file_is_said_with_its_place(
    folder: Path, spoil: Callable[[Any], Any], message: str
) -> None:
    setup = json.loads(json.dumps(SETUP))
    spoil(setup)
    with pytest.raises(SetupError, match=message):
        load_setup(write(folder, setup))


def test_a_set_up_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="cannot read"):
        load_setup(tmp_path / "absent.json")
    for text, reason in [
        ("{", "line 1"),
        ("[" * 60 + "]" * 60, "nested too deeply"),
        ("[" * 200_000, "nested too deeply"),
        ('{"accounts": ' + "9" * 101 + "}", "more than 100 digits"),
    ]:
        with pytest.raises(SetupError, match=f"is not JSON: .*{reason}"):
            load_setup(write(tmp_path, text))
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(SetupError, match="not a regular file"):
        load_setup(tmp_path / "pipe")
    setup = json.loads(json.dumps(SETUP))
    _project(setup).update(dbt_project=".")
    _project(setup).pop("artifacts")
    path = write(tmp_path, setup)
    with pytest.raises(SetupError, match="dbt_project: "):
        load_setup(path)


def test_a_dbt_project_in_a_set_up_file(tmp_path: Path) -> None:
    setup = json.loads(json.dumps(SETUP))
    _project(setup).pop("artifacts")
    _project(setup)["dbt_project"] = os.path.relpath(HERE / "dbt_project", tmp_path)
    cloud = load_setup(write(tmp_path, setup))
    backend = cloud.projects[11].backend
    assert isinstance(backend, DbtProject)
    assert backend.folder == HERE / "dbt_project"


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "legacy_shim.emulator", *arguments]


def run(*arguments: str, code: str | None = None) -> subprocess.CompletedProcess[str]:
    line = command(*arguments) if code is None else [sys.executable, "-c", code]
    return subprocess.run(line, capture_output=True, text=True, timeout=240, check=False)


def test_the_command_line_serves_shows_what_arrives_and_stops_cleanly(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = run("--artifacts", str(folder / "artifacts"), "--port", str(port))
    assert refused.returncode == 2
    assert f"Port {port} is taken; choose another with --port." in refused.stderr
    process = subprocess.Popen(
        command("--artifacts", str(folder / "artifacts"), "--port", str(port), "--command", "dbt fly"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "COLUMNS": "200"},
    )
    url = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + 120
    while True:
        try:
            path = f"{url}/api/v2/accounts/12345/jobs/67890/run/"
            headers = {"Authorization": "Token local-token"}
            assert requests.post(path, json={"cause": "x"}, headers=headers, timeout=60).status_code == 200
            break
        except requests.exceptions.ConnectionError:
            assert process.poll() is None, process.communicate()[0]
            assert time.monotonic() < deadline
            time.sleep(0.05)
    run_path = f"{url}/api/v2/accounts/12345/runs/100001/"
    while not requests.get(run_path, headers=headers, timeout=60).json()["data"]["is_complete"]:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 0, output
    for text in (
        f"A local dbt Cloud answers at {url}",
        "export DBT_CLOUD_API_TOKEN=local-token",
        f'"dbt_cloud_host": "{url}/"',
        f'access_url="{url}"',
        "project_id=11",
        "200 POST   /api/v2/accounts/12345/jobs/67890/run/",
        "run 100001 of Nightly: Queued",
        "run 100001 of Nightly: Error",
        "dbt has no such command: 'dbt fly'",
        "Stopping.",
    ):
        assert text in output
    assert "Traceback" not in output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "Give one of"),
        (["--dbt-project", "/nowhere"], "there is no folder /nowhere"),
        (["--dbt-project", str(HERE)], "is not a dbt project: it has no dbt_project.yml"),
        (["--jobs", "/nowhere.json"], "cannot read /nowhere.json"),
    ],
)
def test_the_command_line_says_what_is_wrong(arguments: list[str], message: str) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert message in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_help_names_the_options() -> None:
    text = run("--help").stdout
    assert all(option in text for option in ("--dbt-project", "--artifacts", "--jobs", "--port", "--hold"))


WITHOUT = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == {package!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Absent())
{code}
"""


def test_without_the_extra_the_import_says_what_to_install() -> None:
    done = run(code=WITHOUT.format(package="werkzeug", code="import legacy_shim.emulator"))
    assert done.returncode == 1
    assert done.stderr.strip().splitlines()[-1] == (
        "ModuleNotFoundError: The emulator of legacy-shim needs packages that are not installed: "
        'pip install "legacy-shim[emulator]"'
    )


def test_recorded_artifacts_need_no_dbt(recordings: dict[str, Path]) -> None:
    code = f"""
from legacy_shim.emulator import RecordedArtifacts, RunContext
from pathlib import Path
context = RunContext(1, Path("."), {{"DBT_CLOUD_RUN_ID": "1"}})
assert RecordedArtifacts({str(recordings["shop"])!r}).invoke("dbt build", context).succeeded
"""
    done = run(code=WITHOUT.format(package="dbt", code=code))
    assert done.returncode == 0, done.stderr


def test_a_dbt_project_without_dbt_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    from importlib import metadata

    def version(package: str) -> str:
        raise metadata.PackageNotFoundError(package)

    monkeypatch.setattr("legacy_shim.emulator.dbt_project.version", version)
    with pytest.raises(ModuleNotFoundError, match=r'pip install "legacy-shim\[emulator\]"'):
        DbtProject(HERE / "dbt_project")
