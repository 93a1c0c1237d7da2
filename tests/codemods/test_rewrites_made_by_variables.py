"""Classes that are called by a name that they do not have, registries that subclasses enter by themselves, and ``dict(name=value)``."""

from __future__ import annotations

from pathlib import Path

import pytest
from one_op import GO, TAIL
from rewriting import migrate

HEAD = """
import os
from dataclasses import dataclass
from dagster import Definitions, job, op
from dagster_dbt import DbtCloudClientResource
"""
CLASSES = """
@dataclass
class Name:
    client: object

    def go(self):
        print(self.client.get_job(67891)["name"])


class Base:
    def __init__(self, client):
        self.c = client


class Run(Base):
    def go(self):
        self.c.run_job_and_poll(67891)


KINDS = {"name": Name, "run": Run}
"""
REGISTRY = """
class Task:
    kinds = {}

    def __init_subclass__(cls, **words):
        super().__init_subclass__(**words)
        Task.kinds[cls.__name__] = cls


class Name(Task):
    def go(self, client):
        print(client.get_job(67891)["name"])
"""
MIGRATE = {
    "loop": CLASSES + GO + "    for kind in (Name, Run):\n        kind(client).go()\n",
    "values_of_a_dict": CLASSES + GO + "    for kind in KINDS.values():\n        kind(client).go()\n",
    "key_of_a_dict": CLASSES + GO + '    KINDS["name"](client).go()\n    KINDS["run"](client).go()\n',
    "function": CLASSES
    + "\n\ndef make(kind, client):\n    return kind(client)\n"
    + GO
    + "    make(Name, client).go()\n    make(Run, client).go()\n",
    "registry": REGISTRY + GO + "    for kind in Task.kinds.values():\n        kind().go(client)\n",
    "registry_by_key": REGISTRY + GO + '    Task.kinds["Name"]().go(client)\n',
    "dict_of_names": GO + '    given = dict(client=client, job=67891)\n    print(given["client"].get_job(given["job"])["name"])\n',
    "dict_that_is_spread": "\n\ndef show(client):\n    print(client.get_job(1))\n" + GO + "    show(**dict(client=client))\n",
}  # fmt: skip
KEPT = {
    "class_of_others": CLASSES
    + "from theirs import Other\nKINDS['other'] = Other\n"
    + GO
    + "    for kind in KINDS.values():\n        kind(client).go()\n",
    "arguments_of_any_number": CLASSES
    + "\n\ndef make(kind, *given):\n    return kind(*given)\n"
    + GO
    + "    make(Run, client).go()\n",
    "made_by_new": CLASSES
    + "\n\nclass New(Base):\n    def __new__(cls, client):\n        return super().__new__(cls)\n\n    go = print\n"
    + GO
    + "    for kind in [New]:\n        kind(client).go()\n",
    "registry_that_others_fill": REGISTRY
    + "import theirs\ntheirs.fill(Task.kinds)\n"
    + GO
    + "    for kind in Task.kinds.values():\n        kind().go(client)\n",
    "method_that_is_put_in": REGISTRY.replace("Task.kinds[", "cls.other = lambda self, one: print(one)\n        Task.kinds[")
    + GO
    + "    for kind in Task.kinds.values():\n        kind().other(client)\n",
    "own_dict": "\n\ndef dict(**given):\n    return given\n" + GO + "    given = dict(client=client)\n    print(given)\n",
}  # fmt: skip
LOADS = """
import os
from dagster import Definitions
from dagster_dbt import DbtCloudClientResource, load_assets_from_dbt_cloud_job

dbt_cloud = DbtCloudClientResource(auth_token=os.environ["T"], account_id=12345)
"""


@pytest.mark.parametrize("case", MIGRATE)
def test_what_is_made_is_followed(tmp_path: Path, case: str) -> None:
    texts, report = migrate(tmp_path, {"definitions.py": HEAD + MIGRATE[case] + TAIL})
    assert not [one.message for one in report.findings if one.code.startswith("LDC3")]
    assert ".get_job(" not in texts["definitions.py"]


@pytest.mark.parametrize("case", KEPT)
def test_what_may_be_made_otherwise_keeps_the_client(tmp_path: Path, case: str) -> None:
    texts, report = migrate(tmp_path, {"definitions.py": HEAD + KEPT[case] + TAIL})
    assert "LDC303" in {one.code for one in report.findings}
    assert "cloud_v2" not in texts["definitions.py"]


