"""A local dbt Cloud for each test on recorded artifacts, and one for the session that runs real dbt projects."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from legacy_shim.emulator import DbtCloud, DbtProject, RecordedArtifacts, Server, Speed, serve

HERE = Path(__file__).parent
ACCOUNT, PROJECT, ENVIRONMENT, JOB = 12345, 11, 22, 67890
WIDE_PROJECT, WIDE_ENVIRONMENT = 12, 23
TOKEN = "a-secret-token"


class Api:
    """Sends requests as a client would, with the token."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.cloud = server.cloud

    def __call__(self, method: str, path: str, *, version: int = 2, **kwargs: Any) -> requests.Response:
        url = f"{self.server.url}/api/v{version}/accounts/{ACCOUNT}/{path}"
        headers = {"Authorization": f"Token {TOKEN}", **kwargs.pop("headers", {})}
        return requests.request(method, url, headers=headers, timeout=60, **kwargs)

    def data(self, path: str, **kwargs: Any) -> Any:
        response = self("GET", path, **kwargs)
        assert response.status_code == 200, response.text
        return response.json()["data"]

    def trigger(self, job_id: int = JOB, *commands: str, **fields: Any) -> dict[str, Any]:
        body = {"cause": "A test", **({"steps_override": list(commands)} if commands else {}), **fields}
        response = self("POST", f"jobs/{job_id}/run/", json=body)
        assert response.status_code == 200, response.text
        return response.json()["data"]

    def ended(self, run: dict[str, Any], patience: float = 60) -> dict[str, Any]:
        """The run with its steps, when it has ended."""
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            shown = self.data(f"runs/{run['id']}/?include_related=run_steps,trigger,job,debug_logs")
            if shown["is_complete"]:
                return shown
            time.sleep(0.05)
        raise AssertionError(f"the run did not end: {shown}")

    def run(self, *commands: str, job_id: int = JOB, **fields: Any) -> dict[str, Any]:
        return self.ended(self.trigger(job_id, *commands, **fields))

    def artifact(self, run: dict[str, Any], path: str, step: int | None = None) -> Any:
        response = self("GET", f"runs/{run['id']}/artifacts/{path}", params={"step": step} if step else None)
        assert response.status_code == 200, response.text
        return response.json()


def results(document: dict[str, Any]) -> dict[str, str]:
    """The statuses in run results, by unique id."""
    return {result["unique_id"]: result["status"] for result in document["results"]}


def recorded_cloud(folder: Path) -> DbtCloud:
    cloud = DbtCloud()
    cloud.add_account(ACCOUNT, token=TOKEN, name="Acme")
    backend = RecordedArtifacts(folder)
    cloud.add_project(PROJECT, account_id=ACCOUNT, name="shop", backend=backend)
    cloud.add_environment(ENVIRONMENT, project_id=PROJECT, name="Production")
    cloud.add_job(
        JOB,
        project_id=PROJECT,
        environment_id=ENVIRONMENT,
        name="Nightly",
        execute_steps=["dbt seed", "dbt build --select tag:daily"],
    )
    return cloud


@pytest.fixture(scope="session")
def shop_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The dbt project of the session's dbt Cloud; tests may change it and must change it back."""
    folder = tmp_path_factory.mktemp("project") / "shop"
    shutil.copytree(HERE / "dbt_project", folder)
    return folder


@pytest.fixture(scope="session")
def real_server(shop_folder: Path) -> Iterator[Server]:
    cloud = DbtCloud()
    cloud.add_account(ACCOUNT, token=TOKEN, name="Acme")
    cloud.add_project(PROJECT, account_id=ACCOUNT, name="shop", backend=DbtProject(shop_folder))
    cloud.add_project(
        WIDE_PROJECT, account_id=ACCOUNT, name="wide", backend=DbtProject(HERE / "dbt_project_wide")
    )
    cloud.add_environment(ENVIRONMENT, project_id=PROJECT, name="Production")
    cloud.add_environment(WIDE_ENVIRONMENT, project_id=WIDE_PROJECT, name="Production")
    with serve(cloud) as server:
        yield server


@pytest.fixture(scope="session")
def recordings(real_server: Server, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The artifacts of one real ``dbt build`` and ``dbt docs generate`` of each project."""
    api, started, folders = Api(real_server), {}, {}
    for name, project, environment in (
        ("shop", PROJECT, ENVIRONMENT),
        ("wide", WIDE_PROJECT, WIDE_ENVIRONMENT),
    ):
        job = real_server.cloud.add_job(
            project_id=project,
            environment_id=environment,
            name=f"record {name}",
            execute_steps=["dbt seed", "dbt build"],
        )
        started[name] = api.trigger(job["id"], generate_docs_override=True)
    for name, run in started.items():
        ended = api.ended(run)
        assert ended["is_success"], json.dumps(ended["run_steps"], indent=1)
        folders[name] = tmp_path_factory.mktemp(name)
        steps = real_server.cloud.live_runs[run["id"]].steps
        for step, artifact in ((5, "run_results.json"), (6, "manifest.json"), (6, "catalog.json")):
            source = steps[step - 1].artifacts[artifact]
            assert isinstance(source, Path)
            shutil.copyfile(source, folders[name] / artifact)
    real_server.cloud.speed = Speed(hold=14)  # the clients poll rarely
    return folders


@pytest.fixture
def real(real_server: Server, recordings: dict[str, Path]) -> Api:  # noqa: ARG001
    """The session's dbt Cloud, whose seeds are loaded and which has been asked before."""
    real_server.cloud.clear_journal()
    return Api(real_server)


@pytest.fixture(scope="session")
def recorded(recordings: dict[str, Path]) -> Iterator[dict[str, Api]]:
    """One dbt Cloud for each recording, each with the job JOB."""
    servers = {name: serve(recorded_cloud(folder)) for name, folder in recordings.items()}
    yield {name: Api(server) for name, server in servers.items()}
    for server in servers.values():
        server.close()


@pytest.fixture
def server(recordings: dict[str, Path]) -> Iterator[Server]:
    with serve(recorded_cloud(recordings["shop"])) as server:
        yield server


@pytest.fixture
def api(server: Server) -> Api:
    return Api(server)


@pytest.fixture
def cloud(server: Server) -> DbtCloud:
    return server.cloud
