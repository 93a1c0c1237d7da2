"""Functions of loads, which v2 also calls for sources, and for models upstream that the job does not build."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from rewriting import NIGHTLY, Facts, migrate

HEAD = """\
import re

from dagster import AssetKey, AutoMaterializePolicy, Definitions
from dagster_dbt import dbt_cloud_resource, load_assets_from_dbt_cloud_job

cloud = dbt_cloud_resource.configured(
    {"auth_token": {"env": "DBT_CLOUD_API_TOKEN"}, "account_id": 12345}
)
TEAMS = {"orders": "sales"}
LAYERS = ["staging", "marts"]
"""
LOAD = """
models = load_assets_from_dbt_cloud_job(cloud, 67890, {parameter}={function})
defs = Definitions(assets=[models])
"""
GUARD = 'if dbt_resource_props["resource_type"] == "source":'
ANSWER_EACH = {
    "a constant": "lambda n: 'dbt'",
    "a field": "lambda n: n['schema']",
    "a part of the name": "lambda n: n['name'].split('_')[0].lower()",
    "the layer": "lambda n: n['fqn'][1]",
    "added": "lambda n: 'dbt_' + n['schema']",
    "formatted": "lambda n: f\"{n['resource_type']}_{n['schema']}\"",
    "read with a default": "lambda n: TEAMS.get(n['name'], 'other')",
    "a field that may be missing": "lambda n: n.get('alias') or n['name']",
    "one of two": "lambda n: 'daily' if 'daily' in n['tags'] else None",
    "what a list has": "lambda n: 'core' if n['name'] in LAYERS else 'other'",
    "joined": "lambda n: '_'.join(n['fqn'][:2])",
    "a policy": "lambda n: AutoMaterializePolicy.eager() if n['name'].startswith('stg_') else None",
    "by ifs": "def f(n):\n    if n['name'].startswith('stg_'):\n        return 'staging'\n    return n['schema']\n",
    "in a loop": "def f(n):\n    for layer in LAYERS:\n        if n['name'].startswith(layer):\n            return layer\n",
    "through a name": "def f(n):\n    name = n['name'].lower()\n    return name if name == 'a' else None\n",
    "a helper": "def short(n):\n    return n['name'][:3]\ndef f(n):\n    return short(n)\n",
    "whatever fails is caught": "def f(n):\n    try:\n        return TEAMS[n['name']]\n    except Exception:\n        return None\n",
}
"""Functions that can be called for every node."""
MAY_FAIL = {
    "looked up": "lambda n: TEAMS[n['name']]",
    "looked up by layer": "lambda n: {'staging': 'a'}[n['fqn'][1]]",
    "the first tag": "lambda n: n['tags'][0]",
    "deep in the tree": "lambda n: n['fqn'][2]",
    "own metadata": "lambda n: n['meta']['team']",
    "a missing field": "lambda n: n['team']",
    "a position": "lambda n: str(LAYERS.index(n['fqn'][1]))",
    "a match": "lambda n: re.match('stg_(.*)', n['name']).group(1)",
    "a method of what may be missing": "lambda n: n.get('patch_path').lower()",
    "a number": "lambda n: str(int(n['name']))",
    "raised": "def f(n):\n    if n['name'] not in TEAMS:\n        raise ValueError(n['name'])\n    return 'a'\n",
    "asserted": "def f(n):\n    assert n['name'] in TEAMS\n    return 'a'\n",
    "unpacked": "def f(n):\n    project, layer, name = n['fqn']\n    return layer\n",
    "the first of several": "def f(n):\n    return next(t for t in LAYERS if n['name'].startswith(t))\n",
    "another error is caught": "def f(n):\n    try:\n        return n['tags'][0]\n    except KeyError:\n        return None\n",
    "a helper that fails": "def team(n):\n    return TEAMS[n['name']]\ndef f(n):\n    return team(n)\n",
    "what takes the name": "def team(name):\n    return TEAMS[name]\ndef f(n):\n    return team(n['name'])\n",
    "a loop that asks for more": "def f(n):\n    for tag in n['tags']:\n        return TEAMS[tag]\n",
    "a match of types": "def f(n):\n    match n['resource_type']:\n        case 'model':\n            return 'a'\n    raise ValueError\n",
    "decorated": "from elsewhere import checked\n@checked\ndef f(n):\n    return 'a'\n",
}
"""Functions that answer for the nodes of a job, and may fail for another."""
OF_MODELS_ALONE = {
    "its materialization": "lambda n: n['config']['materialized']",
    "its alias": "lambda n: n['alias'].lower()",
    "metadata of dagster": "lambda n: n['meta'].get('dagster', {}).get('group')",
}
"""Functions that answer for every model, and may fail for a source."""


def given(folder: Path, function: str, parameter: str) -> tuple[str, list[str]]:
    """The program after its migration, and what it is said to be called for."""
    is_named = function.startswith(("def ", "from "))
    text = HEAD + (function if is_named else "")
    text += LOAD.format(parameter=parameter, function="f" if is_named else function)
    texts, report = migrate(folder, {"program.py": text})
    assert "@dbt_cloud_assets(" in texts["program.py"], report.findings
    return texts["program.py"], [one.message for one in report.findings if one.code == "LDC233"]


PARAMETERS = ("node_info_to_group_fn", "node_info_to_auto_materialize_policy_fn")


@pytest.mark.parametrize("parameter", PARAMETERS)
@pytest.mark.parametrize("name", ANSWER_EACH)
def test_what_answers_for_each_node_is_called_for_sources(tmp_path: Path, name: str, parameter: str) -> None:
    text, told = given(tmp_path, ANSWER_EACH[name], parameter)
    assert GUARD not in text
    assert not told


@pytest.mark.parametrize("parameter", PARAMETERS)
@pytest.mark.parametrize("name", MAY_FAIL)
def test_what_may_fail_is_not_called_for_sources_and_is_named(
    tmp_path: Path, name: str, parameter: str
) -> None:
    text, told = given(tmp_path, MAY_FAIL[name], parameter)
    assert GUARD in text
    assert [message.split(" ")[0] for message in told] == [f"`{parameter}`"]


@pytest.mark.parametrize("name", OF_MODELS_ALONE)
def test_what_answers_for_each_model_is_not_called_for_sources(tmp_path: Path, name: str) -> None:
    text, told = given(tmp_path, OF_MODELS_ALONE[name], "node_info_to_group_fn")
    assert GUARD in text
    assert not told


def test_keys_are_made_of_sources_too(tmp_path: Path) -> None:
    text, told = given(
        tmp_path, "lambda n: AssetKey([TEAMS[n['name']], n['name']])", "node_info_to_asset_key"
    )
    assert GUARD not in text
    assert len(told) == 1


def test_a_job_that_builds_all_has_no_other_models(tmp_path: Path) -> None:
    facts = Facts((replace(NIGHTLY, execute_steps=("dbt build",)),))
    text = HEAD + LOAD.format(parameter="node_info_to_group_fn", function="lambda n: TEAMS[n['name']]")
    texts, report = migrate(tmp_path, {"program.py": text}, facts=facts)
    assert GUARD in texts["program.py"]
    assert "LDC233" not in {one.code for one in report.findings}
