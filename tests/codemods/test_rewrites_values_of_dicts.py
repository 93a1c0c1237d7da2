"""Loads that a dict holds and ``.values()`` hands over: each becomes v2, or all stay."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from rewriting import migrate_one

HEAD = """
from dagster import Definitions, asset, repository, with_resources
from dagster_dbt import DbtCloudClientResource, load_assets_from_dbt_cloud_job

cloud = DbtCloudClientResource(auth_token="t", account_id=12345)
BY_TEAM = {
    "core": load_assets_from_dbt_cloud_job(cloud, 67890),
    "finance": load_assets_from_dbt_cloud_job(cloud, 67891),
}
# -- the user's own


@asset
def x():
    ...


"""
FOLLOWED = {
    "a list": "defs = Definitions(assets=list(BY_TEAM.values()))\n",
    "as they are": "defs = Definitions(assets=BY_TEAM.values())\n",
    "by a star": "defs = Definitions(assets=[*BY_TEAM.values(), x])\n",
    "added": "defs = Definitions(assets=[x] + list(BY_TEAM.values()))\n",
    "one by its place": "defs = Definitions(assets=[list(BY_TEAM.values())[0], x])\n",
    "one by unpacking": "core, finance = BY_TEAM.values()\ndefs = Definitions(assets=[core, x])\n",
    "by a name": "MODELS = BY_TEAM.values()\ndefs = Definitions(assets=[x, *MODELS])\n",
    "by a function": "def all_of(teams):\n    return [*teams.values()]\n\n\ndefs = Definitions(assets=all_of(BY_TEAM))\n",
    "extended": "MODELS = [x]\nMODELS.extend(BY_TEAM.values())\ndefs = Definitions(assets=MODELS)\n",
    "a repository": "@repository\ndef defs():\n    return [x, *BY_TEAM.values()]\n",
    "more in the dict": 'BY_TEAM["x"] = x\ndefs = Definitions(assets=list(BY_TEAM.values()))\n',
    "how many": "defs = Definitions(assets=list(BY_TEAM.values()))\nprint(len(BY_TEAM.values()))\n",
}
DEFS = "defs = Definitions(assets=list(BY_TEAM.values()))\n"
KEPT = {
    "an attribute of one": f"{DEFS}print(list(BY_TEAM.values())[0].keys)\n",
    "an attribute of the first": f"{DEFS}print(next(iter(BY_TEAM.values())).keys)\n",
    "sorted by what is not seen": "defs = Definitions(assets=sorted(BY_TEAM.values(), key=str))\n",
    "to another package": f"from acme import register\n\n{DEFS}register(BY_TEAM.values())\n",
    "to another package in a loop": f"from acme import register\n\n{DEFS}MODELS = BY_TEAM.values()\nfor each in MODELS:\n    register(each)\n",
    "through map": "defs = Definitions(assets=list(map(lambda one: one, BY_TEAM.values())))\n",
}


@pytest.mark.parametrize("program", FOLLOWED.values(), ids=FOLLOWED)
def test_loads_of_a_dict_become_v2(tmp_path: Path, program: str) -> None:
    text, codes = migrate_one(tmp_path, HEAD + program)
    assert not [code for code in codes if code.startswith("LDC3")]
    own = HEAD.partition("# -- the user's own")[2]
    bound = re.sub(r"(Definitions\(assets=.*)\)\n", r'\1, resources={"dbt_cloud": cloud})\n', program)
    is_bound = "    yield from dbt_cloud.cli(" in text  # else the assets use the workspace by its name
    assert text.partition("# -- the user's own")[2] == own + (bound if is_bound else program)
    assert text.count("@dbt_cloud_assets(") == 2


@pytest.mark.parametrize("program", KEPT.values(), ids=KEPT)
def test_loads_of_a_dict_that_go_out_of_sight_stay(tmp_path: Path, program: str) -> None:
    text, codes = migrate_one(tmp_path, HEAD + program)
    assert codes.count("LDC303")
    assert text.count("= load_assets") + text.count(": load_assets") == 2
