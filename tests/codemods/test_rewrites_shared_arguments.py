"""Loads in dicts, with arguments that they share, with ids of an enumeration, and calls through decorators of the tree."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate_one

HEAD = """
from dagster import *
from dagster_dbt import dbt_cloud_resource, load_assets_from_dbt_cloud_job

cloud = dbt_cloud_resource("t", 12345)
"""
DEFS = "\ndefs = Definitions(assets=[models])\n"
COMMON = 'COMMON = {"dbt_cloud": cloud, "node_info_to_group_fn": lambda node: "g"}\n'
LOAD = "models = load_assets_from_dbt_cloud_job(job_id=67890, **COMMON)\n"


def test_arguments_of_a_dict_are_those_of_the_call(tmp_path: Path) -> None:
    text, codes = migrate_one(tmp_path, HEAD + COMMON + LOAD + DEFS)
    assert 'def get_group_name(self, dbt_resource_props):\n        return "g"\n' in text
    assert "workspace=cloud" in text
    assert "legacy_shim" not in text
    assert not {"LDC302", "LDC303"} & set(codes)


@pytest.mark.parametrize(
    "common",
    [
        COMMON + 'COMMON["partitions_def"] = None\n',
        COMMON + 'COMMON.update(node_info_to_group_fn=lambda node: "h")\n',
        COMMON + "import elsewhere\nelsewhere.change(COMMON)\n",
        COMMON + "def change(it):\n    it['partitions_def'] = None\n\n\nchange(COMMON)\n",
        'GROUP = "a"\n' + COMMON.replace('"g"', "GROUP") + 'GROUP = "b"\n',
        'COMMON = {"dbt_cloud": cloud, "node_info_to_group_fn": group_of()}\n',
        'COMMON = {"dbt_cloud": cloud} if input() else {"dbt_cloud": cloud, "partitions_def": None}\n',
        "COMMON = read_settings()\n",
        'KEY = "dbt_cloud"\nCOMMON = {KEY: cloud}\n',
    ],
)
def test_arguments_that_may_be_others_stay(tmp_path: Path, common: str) -> None:
    text, codes = migrate_one(tmp_path, HEAD + common + LOAD + DEFS)
    assert LOAD in text
    assert {"LDC302", "LDC303"} & set(codes)


@pytest.mark.parametrize(
    "defs",
    [
        'defs = Definitions(assets=[loads["a"]])\n',
        "every = []\nfor each in loads.values():\n    every.append(each)\ndefs = Definitions(assets=every)\n",
    ],
)
@pytest.mark.parametrize(
    "filled",
    [
        "loads = {}\nfor name, job_id in JOBS.items():\n    loads[name] = load_assets_from_dbt_cloud_job(cloud, job_id)\n",
        "loads = {name: load_assets_from_dbt_cloud_job(cloud, job_id) for name, job_id in JOBS.items()}\n",
        "loads = {}\nfor name, job_id in JOBS.items():\n    loads.setdefault(name, load_assets_from_dbt_cloud_job(cloud, job_id))\n",
    ],
)
def test_dicts_of_loads_are_followed(tmp_path: Path, filled: str, defs: str) -> None:
    text, codes = migrate_one(tmp_path, HEAD + 'JOBS = {"a": 67890, "b": 67891}\n' + filled + defs)
    last = filled.splitlines()[-1]
    assert last.replace("load_assets_from_dbt_cloud_job(cloud", "dbt_cloud_job(cloud") in text.splitlines()
    assert "legacy_shim" not in text
    assert not {"LDC302", "LDC303"} & set(codes)


@pytest.mark.parametrize(
    "use", ["elsewhere(loads.values())", "reduce(max, loads.values())", "elsewhere(loads)"]
)
def test_dicts_of_loads_that_go_elsewhere_stay(tmp_path: Path, use: str) -> None:
    filled = (
        "loads = {name: load_assets_from_dbt_cloud_job(cloud, job_id) for name, job_id in JOBS.items()}\n"
    )
    program = f'from functools import reduce\nfrom somewhere import elsewhere\nJOBS = {{"a": 67890}}\n{filled}{use}\n'
    text, codes = migrate_one(tmp_path, HEAD + program)
    assert filled in text
    assert "LDC303" in codes


ENUM = "from enum import Enum\n\n\nclass Jobs(Enum):\n    A = 67890\n    B = {b}\n\n\n"
LOOP = "models = [load_assets_from_dbt_cloud_job(cloud, each.value) for each in Jobs]\ndefs = Definitions(assets=models)\n"


def test_ids_of_an_enumeration_are_known(tmp_path: Path) -> None:
    text, _ = migrate_one(tmp_path, HEAD + ENUM.format(b=67891) + LOOP)
    assert "models = [dbt_cloud_job(cloud, each.value) for each in Jobs]\n" in text
    assert "    67890: {" in text
    assert "    67891: {" in text


def test_ids_that_one_member_does_not_say_stay(tmp_path: Path) -> None:
    text, codes = migrate_one(tmp_path, HEAD + ENUM.format(b="int(input())") + LOOP)
    assert LOOP in text
    assert "LDC303" in codes


DECORATED = """
from dagster import Definitions, op
from dagster_dbt import dbt_cloud_resource
from functools import wraps

cloud = dbt_cloud_resource("t", 12345)


def decorate(function):
    @wraps(function)
    def wrapper(*args, **kwargs):
        {body}

    return wrapper


@decorate
def name_of(client):
    return client.get_job(67890)["name"]


@op(required_resource_keys={{"cloud"}})
def work(context):
    return name_of(context.resources.cloud)


defs = Definitions(resources={{"cloud": cloud}})
"""


@pytest.mark.parametrize(
    ("body", "is_followed"),
    [
        ("return function(*args, **kwargs)", True),
        ("answer = function(*args, **kwargs)\n        return answer", True),
        ("print(function.__name__)\n        return function(*args, **kwargs)", True),
        ("print(args)\n        return function(*args, **kwargs)", False),
        ("return [function(*args, **kwargs)]", False),
        ("answer = function(*args, **kwargs)\n        print(answer)\n        return answer", False),
        ("function(*args, **kwargs)", False),
        ("args = (other,)\n        return function(*args, **kwargs)", False),
        ("keep(function)\n        return function(*args, **kwargs)", False),
        ("return function(*args)", False),
        ("yield function(*args, **kwargs)", False),
    ],
)
def test_decorators_that_hand_on_all_are_followed(tmp_path: Path, body: str, is_followed: bool) -> None:
    text, codes = migrate_one(tmp_path, DECORATED.format(body=body))
    assert ("client.get_client().get_job_details(67890)" in text) is is_followed
    assert ("LDC303" in codes) is not is_followed
