"""Classes of the user's that hold a client and derive from each other: by which `__init__` it comes in, and what heirs say."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate

_HEAD = """
import os
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Generic, TypeVar

from dagster import Definitions, asset
from dagster_dbt import DbtCloudClientResource
from dagster_dbt.cloud.resources import DbtCloudClient

T = TypeVar("T")
"""
_REST = """

@asset
def work(dbt_cloud: DbtCloudClientResource):
    client = dbt_cloud.get_dbt_client()
    return {use}


class Fake:
    def get_job(self, job_id):
        return {{"name": "fake"}}


defs = Definitions(
    assets=[work],
    resources={{"dbt_cloud": DbtCloudClientResource(auth_token=os.environ["T"], account_id=12345)}},
)
"""
_BASE = """
class Runner{bases}:
    def __init__(self, client):
        self.client = client

    def name_of(self, job_id):
        return self.client.get_job(job_id)["name"]
"""
_A = _BASE.format(bases="")
_SUBCLASSED = """
    def __init_subclass__(cls, /, tag=None, **more):
        super().__init_subclass__(**more)
        cls.tag = tag
"""
_FOLLOWED = {
    "heir without __init__": (_A + "\n\nclass One(Runner):\n    pass\n", "One(client).name_of(67890)"),
    "heir of an heir": (
        _A + "\n\nclass One(Runner):\n    pass\n\n\nclass Two(One):\n    pass\n",
        "Two(client).name_of(67890)",
    ),
    "abstract base": (
        _BASE.format(bases="(ABC)") + "\n\nclass One(Runner):\n    job = 67890\n",
        "One(client).name_of(67890)",
    ),
    "word for __init_subclass__": (
        _A + _SUBCLASSED + "\n\nclass One(Runner, tag='one'):\n    pass\n",
        "(One(client).name_of(67890), One.tag)",
    ),
    "word for __init_subclass__, and its own __init__": (
        _A
        + _SUBCLASSED
        + "\n\nclass One(Runner, tag=str.upper('one')):\n    def __init__(self, client):\n        super().__init__(client)\n",
        "One(client).name_of(67890)",
    ),
    "generic base": (
        _BASE.format(bases="(ABC, Generic[T])") + "\n\nclass One(Runner[str]):\n    pass\n",
        "One(client).name_of(67890)",
    ),
    "super().__init__": (
        _A
        + "\n\nclass One(Runner):\n    def __init__(self, tag, client):\n        super().__init__(client)\n        self.tag = tag\n",
        'One("x", client).name_of(67890)',
    ),
    "super().__init__ by name": (
        _A
        + "\n\nclass One(Runner):\n    def __init__(self, inner):\n        super().__init__(client=inner)\n",
        "One(client).name_of(67890)",
    ),
    "super().method": (
        _A
        + "\n\nclass One(Runner):\n    def name_of(self, job_id):\n        return super().name_of(job_id).upper()\n",
        "One(client).name_of(67890)",
    ),
    "super() of a property": (
        "class Runner:\n    def __init__(self, cloud):\n        self.cloud = cloud\n\n    @property\n    def client(self):\n        return self.cloud.get_dbt_client()\n\n\n"
        "class One(Runner):\n    @property\n    def client(self):\n        return super().client\n",
        'One(dbt_cloud).client.get_job(67890)["name"]',
    ),
    "dataclasses": (
        '@dataclass\nclass Runner:\n    client: DbtCloudClient\n\n    def name_of(self, job_id):\n        return self.client.get_job(job_id)["name"]\n\n\n'
        '@dataclass\nclass One(Runner):\n    label: str = "x"\n',
        'One(client, "one").name_of(67890)',
    ),
    "cls": (
        _A + "\n    @classmethod\n    def of(cls, client):\n        return cls(client)\n",
        "Runner.of(client).name_of(67890)",
    ),
    "cls of an heir": (
        _A
        + "\n    @classmethod\n    def of(cls, client):\n        return cls(client)\n\n\nclass One(Runner):\n    pass\n",
        "One.of(client).name_of(67890)",
    ),
    "attribute of the heirs": (
        _A.replace("def name_of(self, job_id)", "def name(self)").replace(
            "get_job(job_id)", "get_job(self.job)"
        )
        + "\n\nclass One(Runner):\n    job = 67890\n",
        "One(client).name()",
    ),
}
_ONE = "\n\nclass One(Runner):\n"
_KEPT = {
    "heir with a fake": (_A + f"{_ONE}    pass\n", "(One(Fake()).name_of(1), Runner(client).name_of(67890))"),
    "one of two bases": (
        _A
        + "\n\nclass Other:\n    def __init__(self, client):\n        self.client = Fake()\n\n\nclass One(Other, Runner):\n    pass\n",
        "One(client).name_of(67890)",
    ),
    "__new__": (
        _A + f"{_ONE}    def __new__(cls, client):\n        return Fake()\n",
        "One(client).get_job(67890)",
    ),
    "dataclass of a class with __init__": (
        _A + "\n\n@dataclass\nclass One(Runner):\n    label: str\n    client: object = None\n",
        "(One(client).label, Runner(client).name_of(67890))",
    ),
    "cls of an heir with another __init__": (
        _A
        + "\n    @classmethod\n    def of(cls, client):\n        return cls(client)\n"
        + f"{_ONE}    def __init__(self, client):\n        super().__init__(Fake())\n",
        "One.of(client).name_of(67890)",
    ),
    "super() that may be a class beside": (
        _A.replace("Runner", "Base")
        + "\n    def get(self):\n        return self.client\n\n\nclass Runner(Base):\n    def get(self):\n        return super().get()\n\n\n"
        "class Beside(Base):\n    def get(self):\n        return Fake()\n\n\nclass One(Runner, Beside):\n    pass\n",
        "One(client).get().get_job(67890)",
    ),
    "metaclass": (
        "class Meta(type):\n    def __call__(cls, client):\n        return super().__call__(Fake())\n\n\n"
        + _A
        + f"{_ONE[:-3]}, metaclass=Meta):\n    pass\n",
        "One(client).name_of(67890)",
    ),
    "metaclass of another package": (
        "from elsewhere import Meta\n\n" + _A + f"{_ONE[:-3]}, metaclass=Meta):\n    pass\n",
        "One(client).name_of(67890)",
    ),
    "words that are not written there": (
        _A + _SUBCLASSED + f"\n\nWORDS = dict(metaclass=type)\n{_ONE[:-3]}, **WORDS):\n    pass\n",
        "One(client).name_of(67890)",
    ),
    "word that __init_subclass__ makes a method": (
        _A
        + "\n    def __init_subclass__(cls, /, via):\n        cls.name_of = via\n"
        + f"\n\ndef by_hand(self, job_id):\n    return self.client.get_job(job_id)\n{_ONE[:-3]}, via=by_hand):\n    pass\n",
        "One(client).name_of(67890)",
    ),
    "base of another package": (
        "from threading import Thread\n\n" + _BASE.format(bases="(Thread)") + f"{_ONE}    pass\n",
        "One(client).name_of(67890)",
    ),
}


@pytest.mark.parametrize("program", _FOLLOWED.values(), ids=_FOLLOWED)
def test_a_client_is_followed_into_the_init_that_a_class_inherits(
    tmp_path: Path, program: tuple[str, str]
) -> None:
    classes, use = program
    texts, report = migrate(tmp_path, {"program.py": f"{_HEAD}\n\n{classes}{_REST.format(use=use)}"})
    assert "legacy_shim" not in texts["program.py"]
    assert "get_job(" not in texts["program.py"].partition("class Fake")[0]
    assert not [each for each in report.findings if each.code.startswith("LDC3")]


@pytest.mark.parametrize("program", _KEPT.values(), ids=_KEPT)
def test_a_client_is_kept_where_the_class_may_be_made_otherwise(
    tmp_path: Path, program: tuple[str, str]
) -> None:
    classes, use = program
    texts, _ = migrate(tmp_path, {"program.py": f"{_HEAD}\n\n{classes}{_REST.format(use=use)}"})
    assert "cloud_v2" not in texts["program.py"]


_LOADS = """
import os

