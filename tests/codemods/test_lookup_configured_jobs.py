"""Jobs that the code names in the run configuration of its ops alone are looked up, too."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from legacy_shim.codemods.jobs_in_code import jobs_in_code
from legacy_shim.codemods.options import JobsInCode, Options

OP = """
from dagster import Config, Definitions, RunConfig, job, op
from dagster_dbt import DbtCloudClientResource

@op(required_resource_keys={"dbt_cloud"}, config_schema={"job_id": int})
def kick(context):
    context.resources.dbt_cloud.run_job_and_poll(%s)

defs = Definitions(resources={"dbt_cloud": DbtCloudClientResource(auth_token="t", account_id=12345)})
"""


def _jobs(folder: Path, read: str, configured: str) -> JobsInCode:
    (folder / "p.py").write_text(OP % read + textwrap.dedent(configured))
    return jobs_in_code([folder], Options())


@pytest.mark.parametrize(
    ("read", "configured"),
    [
        ('context.op_config["job_id"]', '@job(config={"ops": {"kick": {"config": {"job_id": 67890}}}})\ndef j(): kick()'),
        ("context.op_config['job_id']", 'ID = 67890\nRUN = {"ops": {"kick": {"config": {"job_id": ID}}}}'),
        ("config.job_id", 'class KickConfig(Config):\n    job_id: int\nrun = RunConfig(ops={"kick": KickConfig(job_id=67890)})'),
    ],
)  # fmt: skip
def test_the_job_is_looked_up(tmp_path: Path, read: str, configured: str) -> None:
    jobs = _jobs(tmp_path, read, configured)
    assert [(job.job_id, job.account_id) for job in jobs.wanted] == [(67890, 12345)]
    assert not jobs.unknown


@pytest.mark.parametrize(
    ("read", "configured"),
    [
        ('context.op_config["job_id"]', ""),
        ('context.op_config["job_id"]', 'RUN = {"ops": {"kick": {"config": {"other": 67890}}}}'),
        ('context.op_config["job_id"]', 'RUN = {"job_id": 67890}'),
        ('context.op_config["job_id"]', 'RUN = {"config": {"job_id": "yours"}}'),
        ('context.op_config["job_id"]', 'RUN = {"config": {"job_id": 0}}'),
        ('context.tags["job_id"]', 'RUN = {"config": {"job_id": 67890}}'),
    ],
)
def test_a_job_that_nothing_names_is_not_known(tmp_path: Path, read: str, configured: str) -> None:
    jobs = _jobs(tmp_path, read, configured)
    assert not jobs.wanted
    assert [finding.code for finding in jobs.unknown] == ["LDC402"]
