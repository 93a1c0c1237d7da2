"""A local dbt Cloud for each test on recorded artifacts, and one for the session that runs real dbt projects."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from emulator_support import (
    ACCOUNT,
    ENVIRONMENT,
    HERE,
    PROJECT,
    TOKEN,
    WIDE_ENVIRONMENT,
    WIDE_PROJECT,
    Api,
    recorded_cloud,
)

from legacy_shim.emulator import DbtCloud, DbtProject, Server, Speed, serve


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
