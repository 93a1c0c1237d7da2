"""The result of a run, and its states."""

from __future__ import annotations

import gc
import json
import os
import pickle
import subprocess
import sys
from collections import OrderedDict
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import Any
from weakref import WeakSet

import pytest
from dagster import Failure

from legacy_shim.cloud import live_clients
from legacy_shim.cloud.resources import DbtCloudResource, DbtCloudRunStatus
from legacy_shim.cloud.types import DbtCloudOutput
from legacy_shim.emulator import DbtCloud, Server

MakeClient = Callable[..., DbtCloudResource]
DETAILS = {
    "id": 7,
    "job_id": 67890,
    "account_id": 12345,
    "status": 10,
    "status_humanized": "Success",
    "href": "https://emea.dbt.com/deploy/12345/projects/11/runs/7",
    "job": {"name": "Nightly", "generate_docs": True},
    "created_at": "2026-01-02 03:04:05.678901+00:00",
    "started_at": "2026-01-02T03:04:06Z",
    "finished_at": None,
}


@pytest.fixture(autouse=True)
def _no_clients_of_other_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_clients, "_clients", WeakSet())
    monkeypatch.setattr(live_clients, "_of_runs", OrderedDict())


def test_both_dialects_on_one_object(cloud: DbtCloud, make_client: MakeClient) -> None:
    cloud.jobs[67890]["generate_docs"] = True
    output = make_client().run_job_and_poll(67890, poll_interval=0.01)
    assert (output.job_id, output.job_name, output.run_id) == (67890, "Nightly", cloud.runs[0].id)
    assert output.is_successful is True
    assert output.run_status is DbtCloudRunStatus.SUCCESS
    assert output.run_details["id"] == output.run_id
    assert output.created_at is not None
    assert output.finished_at is not None
    assert output.created_at <= output.finished_at
    assert output.result["results"]


def test_run_without_results(make_client: MakeClient) -> None:
    output = make_client().run_job_and_poll(67890, poll_interval=0.01, steps_override=["dbt deps"])
    assert output.is_successful
    assert output.result == {}
    assert output.get_artifact("run_results.json") is None


def test_artifacts(make_client: MakeClient) -> None:
    client = make_client()
    output = client.run_job_and_poll(67890, poll_interval=0.01)
    assert output.get_artifact("manifest.json") == client.get_manifest(output.run_id)
    assert output.get_artifact("run_results.json") == output.result
    assert output.get_artifact("no_such_thing.json") is None


def test_artifact_when_the_client_was_a_temporary(make_client: MakeClient) -> None:
    output = make_client().run_job_and_poll(67890, poll_interval=0.01)
    gc.collect()
    assert output.get_artifact("manifest.json")["nodes"]


def test_stored_output_asks_through_another_client_of_its_account(make_client: MakeClient) -> None:
    stored = pickle.dumps(make_client().run_job_and_poll(67890, poll_interval=0.01))
    live_clients._of_runs.clear()
    gc.collect()
    output = pickle.loads(stored)
    with pytest.raises(Failure, match="no client of its dbt Cloud account lives"):
        output.get_artifact("manifest.json")
    assert output.get_artifact("run_results.json")["results"]
    client = make_client()
    assert output.get_artifact("manifest.json")["nodes"]
    assert client.account_id == 12345


def test_client_of_another_account_is_not_asked(make_client: MakeClient) -> None:
    output = make_client().run_job_and_poll(67890, poll_interval=0.01)
    stored = pickle.dumps(output)
    live_clients._of_runs.clear()
    gc.collect()
    others = [make_client(account_id=1), make_client(dbt_cloud_host="https://emea.dbt.com")]
    with pytest.raises(Failure, match="no client of its dbt Cloud account lives"):
        pickle.loads(stored).get_artifact("manifest.json")
    assert len(others) == 2


def test_output_leads_to_no_client(make_client: MakeClient) -> None:
    """What an IO manager could follow from it: data alone."""
    client = make_client()
    output = client.run_job_and_poll(67890, poll_interval=0.01)
    seen: set[int] = set()
    pending: list[Any] = [vars(output)]
    while pending:
        thing = pending.pop()
        if id(thing) in seen:
            continue
        seen.add(id(thing))
        assert isinstance(thing, (dict, list, str, int, float, bool, type(None)))
        pending.extend(gc.get_referents(thing))