from dagster import Definitions
from dagster_dbt import DbtCloudClientResource, load_assets_from_dbt_cloud_job

CLOUD = DbtCloudClientResource(auth_token=os.environ["T"], account_id=12345)


class Daily:
    job = 67890

    {decorator}
    def load({first}):
        return load_assets_from_dbt_cloud_job(dbt_cloud=CLOUD, job_id={first}.job)


class Hourly(Daily):
    job = 67891


defs = Definitions(assets=[{made}.load()])
"""


@pytest.mark.parametrize(
    ("decorator", "first", "made"), [("", "self", "Hourly()"), ("@classmethod", "cls", "Hourly")]
)
def test_the_job_of_an_heir_is_its_own(tmp_path: Path, decorator: str, first: str, made: str) -> None:
    program = _LOADS.format(decorator=decorator, first=first, made=made).replace("    \n", "")
    texts, _ = migrate(tmp_path, {"program.py": program})
    assert '    67890: {\n        "select": "tag:daily",\n' in texts["program.py"]
    assert '    67891: {\n        "exclude": "tag:daily",\n' in texts["program.py"].replace(
        '        "select": "fqn:*",\n', ""
    )


def test_a_class_alone_has_its_own_job(tmp_path: Path) -> None:
    program = _LOADS.format(decorator="", first="self", made="Daily()").replace("    \n", "")
    program = program.replace("class Hourly(Daily):\n    job = 67891\n\n\n", "")
    texts, _ = migrate(tmp_path, {"program.py": program})
    assert 'select="tag:daily", name="dbt_cloud_job_67890"' in texts["program.py"].replace(
        ",\n            name", ", name"
    )
