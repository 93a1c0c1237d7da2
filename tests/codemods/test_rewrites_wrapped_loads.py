"""Functions of a file that hand on what they get to the loader: their calls are loads, and they go with the last of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate

HEAD = """
import os
from functools import partial
from dagster import Definitions
from dagster_dbt import DbtCloudClientResource, load_assets_from_dbt_cloud_job

cloud = DbtCloudClientResource(auth_token=os.environ["T"], account_id=12345)


"""
LOAD = "def load(job_id, **more):\n    return load_assets_from_dbt_cloud_job(dbt_cloud=cloud, job_id=job_id, **more)\n\n\n"
PARTIAL = "load = partial(load_assets_from_dbt_cloud_job, dbt_cloud=cloud)\n"
GROUP = "node_info_to_group_fn=lambda node: node['schema']"
DEFS = "defs = Definitions(assets=[a])\n"

MIGRATE: dict[str, tuple[str, list[str]]] = {
    "by keywords": (
        LOAD + f"a = load(67890, {GROUP})\nb = load(job_id=67891)\ndefs = Definitions(assets=[a, b])\n",
        ["return dbt_resource_props['schema']", "def a(", "def b("],
    ),
    "a partial": (PARTIAL + f"a = load(job_id=67890, {GROUP})\n" + DEFS, ["def a("]),
    "a partial by place": (
        "load = partial(load_assets_from_dbt_cloud_job, cloud)\na = load(67890)\n" + DEFS,
        ["def a("],
    ),
    "another group than that of the partial": (
        f"load = partial(load_assets_from_dbt_cloud_job, cloud, {GROUP})\n"
        + "a = load(67890, node_info_to_group_fn=lambda node: 'mine')\n"
        + DEFS,
        ["return 'mine'"],
    ),
    "a default": (
        LOAD.replace("(job_id, **more", "(job_id=67891, **more") + "a = load()\n" + DEFS,
        ['name="dbt_cloud_job_67891"'],
    ),
    "a comprehension": (
        LOAD + "defs = Definitions(assets=[load(job) for job in (67890, 67891)])\n",
        ["assets=[dbt_cloud_job(cloud, job) for job in (67890, 67891)]"],
    ),
    "a function around it": (
        LOAD + f"def team(job):\n    return load(job, {GROUP})\n\n\na = team(67890)\nb = team(67891)\ndefs = Definitions(assets=[a, b])\n",
        ["return dbt_cloud_job(cloud, job)"],
    ),
}  # fmt: skip
KEPT = {
    "given away": LOAD + "print(load)\na = load(67890)\n" + DEFS,
    "named in a string": LOAD + '__all__ = ["load"]\na = load(67890)\n' + DEFS,
    "bound twice": LOAD + "a = load(67890)\nif a:\n    load = print\n" + DEFS,
    "arguments that are not written": LOAD + "given = {}\ndef go(given):\n    return load(67890, **given)\na = go(given)\n" + DEFS,
    "a lambda reads a parameter": LOAD.replace("(job_id, **more", "(job_id, team, **more").replace(
        "job_id=job_id", "job_id=job_id, node_info_to_group_fn=lambda node: team"
    )
    + "a = load(67890, 'x')\n"
    + DEFS,
    "the resource has another value there": LOAD + "def go():\n    cloud = None\n    return load(67890)\n\n\na = go()\n" + DEFS,
    "decorated": "@theirs\n" + LOAD + "a = load(67890)\n" + DEFS,
    "it does more": LOAD.replace("    return", "    print(job_id)\n    return") + "a = load(67890)\n" + DEFS,
    "names that are not spelled": LOAD + "a = load(67890)\nb = globals()['lo' + 'ad'](67891)\n" + DEFS,
    "a star": "from theirs import *\n" + LOAD + "a = load(67890)\n" + DEFS,
    "told to stay": LOAD.replace("    return", "    # legacy-shim: keep\n    return") + "a = load(67890)\n" + DEFS,
    "an argument that the loader has not": LOAD + "a = load(67890, other=1)\n" + DEFS,
}  # fmt: skip
OTHERS = {
    "imported": "from program import load\n\nb = load(67891)\n",
    "of the module": "import program\n\nb = program.load(67891)\n",
    "in a test": "import program as p\n\n\ndef test_load():\n    assert p.load(1)\n",
    "by its name": "import importlib\n\nb = getattr(importlib.import_module('pro' + 'gram'), 'load')(67891)\n",
}


@pytest.mark.parametrize("name", MIGRATE)
def test_calls_are_loads(tmp_path: Path, name: str) -> None:
    program, wanted = MIGRATE[name]
    texts, report = migrate(tmp_path, {"program.py": HEAD + program})
    assert not [one.message for one in report.findings if one.code.startswith("LDC30")]
    text = texts["program.py"]
    assert all(part in text for part in wanted), text
    assert "load_assets_from_dbt_cloud_job" not in text
    assert "def load(" not in text and "load = " not in text


@pytest.mark.parametrize("name", KEPT)
def test_functions_that_may_do_something_else_stay(tmp_path: Path, name: str) -> None:
    texts, report = migrate(tmp_path, {"program.py": HEAD + KEPT[name]})
    assert "dbt_cloud_assets" not in texts["program.py"]
    assert "return load_assets_from_dbt_cloud_job(" in texts["program.py"]
    assert [one for one in report.findings if one.code.startswith("LDC30")]


@pytest.mark.parametrize("name", OTHERS)
def test_functions_that_other_files_may_call_stay(tmp_path: Path, name: str) -> None:
    files = {"program.py": HEAD + LOAD + "a = load(67890)\n" + DEFS, "tests/test_other.py": OTHERS[name]}
    texts, report = migrate(tmp_path, files)
    assert "dbt_cloud_assets" not in texts["program.py"]
    assert "def load(job_id, **more):" in texts["program.py"]
    assert any("may use it too" in one.message for one in report.findings)


def test_other_files_that_have_the_word_for_something_else_change_nothing(tmp_path: Path) -> None:
    files = {
        "program.py": HEAD + LOAD + "a = load(67890)\n" + DEFS,
        "conf.py": "import json\n\n\ndef read(file):\n    return json.load(file)\n",
    }
    texts, _ = migrate(tmp_path, files)
    assert "def a(context" in texts["program.py"]


def test_a_function_stays_for_the_call_that_stays(tmp_path: Path) -> None:
    program = LOAD + "a = load(67890)\nb = load(67891, other=1) if os.environ.get('B') else None\n" + DEFS
    texts, _ = migrate(tmp_path, {"program.py": HEAD + program})
    assert "def load(job_id, **more):" in texts["program.py"]
    compile(texts["program.py"], "program.py", "exec")


PARTIALS = """
import theirs
from functools import partial

from dagster import Definitions
from dagster_dbt import DbtCloudClientResource, load_assets_from_dbt_cloud_job

cloud = DbtCloudClientResource(auth_token="t", account_id=12345)
other = DbtCloudClientResource(auth_token="t", account_id=12345)
load = partial(load_assets_from_dbt_cloud_job, dbt_cloud=cloud)
a = load(job_id=67890)
{more}
defs = Definitions(assets=[a])
"""


@pytest.mark.parametrize(
    ("more", "stays"),
    [
        ("", False),
        ("load_other = partial(load_assets_from_dbt_cloud_job, dbt_cloud=other)\nb = load_other(job_id=theirs.job())", True),
        ("tell = partial(print, 'models')", True),
        ("TEXT = 'partial'", True),
    ],
    ids=["alone", "beside one that stays", "beside another", "in a text"],
)  # fmt: skip
def test_the_import_of_a_partial_that_goes_goes_with_it(tmp_path: Path, more: str, stays: bool) -> None:
    texts, _ = migrate(tmp_path, {"program.py": PARTIALS.format(more=more)})
    assert "load = partial(" not in texts["program.py"]
    assert ("from functools import partial" in texts["program.py"]) is stays
