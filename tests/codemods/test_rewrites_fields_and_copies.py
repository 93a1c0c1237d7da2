"""Job ids in fields of objects: with a default or a factory, copied with `replace`, picked by `next`, made by a class method."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from rewriting import migrate

HEAD = """
import copy
import json
import os
import dataclasses
from dataclasses import dataclass, field, replace
from typing import NamedTuple
from dagster import Definitions
from dagster_dbt import DbtCloudClientResource, load_assets_from_dbt_cloud_job
from pydantic import BaseModel, Field

dbt_cloud = DbtCloudClientResource(auth_token=os.environ["DBT_CLOUD_API_TOKEN"], account_id=12345)


@dataclass(frozen=True)
class Job:
    id: int = 67890
    name: str = "nightly"
    ids: dict = field(default_factory=lambda: {"nightly": 67890})
    later: int = field(default=67891)

    @classmethod
    def from_env(cls):
        return cls(id=int(os.getenv("NO_JOB", "67890")))

    @classmethod
    def other(cls):
        return cls(67891)


class Settings(BaseModel):
    job: int = Field(67890, description="nightly")
    other: int = Field(default=67891)


class Pair(NamedTuple):
    id: int


JOBS = [Job(), Job(67891, "hourly")]
"""
TAIL = """
models = load_assets_from_dbt_cloud_job(dbt_cloud=dbt_cloud, job_id=JOB)
defs = Definitions(assets=[models])
"""
ONE = {
    "default": ("JOB = Job().id\n", 67890),
    "default_of_a_field": ("job = Job()\nJOB = job.later\n", 67891),
    "factory": ('job = Job()\nJOB = job.ids["nightly"]\n', 67890),
    "default_of_pydantic": ("settings = Settings()\nJOB = settings.job\n", 67890),
    "default_of_pydantic_by_name": ("settings = Settings()\nJOB = settings.other\n", 67891),
    "class_method": ("JOB = Job.other().id\n", 67891),
    "class_method_by_a_name": ("job = Job.other()\nJOB = job.id\n", 67891),
    "environment": ("job = Job.from_env()\nJOB = job.id\n", 67890),
    "copy_with_another_id": ("base = Job()\njob = replace(base, id=67891)\nJOB = job.id\n", 67891),
    "copy_with_another_name": ('base = Job(67891)\njob = dataclasses.replace(base, name="x")\nJOB = job.id\n', 67891),
    "copy_of_a_copy": ('JOB = replace(replace(Job(), id=67891), name="x").id\n', 67891),
    "copy_that_is_passed": (
        "def of(job: Job):\n    return job.id\n\nJOB = of(replace(Job(67891), name='x'))\n",
        67891,
    ),
    "made_by_a_parameter": ("def make(cls):\n    return cls(67891)\n\njob = make(Job)\nJOB = job.id\n", 67891),
}  # fmt: skip
SEVERAL = {
    "next": 'JOB = next(job for job in JOBS if job.name == "hourly").id\n',
    "next_by_a_name": 'job = next(job for job in JOBS if job.name == "hourly")\nJOB = job.id\n',
    "next_in_a_function": "def find(name):\n    return next(job for job in JOBS if job.name == name)\n\nJOB = find('hourly').id\n",
    "next_of_ids": 'JOB = next(job.id for job in JOBS if job.name == "hourly")\n',
    "next_of_dicts": 'ROWS = [{"n": "a", "id": 67890}, {"n": "b", "id": 67891}]\nrow = next(x for x in ROWS if x["n"] == "b")\nJOB = row["id"]\n',
    "next_with_a_default": 'JOB = next((job.id for job in JOBS if job.name == "x"), 67891)\n',
    "a_dict_that_changes": 'job = Job()\njob.ids["nightly"] = 67891\nJOB = job.ids["nightly"]\n',
}
KEPT = {
    "copy_by_a_method": "def of(pair: Pair):\n    return pair.id\n\nbase = Pair(67890)\nJOB = of(base._replace(id=67891))\n",
    "copy_of_pydantic": "def of(s: Settings):\n    return s.job\n\nJOB = of(Settings().model_copy(update={'job': 67891}))\n",
    "validated": "def of(s: Settings):\n    return s.job\n\nJOB = of(Settings.model_validate({'job': 67891}))\n",
    "made_elsewhere": "from theirs import make\n\ndef of(job: Job):\n    return job.id\n\nJOB = of(make(67891))\n",
    "copy_with_what_is_not_written": "given = {'id': 67891}\njob = replace(Job(), **given)\nJOB = job.id\n",
    "copy_of_something_else": "from theirs import base\njob = replace(base, name='x')\nJOB = job.id\n",
    "copy_of_a_parameter": "def but(job: Job, **given):\n    return replace(job, **given)\n\nJOB = but(Job(), id=67891).id\n",
    "class_method_that_takes_all": "@dataclass\nclass Row:\n    id: int\n    @classmethod\n    def read(cls, row):\n        return cls(**row)\n\nrow = Row.read(json.loads('{}'))\nold = Row(67890)\nJOB = row.id\n",
    "factory_of_others": "from theirs import ids\n@dataclass\nclass Row:\n    ids: dict = field(default_factory=ids)\n\nJOB = Row().ids['nightly']\n",
    "copy_that_the_class_makes": "@dataclass\nclass Row:\n    id: int = 67890\n    def __replace__(self, **given):\n        return Row(67891)\n\nJOB = copy.replace(Row(), id=67890).id\n",
    "field_that_is_set": "job = Job()\nobject.__setattr__(job, 'id', 67891)\nJOB = job.id\n",
    "next_of_an_iterator": "JOB = next(iter(JOBS), JOBS[1]).id\n",
    "next_of_what_is_not_known": "from theirs import ROWS\nJOB = next(x for x in ROWS).id\n",
    "next_of_a_list_that_others_change": "from theirs import more\nmore(JOBS)\nJOB = next(job for job in JOBS).id\n",
    "another_next": "def next(jobs):\n    return more()\n\nfrom theirs import more\nJOB = next(job for job in JOBS).id\n",
}


def _migrated(folder: Path, code: str) -> str:
    texts, _ = migrate(folder, {"definitions.py": HEAD + code + TAIL})
    return texts["definitions.py"]


@pytest.mark.parametrize("case", ONE)
def test_the_field_is_read(tmp_path: Path, case: str) -> None:
    code, job_id = ONE[case]
    text = _migrated(tmp_path, code)
    assert "@dbt_cloud_assets" in text
    assert f"dbt_cloud_job_{job_id}" in text


@pytest.mark.parametrize("case", SEVERAL)
def test_each_job_that_it_may_be_has_a_row(tmp_path: Path, case: str) -> None:
    text = _migrated(tmp_path, SEVERAL[case])
    assert set(re.findall(r"^    (\d+): \{", text, re.MULTILINE)) == {"67890", "67891"}


@pytest.mark.parametrize("case", KEPT)
def test_what_is_not_known_keeps_the_load(tmp_path: Path, case: str) -> None:
    assert "@dbt_cloud_assets" not in _migrated(tmp_path, KEPT[case])
