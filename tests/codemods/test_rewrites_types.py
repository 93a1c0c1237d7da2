"""Types that Dagster checks: ``In(DbtCloudOutput)`` and ``Out(DbtCloudOutput)``."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate

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
IN = 'ins={"output": In(DbtCloudOutput)}'
OUT = "out=Out(DbtCloudOutput)"


@pytest.mark.parametrize("given", [OUT, 'out=Out(dagster_type=DbtCloudOutput, description="ran")'])
@pytest.mark.parametrize(
    "taken",
    [IN, 'ins={"output": In(dagster_type=DbtCloudOutput)}', 'ins={"output": In(Optional[DbtCloudOutput])}'],
)
def test_types_follow_what_they_are_of(tmp_path: Path, given: str, taken: str) -> None:
    texts, _ = migrate(tmp_path, {"program.py": PROGRAM.format(extra="", given=given, taken=taken)})
    text = texts["program.py"]
    assert given.replace("DbtCloudOutput", "dict") in text
    assert taken.replace("DbtCloudOutput", "dict") in text
    assert 'output["id"]' in text
    assert "legacy_shim" not in text and "DbtCloudOutput" not in text


def test_a_type_that_cannot_be_followed_keeps_what_it_is_of(tmp_path: Path) -> None:
    program = PROGRAM.format(extra="", given='out={"result": Out(DbtCloudOutput)}', taken=IN)
    texts, report = migrate(tmp_path, {"program.py": program})
    text = texts["program.py"]
    assert "run_job_and_poll(67890)" in text and "cloud_v2" not in text
    told = [finding.message for finding in report.findings if finding.code == "LDC302"]
    assert any("Dagster checks them against it" in message for message in told)


def test_inputs_that_have_a_name_of_their_own_get_objects(tmp_path: Path) -> None:
    program = PROGRAM.format(extra='INS = {"output": In(DbtCloudOutput)}', given=OUT, taken="ins=INS")
    texts, _ = migrate(tmp_path, {"program.py": program})
    text = texts["program.py"]
    assert 'INS = {"output": In(DbtCloudOutput)}' in text and OUT in text
    assert text.index("class DbtCloudOutput:") < text.index("INS =")
    assert "str(output.run_id)" in text and "legacy_shim" not in text
