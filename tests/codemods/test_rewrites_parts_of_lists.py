"""Job ids in a part of a list, and in named tuples: read where nothing changes them, and kept where something may."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate

HEAD = """\
import collections
import os
from collections import namedtuple

from dagster import Definitions
from dagster_dbt import dbt_cloud_resource, load_assets_from_dbt_cloud_job

cloud = dbt_cloud_resource.configured({"auth_token": os.environ["TOKEN"], "account_id": 12345})


def load(job_id):
    return load_assets_from_dbt_cloud_job(dbt_cloud=cloud, job_id=job_id)


"""
FOLLOWED = {
    "a loop over a part": "JOBS = [67891, 67890]\nmodels = [load(job) for job in JOBS[1:]]\n",
    "a part that has a name": "JOBS = (67890, 67891)\nFIRST = JOBS[:1]\nmodels = [load(job) for job in FIRST]\n",
    "an element of a part": "JOBS = (67891, 67890)\nREST = JOBS[1:]\nmodels = [load(REST[0])]\n",
    "an element added to a part": "JOBS = [67891]\nREST = JOBS[1:]\nREST.append(67890)\nmodels = [load(job) for job in REST]\n",
    "a part of a list in a dict": 'JOBS = {"daily": [67891, 67890]}\nmodels = [load(job) for job in JOBS["daily"][1:]]\n',
    "a part of objects": 'Job = namedtuple("Job", "name job_id")\nJOBS = [Job("a", 67891), Job("b", 67890)]\nmodels = [load(job.job_id) for job in JOBS[1:]]\n',
    "a named tuple": 'Job = namedtuple("Job", ["name", "job_id"])\nDAILY = Job("daily", job_id=67890)\nmodels = [load(DAILY.job_id)]\n',
    "a named tuple of a module": 'Job = collections.namedtuple("Job", "name, job_id")\nDAILY = Job("daily", 67890)\nmodels = [load(DAILY.job_id)]\n',
}
KEPT = {
    "a part that a function changes": "def swap(jobs):\n    jobs[0] += 1\n\n\nREST = [67891, 67889][1:]\nswap(REST)\nmodels = [load(job) for job in REST]\n",
    "a part that another package gets": "from acme import add_jobs\n\nJOBS = [67891, 67890]\nREST = JOBS[1:]\nadd_jobs(REST)\nmodels = [load(job) for job in REST]\n",
    "a part of a text": 'JOBS = "67890,67891"\nmodels = [load(int(JOBS[:5]))]\n',
    "a part of the loads": "models = [load(job) for job in (67890, 67891)]\nmodels = models[1:]\n",
    "defaults": 'Job = namedtuple("Job", "name job_id", defaults=[67890])\nmodels = [load(Job("daily").job_id)]\n',
    "defaults set later": 'Job = namedtuple("Job", "name job_id")\nJob.__new__.__defaults__ = (67890,)\nmodels = [load(Job("daily").job_id)]\n',
    "another value in its place": 'Job = namedtuple("Job", "name job_id")\nDAILY = Job("daily", 67891)._replace(job_id=67890)\nmodels = [load(DAILY.job_id)]\n',
    "made of rows": 'Job = namedtuple("Job", "name job_id")\nmodels = [load(job.job_id) for job in map(Job._make, [("daily", 67890)])]\n',
    "another function of that name": 'def namedtuple(name, fields):\n    return lambda *_: type(name, (), {"job_id": 67890})\n\n\nJob = namedtuple("Job", "name job_id")\nDAILY = Job("daily", 67891)\nmodels = [load(DAILY.job_id)]\n',
}
END = "defs = Definitions(assets=models)\n"


@pytest.mark.parametrize("text", FOLLOWED.values(), ids=FOLLOWED)
def test_they_are_followed(tmp_path: Path, text: str) -> None:
    texts, _ = migrate(tmp_path, {"program.py": HEAD + text + END})
    assert "legacy_shim" not in texts["program.py"]
    assert "67890" in texts["program.py"]


@pytest.mark.parametrize("text", KEPT.values(), ids=KEPT)
def test_they_are_kept(tmp_path: Path, text: str) -> None:
    texts, _ = migrate(tmp_path, {"program.py": HEAD + text + END})
    assert "load_assets_from_dbt_cloud_job(dbt_cloud=cloud, job_id=job_id)" in texts["program.py"]