THREE_PROCESSES = """
from dagster import DagsterInstance, FilesystemIOManager, execute_job, job, op, reconstructable
from legacy_shim import dbt_cloud_resource

@op(required_resource_keys={"dbt_cloud"})
def run_job(context):
    return context.resources.dbt_cloud.run_job_and_poll(67890, poll_interval=0.01)

@op(required_resource_keys={"dbt_cloud"})
def with_resource(run_job):
    return len(run_job.get_artifact("manifest.json")["nodes"])

@op
def without_resource(run_job):
    try:
        return run_job.get_artifact("manifest.json")
    except Exception as error:
        return str(error)

dbt_cloud = dbt_cloud_resource({"env": "T_TOKEN"}, 12345, dbt_cloud_host={"env": "T_HOST"})
files = FilesystemIOManager(base_dir="outputs")

@job(resource_defs={"dbt_cloud": dbt_cloud, "io_manager": files})
def three_processes():
    output = run_job()
    with_resource(output)
    without_resource(output)

if __name__ == "__main__":
    with DagsterInstance.local_temp("instance") as instance:
        with execute_job(reconstructable(three_processes), instance=instance) as result:
            assert result.success
            print(result.output_for_node("with_resource"), result.output_for_node("without_resource"))
"""


def test_downstream_ops_in_processes_of_their_own(server: Server, token: str, tmp_path: Path) -> None:
    """The output goes through files. An op downstream reaches the artifacts through a resource of its own."""
    (tmp_path / "instance").mkdir()
    (tmp_path / "three_processes.py").write_text(THREE_PROCESSES)
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "three_processes.py"],
        env={**os.environ, "T_TOKEN": token, "T_HOST": server.url},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    count, _, answer = done.stdout.strip().partition(" ")
    assert int(count) > 0
    assert "no client of its dbt Cloud account lives in this process" in answer
    stored = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert any("outputs" in path.parts for path in stored)
    assert [path for path, content in stored.items() if token.encode() in content] == []


@pytest.mark.parametrize(
    ("details", "host", "expected"),
    [
        (DETAILS, None, "https://emea.dbt.com/accounts/12345/runs/7/docs/"),
        (DETAILS, "https://ab123.us1.dbt.com/", "https://ab123.us1.dbt.com/accounts/12345/runs/7/docs/"),
        ({**DETAILS, "href": None}, None, "https://cloud.getdbt.com/accounts/12345/runs/7/docs/"),
        ({**DETAILS, "job": None}, None, None),
        ({**DETAILS, "job": {"generate_docs": False}}, None, None),
    ],
)
def test_docs_are_on_the_host_of_the_account(
    details: dict[str, Any], host: str | None, expected: str | None
) -> None:
    assert DbtCloudOutput(details, {}, dbt_cloud_host=host).docs_url == expected


def test_details_that_are_not_there() -> None:
    output = DbtCloudOutput({**DETAILS, "job": None}, {})
    assert output.job_name is None
    assert output.finished_at is None
    assert output.started_at is not None
    assert output.started_at.isoformat() == "2026-01-02T03:04:06+00:00"


def test_output_that_an_older_dagster_dbt_stored() -> None:
    output = DbtCloudOutput.__new__(DbtCloudOutput)
    output.__dict__.update({"_run_details": DETAILS, "_result": {}})
    assert output.docs_url == "https://emea.dbt.com/accounts/12345/runs/7/docs/"


@pytest.mark.parametrize(
    ("member", "number", "text"),
    [
        (DbtCloudRunStatus.QUEUED, 1, "Queued"),
        (DbtCloudRunStatus.STARTING, 2, "Starting"),
        (DbtCloudRunStatus.RUNNING, 3, "Running"),
        (DbtCloudRunStatus.SUCCESS, 10, "Success"),
        (DbtCloudRunStatus.ERROR, 20, "Error"),
        (DbtCloudRunStatus.CANCELLED, 30, "Cancelled"),
    ],
)
def test_status_is_text_and_number(member: DbtCloudRunStatus, number: int, text: str) -> None:
    assert member == text
    assert member.value == number
    assert DbtCloudRunStatus(number) is member  # type: ignore[call-arg]
    assert DbtCloudRunStatus(text) is member  # type: ignore[call-arg, arg-type]
    assert {text: True}[member]
    assert member in [text]
    alike = Enum("DbtCloudRunStatus", {member.name: text}, type=str)[member.name]
    assert f"{member}" == f"{alike}"
    assert f"{member:>30}" == f"{alike:>30}"
    assert str(member) == str(alike)
    assert json.dumps({"status": member}) == json.dumps({"status": text})
    assert pickle.loads(pickle.dumps(member)) is member
    assert DbtCloudRunStatus.of_run({"status": number}) is member
    assert DbtCloudRunStatus.of_run({"status": 10, "status_humanized": text}) is member


@pytest.mark.parametrize("unknown", [0, 99, "Paused", None, ""])
def test_unknown_status_is_an_error(unknown: Any) -> None:
    with pytest.raises(ValueError, match="is not a valid"):
        DbtCloudRunStatus(unknown)