def test_arguments_that_loads_share_may_stand_in_a_call_of_dict(tmp_path: Path) -> None:
    text = LOADS + (
        'COMMON = dict(dbt_cloud=dbt_cloud, node_info_to_group_fn=lambda info: "dbt")\n'
        "models = load_assets_from_dbt_cloud_job(job_id=67890, **COMMON)\ndefs = Definitions(assets=[models])\n"
    )
    texts, _ = migrate(tmp_path, {"definitions.py": text})
    assert "@dbt_cloud_assets" in texts["definitions.py"]
    assert 'return "dbt"' in texts["definitions.py"]


@pytest.mark.parametrize(
    "given",
    [
        "dict(OTHERS, dbt_cloud=dbt_cloud)",
        "dict(dbt_cloud=dbt_cloud, **OTHERS)",
        "dict([('dbt_cloud', dbt_cloud)])",
    ],
)
def test_a_dict_of_more_than_names_keeps_the_load(tmp_path: Path, given: str) -> None:
    text = LOADS + (
        f"from theirs import OTHERS\nCOMMON = {given}\n"
        "models = load_assets_from_dbt_cloud_job(job_id=67890, **COMMON)\ndefs = Definitions(assets=[models])\n"
    )
    texts, _ = migrate(tmp_path, {"definitions.py": text})
    assert "@dbt_cloud_assets" not in texts["definitions.py"]


SPLIT = {
    "comprehension": 'models = [load(int(one)) for one in os.environ["JOBS"].split(",")]\n',
    "statement": 'models = []\nfor one in os.environ["JOBS"].split(","):\n    models.append(load(int(one.strip())))\n',
    "name": 'ids = os.environ["JOBS"].split(",")\nmodels = [load(int(one)) for one in ids]\n',
    "list": 'IDS = [int(one) for one in os.environ["JOBS"].split(",")]\nmodels = [load(one) for one in IDS]\n',
    "filtered": 'models = [load(int(one)) for one in os.environ["JOBS"].split(",") if one != "1"]\n',
}
SPLIT_KEPT = {
    "changed": 'ids = os.environ["JOBS"].split(",")\nids[0] = "67893"\nmodels = [load(int(one)) for one in ids]\n',
    "handed_on": 'from theirs import more\nids = os.environ["JOBS"].split(",")\nmore(ids)\nmodels = [load(int(one)) for one in ids]\n',
    "lines": 'models = [load(int(one)) for one in os.environ["JOBS"].splitlines()]\n',
    "computed_separator": 'models = [load(int(one)) for one in os.environ["JOBS"].split(os.sep)]\n',
}
LOAD = "\n\ndef load(job_id):\n    return load_assets_from_dbt_cloud_job(dbt_cloud=dbt_cloud, job_id=job_id)\n\n\n"


@pytest.mark.parametrize("case", SPLIT)
def test_each_part_of_a_variable_is_a_job(tmp_path: Path, case: str) -> None:
    text = LOADS + LOAD + SPLIT[case] + "defs = Definitions(assets=models)\n"
    texts, _ = migrate(tmp_path, {"definitions.py": text}, env={"JOBS": "67890,67891"})
    assert "67890: {" in texts["definitions.py"]
    assert "67891: {" in texts["definitions.py"]
    assert "raise ValueError" in texts["definitions.py"]


@pytest.mark.parametrize("case", SPLIT_KEPT)
def test_parts_that_may_be_others_keep_the_load(tmp_path: Path, case: str) -> None:
    text = LOADS + LOAD + SPLIT_KEPT[case] + "defs = Definitions(assets=models)\n"
    texts, _ = migrate(tmp_path, {"definitions.py": text}, env={"JOBS": "67890,67891"})
    assert "@dbt_cloud_assets" not in texts["definitions.py"]


def test_a_resource_whose_class_is_looked_up_stays_with_its_class(tmp_path: Path) -> None:
    text = (
        "import os\nfrom dagster import Definitions\nfrom dagster_dbt import DbtCloudClientResource\n\n"
        "class Prod(DbtCloudClientResource):\n    def label(self):\n        return 1\n\n"
        'KINDS = {"prod": Prod}\n'
        'cloud = KINDS[os.getenv("STAGE", "prod")](auth_token=os.environ["T"], account_id=12345)\n'
        'defs = Definitions(resources={"dbt_cloud": cloud})\n'
    )
    texts, report = migrate(tmp_path, {"definitions.py": text})
    assert "cloud_v2" not in texts["definitions.py"]
    assert any("is passed on as a class" in one.message for one in report.findings)
