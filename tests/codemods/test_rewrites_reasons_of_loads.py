"""What is said of loads that stay, and of what they need: what the reader can do there."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate

HEAD = """
import os

import theirs
from dagster import Definitions
from dagster_dbt import DbtCloudClientResource, load_assets_from_dbt_cloud_job

cloud = DbtCloudClientResource(auth_token="t", account_id=12345)
"""
TAIL = '\ndefs = Definitions(assets=assets, resources={"dbt_cloud": cloud})\n'
LIST = "write the number in the code, or loop over a plain list of numbers, `JOB_IDS = [67890, 67891]`"
IDS = {
    "a loop that skips": (
        'assets = []\nfor team in ("FIN", "OPS"):\n    job = os.getenv(f"JOB_{team}")\n    if not job:\n        continue\n'
        "    assets.append(load_assets_from_dbt_cloud_job(cloud, int(job)))\n",
        {},
        f"its job id `int(job)` cannot be determined: set JOB_FIN and JOB_OPS, or pass --env-file with their values; or {LIST}",
    ),
    "a loop that skips one that is not set": (
        'assets = []\nfor name in ("JOB_FIN", "JOB_OPS"):\n    if name in os.environ:\n'
        "        assets.append(load_assets_from_dbt_cloud_job(cloud, int(os.environ[name])))\n",
        {"JOB_FIN": "67890"},
        f"its job id `int(os.environ[name])` cannot be determined: set JOB_OPS, or pass --env-file with its value; or {LIST}",
    ),
    "a list": (
        'JOBS = [int(one) for one in os.environ["JOBS"].split(",")]\nassets = [load_assets_from_dbt_cloud_job(cloud, job) for job in JOBS]\n',
        {},
        f"Set JOBS, or pass --env-file with its value; or {LIST}",
    ),
    "what no variable says": (
        'assets = [load_assets_from_dbt_cloud_job(cloud, job) for job in theirs.jobs(os.environ["JOBS"])]\n',
        {},
        f"W{LIST[1:]}",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", IDS)
def test_the_variables_are_named_that_would_say_the_id(tmp_path: Path, name: str) -> None:
    program, env, said = IDS[name]
    _, report = migrate(tmp_path, {"program.py": HEAD + program + TAIL}, env=env)
    messages = [one.message for one in report.findings if one.code == "LDC303"]
    assert [one for one in messages if one.endswith(said)] == messages
    assert len(messages) == 1


def test_a_resource_that_goes_to_what_may_be_the_loader_is_no_client(tmp_path: Path) -> None:
    program = 'load = load_assets_from_dbt_cloud_job if os.getenv("X") else theirs.load\nassets = [load(cloud, 67890)]\n'
    _, report = migrate(tmp_path, {"program.py": HEAD + program + TAIL})
    messages = [one.message for one in report.findings if one.code == "LDC303"]
    assert (
        "`cloud` is passed to `load(...)`, which cannot be traced: call `load_assets_from_dbt_cloud_job` by its own name, "
        "in the branch that it belongs to"
    ) in messages
    assert not [one for one in messages if "client" in one]


def test_a_package_that_hands_on_a_name_says_who_still_uses_it(tmp_path: Path) -> None:
    files = {
        "ops/__init__.py": "from dagster_dbt import dbt_cloud_run_op\n",
        "jobs.py": "from dagster import Definitions, job\nfrom ops import dbt_cloud_run_op\n\n"
        'run_it = dbt_cloud_run_op.configured({"job_id": 67890}, name="run_it")\n\n\n@job\ndef daily():\n    run_it()\n\n\n'
        "defs = Definitions(jobs=[daily])\n",
        "more/__init__.py": "from dagster_dbt import dbt_cloud_run_op\n",
    }
    _, report = migrate(tmp_path, files)
    assert {one.place.path.parent.name: one.message for one in report.findings if one.code == "LDC302"} == {
        "ops": "`dbt_cloud_run_op` comes from the facade here, because jobs.py imports it from this file, and still uses it",
        "more": "`dbt_cloud_run_op` is exported from this file, and comes from the facade: remove it here when nothing uses it",
    }
