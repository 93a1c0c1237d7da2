"""Job ids that one of several places sets: each that may hold has a row, and what another place surely sets has none."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from rewriting import FACTS, NIGHTLY, clean, migrate

from legacy_shim.codemods.facts.deployments import Deployment
from legacy_shim.codemods.facts.jobs import Facts

KNOWN = Facts((*FACTS.jobs, replace(NIGHTLY, id=67900, name="Nightly (staging)", environment_id=23)))
DEPLOYMENTS = tuple(Deployment(name, {"STAGE": name}) for name in ("prod", "staging"))
HEAD = """\
import os

from dagster_dbt import dbt_cloud_resource, load_assets_from_dbt_cloud_job

PROD = os.environ["STAGE"] == "prod"
cloud = dbt_cloud_resource.configured({"auth_token": os.environ["TOKEN"], "account_id": 12345})
"""
LOAD = "models = load_assets_from_dbt_cloud_job(cloud, {job})\n"
SETTINGS = "class Settings:\n    def __init__(self):\n        self.job = 67890\n\n\n"
HEIR = SETTINGS + "class Ours(Settings):\n    def __init__(self):\n"


def rows(folder: Path, program: str) -> set[int]:
    """The jobs that the migrated code knows."""
    texts, _ = migrate(folder, {"program.py": HEAD + program}, facts=KNOWN, deployments=DEPLOYMENTS)
    text = texts["program.py"]
    assert "load_assets_from_dbt_cloud_job" not in text, text
    head, _, behind = text.partition("DBT_CLOUD_JOBS = {")
    table = {int(found) for found in re.findall(r"^    (\d+):", behind, re.M)}
    return table or {int(found) for found in re.findall(r'name="dbt_cloud_job_(\d+)"', head)}


def in_function(body: str) -> str:
    lines = "".join(f"    {line}\n" for line in clean(body).splitlines())
    load = "    return load_assets_from_dbt_cloud_job(cloud, job)\n"
    return f"def make():\n    job = 67890\n{lines}{load}\n\nmodels = make()\n"


BOTH = {
    "an heir sets it in a branch": (
        HEIR + "        super().__init__()\n        if not PROD:\n            self.job = 67900\n",
        "Ours().job",
    ),
    "an heir that names its base": (
        HEIR + "        Settings.__init__(self)\n        if not PROD:\n            self.job = 67900\n",
        "Ours().job",
    ),
    "an heir before its base": (
        HEIR + "        self.job = 67900\n        if PROD:\n            super().__init__()\n",
        "Ours().job",
    ),
    "an heir that returns early": (
        HEIR + "        super().__init__()\n        if PROD:\n            return\n        self.job = 67900\n",
        "Ours().job",
    ),
    "a default of the class above": (
        "class Settings:\n    job = 67890\n\n\n"
        "class Ours(Settings):\n    def __init__(self):\n        if not PROD:\n            self.job = 67900\n",
        "Ours().job",
    ),
    "a method of an heir that the base calls": (
        "class Settings:\n    def __init__(self):\n        self.job = 67890\n        self.stage()\n\n"
        "    def stage(self): ...\n\n\n"
        "class Ours(Settings):\n    def stage(self):\n        if not PROD:\n            self.job = 67900\n",
        "Ours().job",
    ),
    "a name of the class that the base sets of the object": (
        SETTINGS + "class Ours(Settings):\n    job = 67900\n",
        "Ours().job",
    ),
    "a walrus on a side of a condition": (
        "JOB = 67890\ncheck = None if PROD else (JOB := 67900)\n",
        "JOB",
    ),
    "a walrus in a string": ('JOB = 67890\ncheck = f"{PROD or (JOB := 67900)}"\n', "JOB"),
    "a walrus in a generator": ("JOB = 67890\nlater = (JOB := one for one in (67900,))\n", "JOB"),
}
SURE = {
    "an heir sets it last": (
        HEIR + "        super().__init__()\n        self.job = 67900\n",
        "Ours().job",
        67900,
    ),
    "an heir that checks afterwards": (
        HEIR + "        super().__init__()\n        self.job = 67900\n        print(self.job)\n",
        "Ours().job",
        67900,
    ),
    "an heir that says another": (
        "class Settings:\n    job = 67890\n\n\nclass Ours(Settings):\n    job = 67900\n",
        "Ours().job",
        67900,
    ),
    "an heir that declares another": (
        "from dataclasses import dataclass\n\n\n@dataclass\nclass Settings:\n    job: int = 67890\n\n\n"
        "@dataclass\nclass Ours(Settings):\n    job: int = 67900\n",
        "Ours().job",
        67900,
    ),
    "an heir that says nothing": (SETTINGS + "class Ours(Settings):\n    pass\n", "Ours().job", 67890),
    "a walrus that is bound again": ("check = PROD or (JOB := 67900)\nJOB = 67890\n", "JOB", 67890),
}
INSIDE = {
    "that may be called": "def put():\n    nonlocal job\n    job = 67900\nif not PROD:\n    put()\n",
    "that is given it": "def put(one):\n    nonlocal job\n    job = one\nif not PROD:\n    put(67900)\n",
    "in one inside": (
        "def put():\n    def inner():\n        nonlocal job\n        job = 67900\n    inner()\nif not PROD:\n    put()\n"
    ),
    "in a class": "class Put:\n    nonlocal job\n    if not PROD:\n        job = 67900\n",
}


@pytest.mark.parametrize(("above", "job"), BOTH.values(), ids=BOTH)
def test_what_a_place_may_set_does_not_hide_what_holds_otherwise(
    tmp_path: Path, above: str, job: str
) -> None:
    assert rows(tmp_path, above + LOAD.format(job=job)) == {67890, 67900}


@pytest.mark.parametrize("put", INSIDE.values(), ids=INSIDE)
def test_a_function_inside_may_set_a_name_of_the_one_around(tmp_path: Path, put: str) -> None:
    assert rows(tmp_path, in_function(put)) == {67890, 67900}


def test_a_function_inside_sets_a_name_of_the_module_and_the_one_around_keeps_its_own(tmp_path: Path) -> None:
    put = "def put():\n    global job\n    job = 67900\nput()\n"
    assert rows(tmp_path, in_function(put)) == {67890}


@pytest.mark.parametrize(("above", "job", "sure"), SURE.values(), ids=SURE)
def test_what_is_surely_set_last_holds_alone(tmp_path: Path, above: str, job: str, sure: int) -> None:
    assert rows(tmp_path, above + LOAD.format(job=job)) == {sure}
