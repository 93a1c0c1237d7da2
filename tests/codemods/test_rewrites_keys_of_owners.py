"""``getattr(context.resources, constants.DBT)`` asks for the key that a name of a module or class is, where that is known."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate

PROGRAM = """
import os
import random
from enum import Enum

import constants
from dagster import Definitions, ResourceDefinition, job, op
from dagster_dbt import DbtCloudClientResource
{more}

@op(required_resource_keys={{"dbt_cloud", "other"}})
def nightly(context):
    dbt = {dbt}
    dbt.get_dbt_client().run_job_and_poll(67890)


@job
def daily():
    nightly()


defs = Definitions(
    jobs=[daily],
    resources={{
        "other": ResourceDefinition.hardcoded_resource(random.choice([])),
        "dbt_cloud": DbtCloudClientResource(auth_token=os.environ["T"], account_id=12345),
    }},
)
"""
DBT = 'DBT = "dbt_cloud"\n'
OF_MODULE = "getattr(context.resources, constants.DBT)"
OF_CLASS = "getattr(context.resources, Keys.DBT)"
KEYS = "\n\nclass Keys:\n    DBT = 'dbt_cloud'\n"
MIGRATE = {
    "a module": ("", OF_MODULE, DBT),
    "a class": (KEYS, OF_CLASS, ""),
    "a member": (
        "\n\nclass Keys(str, Enum):\n    DBT = 'dbt_cloud'\n    X = 'other'\n",
        "getattr(context.resources, Keys.DBT.value)",
        "",
    ),
    "a class of another file": ("from constants import Keys\n", OF_CLASS, "class Keys:\n    DBT = 'dbt_cloud'\n"),
}  # fmt: skip
STAY = {
    "a variable of the environment": ("", OF_MODULE, 'import os\nDBT = os.environ.get("KEY", "dbt_cloud")\n'),
    "set from outside": ("constants.DBT = 'other'\n", OF_MODULE, DBT),
    "set by setattr": ("setattr(constants, 'DBT', 'other')\n", OF_MODULE, DBT),
    "set in the dict of the module": ("vars(constants).update(DBT='other')\n", OF_MODULE, DBT),
    "set by globals": ("", OF_MODULE, DBT + 'globals()["DBT"] = "other"\n'),
    "bound again by a loop": ("", OF_MODULE, DBT + 'for DBT in ["other"]:\n    pass\n'),
    "bound again by a branch": ("", OF_MODULE, DBT + 'if __name__ != "x":\n    DBT = "other"\n'),
    "a module that hands out names": ("", OF_MODULE, DBT + "del DBT\n\n\ndef __getattr__(name):\n    return 'other'\n"),
    "one of two modules": ("if random.random() > 2:\n    import theirs as constants\n", OF_MODULE, DBT),
    "a class that is changed": (KEYS + "\n\nKeys.DBT = 'other'\n", OF_CLASS, ""),
    "a class that is decorated": (
        "\n\ndef patch(c):\n    c.DBT = 'other'\n    return c\n\n\n@patch\nclass Keys:\n    DBT = 'dbt_cloud'\n",
        OF_CLASS,
        "",
    ),
    "an object": (
        "\n\nclass Keys:\n    def __init__(self, key):\n        self.DBT = key\n\n\nkeys = Keys('dbt_cloud')\n",
        "getattr(context.resources, keys.DBT)",
        "",
    ),
    "an object of another file": (
        "from constants import keys\n",
        "getattr(context.resources, keys.DBT)",
        "class Keys:\n    DBT = 'dbt_cloud'\n\n\nkeys = Keys()\n",
    ),
    "a class of another file that is changed": (
        "from constants import Keys\n\nKeys.DBT = 'other'\n",
        OF_CLASS,
        "class Keys:\n    DBT = 'dbt_cloud'\n",
    ),
    "a class of another file that is changed there": (
        "from constants import Keys\n",
        OF_CLASS,
        "class Keys:\n    DBT = 'dbt_cloud'\n\n\nsetattr(Keys, 'DBT', 'other')\n",
    ),
    "a class among others": (
        KEYS + "\n\nclass Sub(Keys):\n    DBT = 'other'\n\n\nK = Sub if os.environ.get('X') else Keys\n",
        "getattr(context.resources, K.DBT)",
        "",
    ),
    "another key at times": ("", "context.resources.other if random.random() else context.resources.dbt_cloud", ""),
    "a key that a loop chooses": ("", "[getattr(context.resources, key) for key in ('dbt_cloud', 'other')][1]", ""),
    "a key that calls choose": (
        "\n\ndef get(context, key):\n    return getattr(context.resources, key)\n",
        "get(context, 'dbt_cloud') if random.random() else get(context, 'other')",
        "",
    ),
}  # fmt: skip


def written(case: tuple[str, str, str]) -> dict[str, str]:
    more, dbt, constants = case
    return {"program.py": PROGRAM.format(more=more, dbt=dbt), "constants.py": constants}


@pytest.mark.parametrize("name", MIGRATE)
def test_the_key_is_known(tmp_path: Path, name: str) -> None:
    texts, _ = migrate(tmp_path, written(MIGRATE[name]))
    assert "    client = dbt.get_client()\n" in texts["program.py"]
    assert '"dbt_cloud": DbtCloudWorkspace(' in texts["program.py"]
    assert "legacy_shim" not in texts["program.py"]


@pytest.mark.parametrize("name", STAY)
def test_it_may_be_another_key(tmp_path: Path, name: str) -> None:
    texts, report = migrate(tmp_path, written(STAY[name]))
    assert "DbtCloudWorkspace" not in texts["program.py"]
    assert "LDC303" in {one.code for one in report.findings}
