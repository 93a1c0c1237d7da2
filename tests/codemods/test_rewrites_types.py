"""Types that Dagster checks: ``In(DbtCloudOutput)`` and ``Out(DbtCloudOutput)``."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import clean, migrate

PROGRAM = """
from typing import Optional
from dagster import *
from dagster_dbt import DbtCloudClientResource, DbtCloudOutput
cloud = DbtCloudClientResource(auth_token="t", account_id=12345)

{extra}
@op(required_resource_keys={{"cloud"}}, {given})
def run(context):
    return context.resources.cloud.run_job_and_poll(67890)

@op({taken})
def use(context, output):
    context.log.info(str(output.run_id))

@job(resource_defs={{"cloud": cloud}})
def nightly():
    use(run())
"""
AFTER = """
from typing import Optional
from dagster import *
from dagster_dbt.cloud_v2 import DbtCloudCredentials, DbtCloudWorkspace
from dagster_dbt.cloud_v2.types import DbtCloudRun
cloud = DbtCloudWorkspace(
    credentials=DbtCloudCredentials(
        account_id=12345,
        token="t",
        access_url="https://cloud.getdbt.com",
    ),
    project_id=11,
    environment_id=22,
)


@op(required_resource_keys={{"cloud"}}, {given})
def run(context):
    client = context.resources.cloud.get_client()
    dbt_run = client.trigger_job_run(67890)
    dbt_run = client.poll_run(
        dbt_run["id"],
        poll_interval=10,
        poll_timeout=float("inf"),
    )
    DbtCloudRun.from_run_details(dbt_run).raise_for_status()
    dbt_run = client.get_run_details(
        dbt_run["id"],
        include_related=["job", "trigger", "run_steps"],
    )
    return dbt_run

@op({taken})
def use(context, output):
    context.log.info(str(output["id"]))

@job(resource_defs={{"cloud": cloud}})
def nightly():
    use(run())
"""
WITH_OBJECTS = """
import datetime
from typing import Optional
from urllib.parse import urljoin
from dagster import *
from dagster_dbt.cloud_v2 import DbtCloudCredentials, DbtCloudWorkspace
from dagster_dbt.cloud_v2.types import DbtCloudJobRunStatusType, DbtCloudRun
cloud = DbtCloudWorkspace(
    credentials=DbtCloudCredentials(
        account_id=12345,
        token="t",
        access_url="https://cloud.getdbt.com",
    ),
    project_id=11,
    environment_id=22,
)


class DbtCloudOutput:
    \"\"\"A finished run of a dbt Cloud job, and its `run_results.json`.\"\"\"

    def __init__(self, run_details, result):
        job = run_details["job"] or {}
        self.run_details, self.result = run_details, result
        self.run_id, self.job_id = run_details["id"], run_details["job_definition_id"]
        self.job_name = job.get("name")
        self.is_successful = run_details["status_humanized"] == "Success"
        docs = urljoin(
            run_details["href"],
            f"/accounts/{run_details['account_id']}/runs/{self.run_id}/docs/",
        )
        self.docs_url = docs if job.get("generate_docs") else None

    def __getattr__(self, name):
        if name not in (
            "created_at",
            "updated_at",
            "dequeued_at",
            "started_at",
            "finished_at",
        ):
            raise AttributeError(name)
        text = self.run_details[name]
        return text and datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


INS = {"output": In(DbtCloudOutput)}


def run_job(client, job_id, poll_interval=10, poll_timeout=None, steps_override=None):
    run = client.trigger_job_run(job_id, steps_override=steps_override)
    try:
        run = client.poll_run(
            run["id"],
            poll_interval=poll_interval,
            poll_timeout=poll_timeout or float("inf"),
        )
    except Exception:
        # It may have ended since poll_run looked.
        run = client.get_run_details(run["id"])
        if run["status"] < DbtCloudJobRunStatusType.SUCCESS:
            raise
    DbtCloudRun.from_run_details(run).raise_for_status()
    run = client.get_run_details(
        run["id"],
        include_related=["job", "trigger", "run_steps"],
    )
    try:
        result = client.get_run_results_json(run["id"])
    except Failure:  # its last command left none
        result = {}
    return DbtCloudOutput(run, result)


@op(required_resource_keys={"cloud"}, out=Out(DbtCloudOutput))
def run(context):
    return run_job(context.resources.cloud.get_client(), 67890)

@op(ins=INS)
def use(context, output):
    context.log.info(str(output.run_id))

@job(resource_defs={"cloud": cloud})
def nightly():
    use(run())
"""
IN = 'ins={"output": In(DbtCloudOutput)}'
OUT = "out=Out(DbtCloudOutput)"


@pytest.mark.parametrize("given", [OUT, 'out=Out(dagster_type=DbtCloudOutput, description="ran")'])
@pytest.mark.parametrize(
    "taken",
    [IN, 'ins={"output": In(dagster_type=DbtCloudOutput)}', 'ins={"output": In(Optional[DbtCloudOutput])}'],
)
def test_types_follow_what_they_are_of(tmp_path: Path, given: str, taken: str) -> None:
    texts, _ = migrate(tmp_path, {"program.py": PROGRAM.format(extra="", given=given, taken=taken)})
    given, taken = (said.replace("DbtCloudOutput", "dict") for said in (given, taken))
    assert texts["program.py"] == clean(AFTER.format(given=given, taken=taken))


def test_a_type_that_cannot_be_followed_keeps_what_it_is_of(tmp_path: Path) -> None:
    program = PROGRAM.format(extra="", given='out={"result": Out(DbtCloudOutput)}', taken=IN)
    texts, report = migrate(tmp_path, {"program.py": program})
    assert texts["program.py"] == clean(program).replace("from dagster_dbt import", "from legacy_shim import")
    told = [finding.message for finding in report.findings if finding.code == "LDC302"]
    assert any("Dagster checks values against the type" in message for message in told)


def test_inputs_that_have_a_name_of_their_own_get_objects(tmp_path: Path) -> None:
    program = PROGRAM.format(extra='INS = {"output": In(DbtCloudOutput)}', given=OUT, taken="ins=INS")
    texts, _ = migrate(tmp_path, {"program.py": program})
    assert texts["program.py"] == clean(WITH_OBJECTS)
