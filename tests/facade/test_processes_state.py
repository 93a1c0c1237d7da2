"""dbt Cloud is asked what a job builds once for each load of the code location; run and step workers do not ask again."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from dagster import DagsterInstance, DagsterRun
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import WorkspaceFileTarget
from loading import JOB, commands_run, config, shop_cloud

from legacy_shim.emulator import DbtCloud, Server, serve

DAGSTER_YAML = """
telemetry: {enabled: false}
run_coordinator: {module: dagster._core.run_coordinator, class: DefaultRunCoordinator}
"""
USER_CODE = """
import dagster as dg
from legacy_shim import dbt_cloud_resource, load_assets_from_dbt_cloud_job

resource = dbt_cloud_resource.configured(CONFIG)
loaded = load_assets_from_dbt_cloud_job(dbt_cloud=resource, job_id=67890)

@dg.asset(deps=["stg_orders"])
def report():
    return 1

"""
PLACES = {
    "assets=[x]": "defs = dg.Definitions(assets=[loaded, report])",
    "assets=x": "defs = dg.Definitions(assets=loaded, resources={'dbt_cloud': resource})",
    "both": (
        "defs = dg.Definitions(assets=[loaded, report], jobs=[dg.define_asset_job('the_job', "
        "dg.AssetSelection.assets(*loaded) | dg.AssetSelection.assets(report))])"
    ),
    "two loads": (
        "def another_key(node): return dg.AssetKey(['second', *node['unique_id'].split('.')])\n"
        "second = load_assets_from_dbt_cloud_job(resource, 67890, node_info_to_asset_key=another_key)\n"
        "defs = dg.Definitions(assets=[loaded, second], jobs=[\n"
        "    dg.define_asset_job('first', dg.AssetSelection.assets('stg_orders')),\n"
        "    dg.define_asset_job('second', dg.AssetSelection.assets('second/model/shop/stg_orders')),\n"
        "])"
    ),
    "repository": "@dg.repository\ndef shop():\n    return [*loaded, report]",
}
OF_A_DEPLOYMENT = ("api", "grpc")
OF_DAGSTER_DEV = ("code-server", "start")
"""The command of a code server: one that loads the file itself, and one that has a process do it, anew for each reload."""
LOAD = [["dbt compile"]]
RUN = [["dbt seed", "dbt build"]]


class Location:
    """A code location of the user: its file and an instance of Dagster."""

    def __init__(self, folder: Path, server: Server, place: str) -> None:
        self.folder = folder
        self.file = folder / "user_code.py"
        self.file.write_text(USER_CODE.replace("CONFIG", repr(config(server.url))) + PLACES[place] + "\n")
        self.home = folder / "home"
        self.home.mkdir()
        (self.home / "dagster.yaml").write_text(DAGSTER_YAML)
        self.job = "the_job" if place == "both" else "__ASSET_JOB"

    def dagster(self, *arguments: str) -> None:
        """Run Dagster's command line in a process of its own."""
        done = subprocess.run(
            self._command(*arguments), **self._surroundings(), capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr

    @contextlib.contextmanager
    def code_server(self, *command: str) -> Iterator[Path]:
        """A code server of the file. Yields the workspace file that names it."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        arguments = (*command, "-f", str(self.file), "-h", "127.0.0.1", "-p", str(port))
        log = (self.folder / "code_server.log").open("w")
        process = subprocess.Popen(self._command(*arguments), **self._surroundings(), stdout=log, stderr=log)
        workspace = self.folder / "workspace.yaml"
        workspace.write_text(
            f"load_from:\n- grpc_server: {{host: 127.0.0.1, port: {port}, location_name: shop}}\n"
        )
        try:
            _wait_for_port(port, process)
            yield workspace
        finally:
            process.terminate()
            process.wait(30)
            log.close()

    def finished_run(self) -> DagsterRun:
        deadline = time.monotonic() + 240
        with DagsterInstance.from_config(str(self.home)) as instance:
            while time.monotonic() < deadline:
                runs = instance.get_runs(limit=1)
                if runs and runs[0].is_finished:
                    return runs[0]
                time.sleep(0.5)
        raise AssertionError("no run finished")

    def steps_and_processes(self, run: DagsterRun) -> tuple[set[str], set[int]]:
        with DagsterInstance.from_config(str(self.home)) as instance:
            events = [entry.dagster_event for entry in instance.all_logs(run.run_id) if entry.dagster_event]
        starts = [event for event in events if event.event_type_value == "STEP_WORKER_STARTED"]
        pids = {event.engine_event_data.metadata["pid"].value for event in starts}
        return {str(event.step_key) for event in starts}, {int(str(pid)) for pid in pids}

    def _command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "dagster", *arguments]

    def _surroundings(self) -> dict[str, object]:
        return {"cwd": self.folder, "env": {**os.environ, "DAGSTER_HOME": str(self.home)}}


def _wait_for_port(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        assert process.poll() is None, "the code server is running"
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.2)
    raise AssertionError("the code server does not answer")


@pytest.fixture
def cloud() -> DbtCloud:
    return shop_cloud()


@pytest.fixture
def server(cloud: DbtCloud) -> Iterator[Server]:
    with serve(cloud) as running:
        yield running


@pytest.mark.parametrize("place", ["assets=[x]", "both", "repository"])
def test_workers_of_a_launched_run_ask_nothing_about_the_job(
    tmp_path: Path, cloud: DbtCloud, server: Server, place: str
) -> None:
    location = Location(tmp_path, server, place)
    with location.code_server(*OF_A_DEPLOYMENT) as workspace:
        assert commands_run(cloud) == LOAD, "the load of the code location"
        told = (tmp_path / "code_server.log").read_text()
        assert f"LDC104 load_assets_from_dbt_cloud_job is superseded, called at {location.file}:6:" in told
        asked = len(cloud.journal)
        location.dagster("job", "launch", "-w", str(workspace), "-j", location.job)
        run = location.finished_run()
    assert run.is_success
    assert commands_run(cloud) == LOAD + RUN
    since = [request.path for request in cloud.journal[asked:]]
    assert not [path for path in since if path.endswith((f"/jobs/{JOB}/", "/environment-variables/job"))]
    steps, processes = location.steps_and_processes(run)
    assert f"dbt_cloud_job_{JOB}" in steps
    assert len(processes) == len(steps), "each step had a process of its own"


@pytest.mark.parametrize("command", [OF_A_DEPLOYMENT, OF_DAGSTER_DEV], ids=" ".join)
def test_a_workspace_that_looks_again_asks_nothing(
    tmp_path: Path, cloud: DbtCloud, server: Server, command: tuple[str, str]
) -> None:
    """What the web server and the daemon of `dagster dev` do: each connects to the one code server, and refreshes."""
    location = Location(tmp_path, server, "assets=x")
    with (
        location.code_server(*command) as workspace,
        DagsterInstance.from_config(str(location.home)) as instance,
    ):
        asked = len(cloud.journal)
        for _ in range(2):
            with WorkspaceProcessContext(instance, WorkspaceFileTarget([str(workspace)])) as process:
                process.refresh_code_location("shop")
                assert len(_assets_seen(process)) > 8
        assert len(cloud.journal) == asked
    assert commands_run(cloud) == LOAD
    _assert_told_in(location, "LDC101", "resource = dbt_cloud_resource")
    _assert_told_in(location, "LDC104", "loaded = load_assets_from_dbt_cloud_job")


def _assert_told_in(location: Location, code: str, source: str) -> None:
    """The code server's output has the warning with the user's line."""
    lines = location.file.read_text().splitlines()
    (number,) = [number for number, line in enumerate(lines, 1) if line.startswith(source)]
    said = (location.folder / "code_server.log").read_text().splitlines()
    place = f"{location.file}:{number}"
    assert [line for line in said if code in line and place in line], "\n".join(said)


def test_a_reload_in_dagster_dev_asks_once_for_all(tmp_path: Path, cloud: DbtCloud, server: Server) -> None:
    """The reload sees the project as it is now, and all that looks at it afterwards takes what it saw."""
    location = Location(tmp_path, server, "both")
    with (
        location.code_server(*OF_DAGSTER_DEV) as workspace,
        DagsterInstance.from_config(str(location.home)) as instance,
        WorkspaceProcessContext(instance, WorkspaceFileTarget([str(workspace)])) as web_server,
        WorkspaceProcessContext(instance, WorkspaceFileTarget([str(workspace)])) as daemon,
    ):
        before = _assets_seen(web_server)
        location.file.write_text(location.file.read_text().replace("report", "renamed"))
        web_server.reload_code_location("shop")
        daemon.refresh_code_location("shop")
        assert _assets_seen(web_server) == _assets_seen(daemon) == before - {"report"} | {"renamed"}
        assert commands_run(cloud) == LOAD * 2
        location.dagster("job", "launch", "-w", str(workspace), "-j", location.job)
        assert location.finished_run().is_success
    assert commands_run(cloud) == LOAD * 2 + RUN


def _assets_seen(process: WorkspaceProcessContext) -> set[str]:
    (repository,) = process.create_request_context().get_code_location("shop").get_repositories().values()
    return {snap.asset_key.to_user_string() for snap in repository.get_asset_node_snaps()}


def test_a_run_from_the_command_line_asks_once(tmp_path: Path, cloud: DbtCloud, server: Server) -> None:
    location = Location(tmp_path, server, "assets=x")
    location.dagster("job", "execute", "-f", str(location.file), "-j", location.job)
    assert location.finished_run().is_success
    assert commands_run(cloud) == LOAD + RUN


def test_materializing_from_the_command_line_asks_once(
    tmp_path: Path, cloud: DbtCloud, server: Server
) -> None:
    location = Location(tmp_path, server, "assets=x")
    location.dagster("asset", "materialize", "-f", str(location.file), "--select", "stg_orders")
    assert commands_run(cloud) == [*LOAD, ["dbt seed", "dbt build --select shop.staging.stg_orders"]]


def test_a_job_that_is_loaded_twice_is_two_loads_to_workers_too(
    tmp_path: Path, cloud: DbtCloud, server: Server
) -> None:
    location = Location(tmp_path, server, "two loads")
    for job in ("first", "second"):
        location.dagster("job", "execute", "-f", str(location.file), "-j", job)
    alone = ["dbt seed", "dbt build --select shop.staging.stg_orders"]
    assert commands_run(cloud) == [*LOAD * 2, alone] * 2


def test_each_load_of_the_code_location_asks_again(tmp_path: Path, cloud: DbtCloud, server: Server) -> None:
    location = Location(tmp_path, server, "assets=x")
    for _ in range(2):
        location.dagster("definitions", "validate", "-f", str(location.file))
    assert commands_run(cloud) == LOAD * 2
