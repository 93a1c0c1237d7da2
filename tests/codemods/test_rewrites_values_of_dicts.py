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


COMPREHENSION = """
from dagster import AssetSelection, Definitions, define_asset_job
from dagster_dbt import DbtCloudClientResource, load_assets_from_dbt_cloud_job

cloud = DbtCloudClientResource(auth_token="t", account_id=12345)
JOBS = {"core": 67890, "finance": 67891}
BY_TEAM = {team: load_assets_from_dbt_cloud_job(cloud, job_id) for team, job_id in JOBS.items()}
"""
BY_NAME = {
    "a comprehension": "jobs = [define_asset_job(team, AssetSelection.groups(team)) for team in BY_TEAM]\n",
    "a loop": "jobs = []\nfor team in BY_TEAM:\n    jobs.append(define_asset_job(team))\n",
    "keys": "jobs = [define_asset_job(team) for team in BY_TEAM.keys()]\n",
    "sorted": "jobs = [define_asset_job(team) for team in sorted(BY_TEAM)]\n",
    "items": "jobs = [define_asset_job(team) for team, _ in BY_TEAM.items()]\n",
}
"""What goes through the names of loads that a comprehension holds by name."""
BY_VALUE = {
    "values": "from acme import register\n\nfor each in BY_TEAM.values():\n    register(each)\n",
    "items": "from acme import register\n\nfor _, each in BY_TEAM.items():\n    register(each)\n",
    "by its name": "from acme import register\n\nfor team in BY_TEAM:\n    register(BY_TEAM[team])\n",
    "as keys": "from acme import register\n\nfor each in {each: team for team, each in BY_TEAM.items()}:\n    register(each)\n",
    "as keys of a view": "from acme import register\n\nfor each in {each: team for team, each in BY_TEAM.items()}.keys():\n    register(each)\n",
}
"""What goes through the loads themselves."""


@pytest.mark.parametrize("program", BY_NAME.values(), ids=BY_NAME)
def test_a_loop_over_a_dict_goes_through_its_keys(tmp_path: Path, program: str) -> None:
    defs = "defs = Definitions(assets=list(BY_TEAM.values()), jobs=jobs)\n"
    text, codes = migrate_one(tmp_path, COMPREHENSION + program + defs)
    assert not [code for code in codes if code.startswith("LDC3")]
    assert "@dbt_cloud_assets(" in text and program in text


@pytest.mark.parametrize("program", BY_VALUE.values(), ids=BY_VALUE)
def test_a_loop_over_the_loads_of_a_dict_keeps_what_it_leads_away(tmp_path: Path, program: str) -> None:
    text, codes = migrate_one(tmp_path, COMPREHENSION + program + DEFS)
    assert {"LDC303", "LDC308"} <= set(codes)
    assert "from legacy_shim import DbtCloudClientResource, load_assets_from_dbt_cloud_job" in text
