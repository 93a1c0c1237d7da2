"""Job ids that calls hand on in dicts, `f(**each)`: known where the dicts are, and nothing may change them."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate_one

HEAD = """from dagster import Definitions
from dagster_dbt import dbt_cloud_resource, load_assets_from_dbt_cloud_job

cloud = dbt_cloud_resource.configured({"auth_token": "t", "account_id": 12345})
"""
MAKE = """

def team(name, job, prefix=()):
    models = load_assets_from_dbt_cloud_job(cloud, job, node_info_to_group_fn=lambda node: name)
    return Definitions(assets=[models])


"""
ALL = "defs = Definitions.merge(*(team(**each) for each in TEAMS))\n"
KNOWN = {
    "of a list": 'TEAMS = [{"name": "a", "job": 67890}, {"name": "b", "job": 67891}]\n' + MAKE + ALL,
    "with lists in them": 'TEAMS = [{"name": "a", "job": 67890, "prefix": ["x"]}, {"name": "b", "job": 67891}]\n'
    + MAKE
    + ALL,
    "of a name": 'TEAM = {"name": "a", "job": 67890}\n' + MAKE + "defs = team(**TEAM)\n",
    "beside arguments": 'TEAM = {"job": 67890}\n' + MAKE + 'defs = team("a", **TEAM)\n',
    "of a call of dict": 'TEAM = dict(name="a", job=67890)\n' + MAKE + "defs = team(**TEAM)\n",
    "written there": MAKE + 'defs = team(**{"name": "a", "job": 67890})\n',
    "in a loop": 'TEAMS = {"a": {"job": 67890}, "b": {"job": 67891}}\n'
    + MAKE
    + "defs = Definitions.merge(*[team(name, **more) for name, more in TEAMS.items()])\n",
}
NOT_KNOWN = {
    "of which one lacks it": 'TEAMS = [{"name": "a", "job": 67890}, {"name": "b"}]\n' + MAKE + ALL,
    "that is changed": 'TEAM = {"name": "a", "job": 67890}\nTEAM.update(other())\n'
    + MAKE
    + "defs = team(**TEAM)\n",
    "that a function gets": 'TEAM = {"name": "a", "job": 67890}\nchange(TEAM)\n'
    + MAKE
    + "defs = team(**TEAM)\n",
    "of two": MAKE + "defs = team(**first(), **second())\n",
    "of a file": "import json\nTEAMS = json.loads(open('teams.json').read())\n" + MAKE + ALL,
    "beside a star": 'TEAM = {"job": 67890}\n' + MAKE + "defs = team(*names(), **TEAM)\n",
    "of another part": 'TEAM = {"name": "a", "job": 67890, **others()}\n' + MAKE + "defs = team(**TEAM)\n",
    "in a list that grows": 'TEAMS = [{"name": "a", "job": 67890}]\nTEAMS.append(more())\n' + MAKE + ALL,
    "nested, and changed where it arrives": 'TEAM = {"name": "a", "job": {"id": 67890}}\n'
    + MAKE.replace("(cloud, job,", '(cloud, job["id"],').replace(
        "    models", '    job["id"] = number()\n    models'
    )
    + "defs = team(**TEAM)\n",
}


@pytest.mark.parametrize("program", KNOWN.values(), ids=KNOWN)
def test_an_id_in_a_dict_that_is_spread_is_known(tmp_path: Path, program: str) -> None:
    text, codes = migrate_one(tmp_path, HEAD + program)
    assert not [code for code in codes if code.startswith(("LDC3", "LDC4"))]
    assert "legacy_shim" not in text
    assert ("67891" in text) == ("67891" in program)


@pytest.mark.parametrize("program", NOT_KNOWN.values(), ids=NOT_KNOWN)
def test_one_that_is_not_known_keeps_the_load(tmp_path: Path, program: str) -> None:
    text, codes = migrate_one(tmp_path, HEAD + program)
    assert {"LDC303", "LDC302"} & set(codes)
    assert "load_assets_from_dbt_cloud_job(cloud, job" in text
