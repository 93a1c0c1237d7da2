"""What Dagster would resolve, ``EnvVar`` and ``{"env": ...}``: rewritten where it is seen, else the resource stays."""

from __future__ import annotations

from pathlib import Path

import pytest
from one_op import GO
from rewriting import migrate_one

PROGRAM = """import copy
import json
import os
from functools import partial

from dagster import *
from dagster_dbt import DbtCloudClientResource, dbt_cloud_resource

KEY = "env"
{before}

cloud = {built}
"""
DEFINITIONS = """

@job
def nightly():
    go()


defs = Definitions(jobs=[nightly], resources={"dbt_cloud": cloud})
"""
CONFIGURED = 'dbt_cloud_resource.configured({{"auth_token": {0}, "account_id": 12345}})'
CALLED = "DbtCloudClientResource(auth_token={0}, account_id=12345)"
UNSEEN_DICTS = {
    "a key with a name": ("", '{KEY: "T"}'),
    "pairs": ("", 'dict([("env", "T")])'),
    "spread": ("", '{**{"env": "T"}}'),
    "joined": ("", '{} | {"env": "T"}'),
    "from keys": ("", 'dict.fromkeys(["env"], "T")'),
    "partial": ('env = partial(dict, env="T")', "env()"),
    "put in later": ('TOKEN = {}\nTOKEN["env"] = "T"', "TOKEN"),
    "next": ('TOKENS = [{"env": "T"}]', "next(iter(TOKENS))"),
    "copied": ("", 'copy.copy({"env": "T"})'),
    "out of text": ('CONFIG = json.loads(\'{"token": {"env": "T"}}\')', 'CONFIG["token"]'),
    "out of a file": ('CONFIG = json.load(open("settings.json"))', 'CONFIG["token"]'),
}
UNSEEN_OBJECTS = {
    "an attribute by its name": ('class Env:\n    token = EnvVar("T")', 'getattr(Env, "token")'),
    "next": ('TOKENS = [EnvVar("T")]', "next(iter(TOKENS))"),
    "partial": ('env = partial(EnvVar, "T")', "env()"),
    "copied": ("", 'copy.copy(EnvVar("T"))'),
}
SEEN = {
    "a function": (
        'def env(name):\n    return {"env": "DBT_" + name}',
        'env("T")',
        'os.environ[env("T")["env"]]',
    ),
    "a dict": ('TOKENS = {"t": {"env": "T"}}', 'TOKENS.get("t")', 'os.environ[TOKENS.get("t")["env"]]'),
    "a name for the variable": ('NAME = "T"', '{"env": NAME}', "os.environ[NAME]"),
    "a secret": ('SECRET = json.loads(os.environ["SECRET"])', 'SECRET["token"]', 'SECRET["token"]'),
}


def _migrated(folder: Path, built: str, before: str) -> tuple[str, list[str]]:
    return migrate_one(
        folder, PROGRAM.format(before=before, built=built) + GO + "    client.run_job(67891)\n" + DEFINITIONS
    )


@pytest.mark.parametrize("name", UNSEEN_DICTS)
def test_a_dict_that_dagster_would_resolve_out_of_sight_keeps_the_resource(tmp_path: Path, name: str) -> None:
    before, given = UNSEEN_DICTS[name]
    text, codes = _migrated(tmp_path, CONFIGURED.format(given), before)
    assert "LDC302" in codes
    assert "DbtCloudWorkspace" not in text


@pytest.mark.parametrize("name", UNSEEN_OBJECTS)
def test_an_env_var_out_of_sight_keeps_the_resource(tmp_path: Path, name: str) -> None:
    before, given = UNSEEN_OBJECTS[name]
    text, codes = _migrated(tmp_path, CALLED.format(given), before)
    assert "LDC302" in codes
    assert "DbtCloudWorkspace" not in text


@pytest.mark.parametrize("name", SEEN)
def test_what_is_seen_is_read_from_the_environment(tmp_path: Path, name: str) -> None:
    before, given, read = SEEN[name]
    text, _ = _migrated(tmp_path, CONFIGURED.format(given), before)
    assert f"token={read}," in text


def test_the_class_under_another_name_is_the_class(tmp_path: Path) -> None:
    text, _ = _migrated(tmp_path, CALLED.format('Held.env("T")'), "class Held:\n    env = EnvVar")
    assert 'token=os.environ["T"],' in text
    built = 'DbtCloudClientResource(auth_token="t", account_id=Held.env.int("ACCOUNT"))'
    text, _ = _migrated(tmp_path, built, "class Held:\n    env = EnvVar")
    assert 'account_id=int(os.environ["ACCOUNT"]),' in text


def test_a_class_of_ones_own_that_is_an_env_var_is_read_as_one(tmp_path: Path) -> None:
    text, _ = _migrated(tmp_path, CALLED.format('Env("T")'), "class Env(EnvVar):\n    pass")
    assert 'token=Env("T").get_value(),' in text
