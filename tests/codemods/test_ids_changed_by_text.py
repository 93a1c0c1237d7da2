"""Job ids that the file changes without spelling the name that holds them: the load stays, as they cannot all be known."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate_one

PROGRAM = """
import importlib
import sys
from dagster import Definitions
from dagster_dbt import dbt_cloud_resource, load_assets_from_dbt_cloud_job

client = dbt_cloud_resource.configured({"auth_token": "t", "account_id": 12345})
NAME = __name__
JOBS = [67890]
JOB = 67890


class Team:
    jobs = [67890]


class Dev(Team):
    pass


def named():
    return 1


%s
assets = [load_assets_from_dbt_cloud_job(dbt_cloud=client, job_id=j) for j in %s]
defs = Definitions(assets=assets, resources={"dbt_cloud": client})
"""
CHANGING = [
    "sys.modules[__name__].JOBS.append(67891)",
    "sys.modules[NAME].JOBS.append(67891)",
    "sys.modules[Team.__module__].JOBS.append(67891)",
    "sys.modules.get(__name__).JOBS.append(67891)",
    "me = sys.modules[__name__]\nme.JOBS[0] = 67891",
    "importlib.import_module(__name__).JOBS.append(67891)",
    "__import__(__name__).JOBS.append(67891)",
    'getattr(sys.modules[__name__], "JOBS").extend([67891])',
    'globals()["JOBS"].append(67891)',
    'globals().get("JOBS").append(67891)',
    'held = globals()["JOBS"]\nheld.append(67891)',
    'globals()["JO" + "BS"][0] = 67891',
    'sys._getframe().f_globals["JOBS"].append(67891)',
    'named.__globals__["JOBS"] = [67891]',
]
OF_CLASSES = ["type(Dev()).jobs = [67891]", "Dev().__class__.jobs = [67891]", "Dev.jobs = [67891]"]
LOOKING = [
    "sys.modules[__name__].named()",
    "print(sys.modules[__name__].JOBS.index(67890))",
    "print(len(sys.modules[__name__].JOBS))",
    'print(sys._getframe().f_globals["__name__"])',
]


@pytest.mark.parametrize("changing", CHANGING)
def test_the_load_stays(tmp_path: Path, changing: str) -> None:
    text, codes = migrate_one(tmp_path, PROGRAM % (changing, "JOBS"))
    assert "67890:" not in text
    assert "LDC303" in codes


@pytest.mark.parametrize("changing", OF_CLASSES)
def test_the_load_of_a_changed_class_stays(tmp_path: Path, changing: str) -> None:
    text, codes = migrate_one(tmp_path, PROGRAM % (changing, "Dev.jobs"))
    assert "67890:" not in text
    assert "LDC303" in codes


@pytest.mark.parametrize("looking", LOOKING)
def test_what_only_looks_leaves_the_ids_known(tmp_path: Path, looking: str) -> None:
    text, _ = migrate_one(tmp_path, PROGRAM % (looking, "JOBS"))
    assert "67890:" in text
