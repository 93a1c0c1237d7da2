"""What an IO manager loads goes to ops that ask for it by name: a run stays an object there, a client stays legacy's."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate_one

HEAD = """
from dagster import *
from dagster_dbt import DbtCloudClientResource, DbtCloudOutput

cloud = DbtCloudClientResource(auth_token="t", account_id=12345)
"""
CONFIGURED = """
class Runs(ConfigurableIOManager):
    cloud: DbtCloudClientResource

    def handle_output(self, context, obj):
        print(obj)

    def {method}(self, context, *more):
        client = self.cloud.get_dbt_client()
        return {answer}


runs = Runs(cloud=cloud)
"""
BY_FUNCTION = """
class Runs(IOManager):
    def __init__(self, client):
        self.client = client

    def handle_output(self, context, obj):
        print(obj)

    def {method}(self, context, *more):
        client = self.client
        return {answer}


@io_manager(required_resource_keys={{"cloud"}})
def runs(context):
    return Runs(context.resources.cloud)
"""
REST = """

@op(out=Out(io_manager_key="runs"))
def start():
    return 1


@op
def read(run):
    return run.job_name


@job
def nightly():
    read(start())


defs = Definitions(jobs=[nightly], resources={"runs": runs, "cloud": cloud})
"""
MANAGERS = {"of a class": CONFIGURED, "of a function": BY_FUNCTION}


def _migrated(tmp_path: Path, manager: str, answer: str, method: str = "load_input") -> tuple[str, set[str]]:
    text = HEAD + MANAGERS[manager].format(answer=answer, method=method) + REST
    after, codes = migrate_one(tmp_path, text)
    return after, {code for code in codes if code.startswith("LDC3")}


@pytest.mark.parametrize("manager", MANAGERS)
@pytest.mark.parametrize(
    "answer",
    [
        "client.run_job_and_poll(67890)",
        "[client.run_job_and_poll(67890)]",
        "client.run_job_and_poll(67890) if context else None",
    ],
)
@pytest.mark.parametrize("method", ["load_input", "load_from_path"])
def test_a_run_that_is_loaded_is_an_object(tmp_path: Path, manager: str, answer: str, method: str) -> None:
    after, kept = _migrated(tmp_path, manager, answer, method)
    assert "return DbtCloudOutput(run, result)" in after
    assert "return run.job_name" in after
    assert "legacy_shim" not in after and not kept


@pytest.mark.parametrize("manager", MANAGERS)
@pytest.mark.parametrize("answer", ["client", "[client]", "self"])
def test_a_client_that_is_loaded_stays(tmp_path: Path, manager: str, answer: str) -> None:
    after, kept = _migrated(tmp_path, manager, answer)
    assert "cloud_v2" not in after
    assert "LDC303" in kept


@pytest.mark.parametrize("manager", MANAGERS)
@pytest.mark.parametrize(
    "answer",
    [
        "client.get_run(1001)",
        'client.get_job(67890)["name"]',
        "client.run_job_and_poll(67890).run_id",
        "context",
    ],
)
def test_what_is_read_and_loaded_needs_no_object(tmp_path: Path, manager: str, answer: str) -> None:
    after, kept = _migrated(tmp_path, manager, answer)
    assert "class DbtCloudOutput" not in after
    assert "legacy_shim" not in after and not kept


def test_a_manager_of_a_function_that_is_made_of_something_else_stays(tmp_path: Path) -> None:
    manager = BY_FUNCTION.replace("Runs(context.resources.cloud)", "made(context.resources.cloud)")
    text = HEAD + manager.format(answer="1", method="load_input") + REST
    after, codes = migrate_one(tmp_path, text)
    assert "cloud_v2" not in after
    assert "LDC303" in codes
