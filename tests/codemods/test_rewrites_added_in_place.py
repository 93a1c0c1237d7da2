"""Dicts of settings that `|=` changes: what they say decides no branch and no job, in whatever file and under whatever name."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from rewriting import NIGHTLY, migrate

from legacy_shim.codemods.facts.deployments import Deployment
from legacy_shim.codemods.facts.jobs import Facts

HEAD = """from dagster import Definitions
from dagster_dbt import dbt_cloud_resource, load_assets_from_dbt_cloud_job
"""
LOAD = """
cloud = dbt_cloud_resource.configured({"auth_token": "t", "account_id": 12345})
models = load_assets_from_dbt_cloud_job(cloud, JOB)
defs = Definitions(assets=[models])
"""
_START = 'import os\n\nCONF = {"env": "dev"}\n'
_CHOICE = 'JOB = 67890 if CONF["env"] == "prod" else 67900\n'
_MORE = '{"env": os.environ["ENV"]}'
CHANGED = {
    "with a display": f"{_START}CONF |= {_MORE}\n{_CHOICE}",
    "with a name": f"{_START}MORE = {_MORE}\nCONF |= MORE\n{_CHOICE}",
    "under a condition": f'{_START}if "ENV" in os.environ:\n    CONF |= {_MORE}\n{_CHOICE}',
    "read by get": f'{_START}CONF |= {_MORE}\nJOB = 67890 if CONF.get("env") == "prod" else 67900\n',
    "in a function": f"{_START}\n\ndef load():\n    global CONF\n    CONF |= {_MORE}\n\n\nload()\n{_CHOICE}",
    "a parameter": f"{_START}\n\ndef load(conf):\n    conf |= {_MORE}\n\n\nload(CONF)\n{_CHOICE}",
    "a default": f"{_START}\n\ndef load(conf=CONF):\n    conf |= {_MORE}\n\n\nload()\n{_CHOICE}",
    "another name": f"{_START}mine = CONF\nmine |= {_MORE}\n{_CHOICE}",
    "in a loop": f"{_START}for each in [CONF]:\n    each |= {_MORE}\n{_CHOICE}",
    "a list": 'import os\n\nENVS = ["dev"]\nENVS += [os.environ["ENV"]]\nJOB = 67890 if ENVS[-1] == "prod" else 67900\n',
}
DIRECT = 'import os\n\nCONF = {"job": 67900}\nCONF |= {"job": {"prod": 67890, "dev": 67900}[os.environ["ENV"]]}\nJOB = CONF["job"]\n'
KNOWN = (
    f'{_START}OTHER = {{"a": 1}}\nOTHER |= {{"b": 2}}\n' + 'JOB = 67900 if CONF["env"] == "dev" else 67890\n'
)


def _migrated(folder: Path, settings: str, *, is_apart: bool) -> str:
    elsewhere = replace(NIGHTLY, id=67900, name="Staging", execute_steps=("dbt run --select tag:hourly",))
    files = {"settings.py": settings, "defs.py": HEAD + "from settings import JOB\n" + LOAD}
    texts, _ = migrate(
        folder,
        files if is_apart else {"defs.py": HEAD + settings + LOAD},
        facts=Facts((NIGHTLY, elsewhere)),
        deployments=(Deployment("prod", {"ENV": "prod"}), Deployment("dev", {"ENV": "dev"})),
    )
    return texts["defs.py"]


@pytest.mark.parametrize("is_apart", [False, True], ids=["here", "in another file"])
@pytest.mark.parametrize("name", CHANGED)
def test_what_is_added_in_place_may_be_what_is_read(tmp_path: Path, name: str, *, is_apart: bool) -> None:
    """With the first display alone, each deployment would load the job of it, in silence."""
    text = _migrated(tmp_path, CHANGED[name], is_apart=is_apart)
    is_kept = "load_assets_from_dbt_cloud_job(cloud, JOB)" in text
    assert is_kept or {*re.findall(r"(?m)^    (\d+): \{", text)} == {"67890", "67900"}


@pytest.mark.parametrize("is_apart", [False, True], ids=["here", "in another file"])
def test_a_job_that_is_added_in_place_counts(tmp_path: Path, *, is_apart: bool) -> None:
    text = _migrated(tmp_path, DIRECT, is_apart=is_apart)
    is_kept = "load_assets_from_dbt_cloud_job(cloud, JOB)" in text
    assert is_kept or {*re.findall(r"(?m)^    (\d+): \{", text)} == {"67890", "67900"}


@pytest.mark.parametrize("is_apart", [False, True], ids=["here", "in another file"])
def test_a_dict_that_nothing_is_added_to_decides(tmp_path: Path, *, is_apart: bool) -> None:
    text = _migrated(tmp_path, KNOWN, is_apart=is_apart)
    assert 'name="dbt_cloud_job_67900"' in text and "67890" not in text.replace("else 67890", "")
