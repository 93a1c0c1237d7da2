"""Loads that are added to the list which Dagster collects from modules: ``load_assets_from_modules([...])`` answers a list."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate_one

HEAD = """
from dagster import AssetsDefinition, Definitions, ResourceDefinition, load_assets_from_modules, with_resources
from dagster_dbt import dbt_cloud_resource, load_assets_from_dbt_cloud_job

import ours

cloud = dbt_cloud_resource.configured({"auth_token": {"env": "DBT_CLOUD_API_TOKEN"}, "account_id": 12345})
models = load_assets_from_dbt_cloud_job(dbt_cloud=cloud, job_id=67890)
everything = load_assets_from_modules([ours])
"""
TAIL = "defs = Definitions(assets=everything)\n"

ADDED = {
    "append": "everything.append(models)\n",
    "insert": "everything.insert(0, models)\nprint(len(everything))\n",
    "extend": "everything.extend([models])\n",
    "added to the name": "everything += [models]\n",
    "added up": "everything = list(everything) + [models]\n",
    "copied by a comprehension": "everything.append(models)\neverything = [each for each in everything]\n",
    "spread": "everything.append(models)\neverything = [*everything]\n",
    "resources bound to all": "everything.append(models)\n"
    'everything = with_resources(everything, {"other": ResourceDefinition.hardcoded_resource(1)})\n',
    "taken out": "everything.append(models)\nlast = everything.pop()\n",
    "compared": "everything.append(models)\neverything = [each for each in everything if each is not models]\n",
    "answered by a function": "def collect():\n    found = load_assets_from_modules([ours])\n    found.append(models)\n"
    "    return found\n\n\neverything = collect()\n",
}
LOOKED_AT = {
    "told apart by class": "everything.append(models)\neverything = [a for a in everything if isinstance(a, AssetsDefinition)]\n",
    "an attribute of each": 'everything.append(models)\nfor each in everything:\n    print(hasattr(each, "keys"))\n',
    "the last of them": "everything.append(models)\nprint(everything[-1])\n",
    "a part": "everything.append(models)\neverything = everything[1:]\n",
    "sorted by class": "everything.append(models)\neverything = sorted(everything, key=lambda each: str(type(each)))\n",
    "mapped": "everything.append(models)\nprint(list(map(repr, everything)))\n",
}


@pytest.mark.parametrize("added", ADDED.values(), ids=ADDED)
def test_loads_added_to_what_is_collected_migrate(tmp_path: Path, added: str) -> None:
    text, codes = migrate_one(tmp_path, HEAD + added + TAIL)
    assert "legacy_shim" not in text
    assert not [code for code in codes if code.startswith("LDC3")]


@pytest.mark.parametrize("looked_at", LOOKED_AT.values(), ids=LOOKED_AT)
def test_loads_among_what_is_looked_at_stay(tmp_path: Path, looked_at: str) -> None:
    text, codes = migrate_one(tmp_path, HEAD + looked_at + TAIL)
    assert "from legacy_shim import" in text
    assert "LDC303" in codes
