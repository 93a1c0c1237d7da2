"""Functions of the tree that read the variable whose name they are given: each call reads its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate

HEAD = """
import os
from dagster import Definitions
from dagster_dbt import DbtCloudClientResource, load_assets_from_dbt_cloud_job

"""
ENV = """
def env(name, default=None):
    value = os.environ.get(name, default)
    if value is None:
        raise RuntimeError(f"{name} is not set")
    return value

"""
TRIED = """
def env(name, default=None):
    try:
        return os.environ[name]
    except KeyError as error:
        raise RuntimeError(name) from error

"""
NUMBER = "def number(name, default):\n    return int(os.getenv(name, default))\n\n"
TAIL = """
cloud = DbtCloudClientResource(auth_token=env("TOKEN"), account_id=int(env("ACCOUNT", "12345")))
defs = Definitions(assets=[load_assets_from_dbt_cloud_job(cloud, JOB)])
"""
SET = {"TOKEN": "t", "ACCOUNT": "12345", "JOB": "67891"}
READ = {
    "a test and an error": (ENV + 'JOB = int(env("JOB"))\n', SET, 67891),
    "a default": (ENV + 'JOB = int(env("OTHER_JOB", "67890"))\n', SET, 67890),
    "a default by its name": (ENV + 'JOB = int(env("OTHER_JOB", default=67890))\n', SET, 67890),
    "a try": (TRIED + 'JOB = int(env("JOB"))\n', SET, 67891),
    "a number": (ENV + NUMBER + 'JOB = number("JOB", 67890)\n', SET, 67891),
    "a class": (ENV + 'class Settings:\n    job = int(env("JOB"))\n\n\nJOB = Settings.job\n', SET, 67891),
    "another function around it": (ENV + 'def read(name):\n    return env(name, "67890")\n\n\nJOB = int(read("JOB"))\n', SET, 67891),
}  # fmt: skip
KEPT = {
    "a prefix": ENV.replace(".get(name", '.get("P_" + name') + 'JOB = int(env("JOB"))\n',
    "overrides": ENV.replace("    value =", "    if name in {}:\n        return OVERRIDES[name]\n    value =")
    + "OVERRIDES = {}\n"
    + 'JOB = int(env("JOB"))\n',
    "the name is changed": ENV.replace("    value =", "    name = name.lower()\n    value =") + 'JOB = int(env("JOB"))\n',
    "another value where it is not set": ENV.replace("raise RuntimeError(f\"{name} is not set\")", "value = ask()") + 'JOB = int(env("JOB"))\n',
    "decorated": "@theirs\n" + ENV.lstrip() + 'JOB = int(env("JOB"))\n',
    "one of two functions": ENV + 'if os.name == "nt":\n    def env(name, default=None):\n        return ask(name)\n' + 'JOB = int(env("JOB"))\n',
    "set by the code": ENV + 'os.environ["JOB"] = ask()\n' + 'JOB = int(env("JOB"))\n',
    "not set": ENV + 'JOB = int(env("OTHER_JOB"))\n',
}  # fmt: skip


@pytest.mark.parametrize("name", READ)
def test_the_variable_of_the_call_is_read(tmp_path: Path, name: str) -> None:
    program, env, job = READ[name]
    texts, report = migrate(tmp_path, {"program.py": HEAD + program + TAIL}, env=env)
    assert not [one.message for one in report.findings if one.code.startswith("LDC30")]
    assert f'name="dbt_cloud_job_{job}"' in texts["program.py"]
    assert f"!= {job}:\n    raise ValueError(" in texts["program.py"]


def test_a_function_of_another_file_reads_it(tmp_path: Path) -> None:
    files = {
        "program.py": HEAD + "from conf import env\n" + 'JOB = int(env("JOB"))\n' + TAIL,
        "conf.py": "import os\n" + ENV,
    }
    texts, report = migrate(tmp_path, files, env=SET)
    assert not [one.message for one in report.findings if one.code.startswith("LDC30")]
    assert 'name="dbt_cloud_job_67891"' in texts["program.py"]


@pytest.mark.parametrize("name", KEPT)
def test_what_may_be_another_value_is_not_known(tmp_path: Path, name: str) -> None:
    texts, report = migrate(tmp_path, {"program.py": HEAD + KEPT[name] + TAIL}, env=SET)
    assert 'name="dbt_cloud_job_' not in texts["program.py"]
    assert [one for one in report.findings if one.code in {"LDC303", "LDC402"}]
