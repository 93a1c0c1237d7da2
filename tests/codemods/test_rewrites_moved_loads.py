"""Loads whose functions read what their module binds or changes below go down there, where nothing stands against it."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate
from test_rewrites_evaluated_earlier import CLOUD, KEPT, V2_CLOUD, V2_LOAD, load

DEFS = "defs = Definitions(assets=[models])\n"
V2_DEFS = 'defs = Definitions(assets=[models], resources={"dbt_cloud": cloud})\n'
BY_TEAM = '        if dbt_resource_props["resource_type"] == "source":\n            return None\n        return TEAMS[dbt_resource_props["name"]]\n'
MOVABLE = sorted(
    KEPT.keys()
    - {"a field of a dataclass", "what another closure changes", "classes that register themselves"}
)
"""What a load cannot go below is left out: what is not known to be over, and what its arguments read."""


def test_a_load_goes_below_what_its_function_reads(tmp_path: Path) -> None:
    below = '\n\ndef other(n):\n    return TEAMS\n\n\nTEAMS = {"a": "b"}\n'
    before = CLOUD + load('lambda n: TEAMS[n["name"]]') + below + DEFS
    texts, report = migrate(tmp_path, {"program.py": before})
    assert texts["program.py"] == V2_CLOUD + below + V2_LOAD.format(asked=BY_TEAM) + "\n" + V2_DEFS
    assert not report.left_for_a_person


def test_a_load_that_nothing_uses_goes_to_the_end_of_its_file(tmp_path: Path) -> None:
    files = {
        "dbt.py": CLOUD + "\n" + load("group") + '\nTEAMS = {"a": "b"}\n',
        "main.py": "from dagster import Definitions\nfrom dbt import models\n\n" + DEFS,
    }
    files["dbt.py"] = files["dbt.py"].replace(
        "models =", 'def group(n):\n    return TEAMS[n["name"]]\n\n\nmodels ='
    )
    texts, report = migrate(tmp_path, files)
    assert not report.left_for_a_person
    own = texts["dbt.py"]
    assert 0 < own.index("TEAMS = ") < own.index("@dbt_cloud_assets(")
    assert own.endswith('.wait(timeout=float("inf"))\n')


@pytest.mark.parametrize("name", MOVABLE)
def test_a_load_goes_below_what_changes(tmp_path: Path, name: str) -> None:
    above, function, below, _ = KEPT[name]
    texts, report = migrate(tmp_path, {"program.py": CLOUD + above + load(function) + below + DEFS})
    own = texts["program.py"]
    assert not report.left_for_a_person
    assert "legacy_shim" not in own and below.strip() in own
    assert own.index(below.strip()) < own.index("@dbt_cloud_assets(") < own.index("defs = ")


TEAMS = "TEAMS = {}\n"
READS = 'lambda n: TEAMS[n["name"]]'
IN_THE_WAY = {
    "it is used above": load(READS) + "used = [models]\n" + TEAMS,
    "a function above mentions it": "def used():\n    return models\n\n\n" + load(READS) + "used()\n" + TEAMS,
    "it is read by its name": load(READS) + 'used = globals()["models"]\n' + TEAMS,
    "its argument is bound again": "def group(n):\n    return TEAMS\n\n\n"
    + load("group")
    + "group = None\n"
    + TEAMS,
    "its argument is changed": 'NAMES = {"a": "b"}\n'
    + load("lambda n, names=tuple(NAMES): TEAMS[names]")
    + "NAMES.clear()\n"
    + TEAMS,
    "its job is changed": 'JOBS = {"a": 67890}\n'
    + load(READS).replace("67890", 'JOBS["a"]')
    + 'JOBS["a"] = 67891\n'
    + TEAMS,
    "a comment speaks of it": "# the models of all teams\n" + load(READS) + TEAMS,
    "it is in a function": "def make():\n    models = load_assets_from_dbt_cloud_job(cloud, 67890, node_info_to_group_fn="
    + READS
    + ")\n    return models\n\n\nmodels = make()\n"
    + TEAMS,
    "it has two names": load(READS).replace("models =", "models = again =") + TEAMS,
    "it changes behind its use": load(READS) + DEFS + TEAMS + "if None:\n    print(models)\n",
    "a function that it is given changes its own state": "SEEN = []\n"
    + load("lambda n: SEEN.append(n) or TEAMS")
    + TEAMS,
}


@pytest.mark.parametrize("body", IN_THE_WAY.values(), ids=IN_THE_WAY)
def test_a_load_stays_where_something_stands_against_it(tmp_path: Path, body: str) -> None:
    texts, report = migrate(tmp_path, {"program.py": CLOUD + body + DEFS})
    assert "@dbt_cloud_assets" not in texts["program.py"]
    assert any("Move the load" in one.message or "changes `" in one.message for one in report.findings)


def test_a_module_that_another_looks_at_while_it_runs_keeps_its_load(tmp_path: Path) -> None:
    files = {
        "dbt.py": CLOUD + load(READS) + "import other\n" + TEAMS,
        "other.py": "import dbt\n\nused = [dbt.models]\n",
        "main.py": "from dagster import Definitions\nfrom dbt import models\n\n" + DEFS,
    }
    texts, report = migrate(tmp_path, files)
    assert "@dbt_cloud_assets" not in texts["dbt.py"]
    assert report.left_for_a_person
