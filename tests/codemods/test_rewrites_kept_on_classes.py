"""Clients and objects that a class method keeps on its class, and attributes that an object may not have yet."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate

HEAD = """
import os
from dagster import Definitions, job, op
from dagster_dbt import DbtCloudClientResource


class Fake:
    def run_job_and_poll(self, job_id):
        return None

"""
GO = """

@op
def go(dbt_cloud: DbtCloudClientResource):
"""
TAIL = """

@job
def nightly():
    go()


cloud = DbtCloudClientResource(auth_token=os.environ["T"], account_id=12345)
defs = Definitions(jobs=[nightly], resources={"dbt_cloud": cloud})
"""
SHARED = """
class Service:
    _shared = None

    def __init__(self, resource):
        self.client = resource.get_dbt_client()

    @classmethod
    def of(cls, resource):
        if cls._shared is None:
            cls._shared = cls(resource)
        return cls._shared

"""
LAZY = """
class Service:
    def __init__(self, resource):
        self.resource = resource

    @property
    def client(self):
        if {test}:
            self._client = {made}
        return self._client

"""
ONE = """
class Service:
    _one = None

    def __new__(cls, *args, **kwargs):
        if cls._one is None:
            cls._one = {made}
        return {answer}

    def __init__(self, client):
        self.client = client

"""
NEW = """

@op
def go(dbt_cloud: DbtCloudClientResource):
    Service(dbt_cloud.get_dbt_client()).client.run_job_and_poll(67891)
"""
CLIENT = """
class Service:
    client = {first}

    @classmethod
    def use(cls, resource):
        cls.client = {made}

"""
CHOSEN = """
class Service:
    def __init__(self, client):
        self.client = client

    def do_run(self{taken}):
        {does}

    def do_name(self):
        return self.client.get_job(67891)["name"]

    def do(self, action):
        return getattr(self, f"do_{{action}}")()

"""
RUN = "return self.client.run_job_and_poll(67891).run_id"
DO = GO + "    service = Service(dbt_cloud.get_dbt_client())\n    service.do('run')\n    service.do_run()\n"
OF = GO + "    Service.of(dbt_cloud).client.run_job_and_poll(67891)\n"
USE = GO + "    Service.use(dbt_cloud)\n    Service.client.run_job_and_poll(67891)\n"
MADE = GO + "    Service(dbt_cloud).client.run_job_and_poll(67891)\n"
GETTER = "self.resource.get_dbt_client()"

SUPER = "super().__new__(cls)"
MIGRATE = {
    "one object by `__new__`": ONE.format(made=SUPER, answer="cls._one") + NEW,
    "a new object each time": ONE.format(made="object.__new__(cls)", answer=SUPER) + NEW,
    "one object for all": SHARED + OF,
    "a client": CLIENT.format(first="None", made="resource.get_dbt_client()") + USE,
    "a method by a name that is put together": CHOSEN.format(taken="", does=RUN) + DO,
    "hasattr": LAZY.format(test='not hasattr(self, "_client")', made=GETTER) + MADE,
    "getattr or None": LAZY.format(test='getattr(self, "_client", None) is None', made=GETTER) + MADE,
    "getattr or None, used": LAZY.format(test='not getattr(self, "_client", None)', made=GETTER)
    + "    def again(self):\n        return getattr(self, '_client', None) or self.client\n"
    + GO
    + "    Service(dbt_cloud).again().run_job_and_poll(67891)\n",
}  # fmt: skip
KEPT = {
    "`__new__` makes something else": ONE.format(made="Fake()", answer="cls._one") + NEW,
    "`__new__` answers something else": ONE.format(made=SUPER, answer="cls._one if os.name else Fake()") + NEW,
    "`__new__` of a class with heirs": ONE.format(made=SUPER, answer="cls._one") + "class Heir(Service):\n    pass\n" + NEW,
    "`__new__`, and set from outside": ONE.format(made=SUPER, answer="cls._one") + "Service._one = Fake()\n" + NEW,
    "a fake is kept there too": SHARED + "    @classmethod\n    def dry(cls):\n        cls._shared = Service(None)\n        cls._shared.client = Fake()\n" + OF,
    "a fake at first": CLIENT.format(first="Fake()", made="resource.get_dbt_client()") + USE,
    "a resource": CLIENT.format(first="None", made="resource") + GO + "    Service.use(dbt_cloud)\n    Service.client.get_dbt_client().get_job(1)\n",
    "a method of many that answers the client": CHOSEN.format(taken="", does="return self.client") + DO,
    "a method of many that takes something": CHOSEN.format(taken=", more=None", does="print(more)\n        " + RUN) + DO,
    "an attribute by a name that is put together": CHOSEN.format(taken="", does=RUN)
    + "class Heir(Service):\n    def set(self):\n        self.do_client = self.client\n"
    + DO,
    "`__getattr__` answers it before": LAZY.format(test='not hasattr(self, "_client")', made=GETTER)
    + "    def __getattr__(self, name):\n        return Fake()\n"
    + MADE,
    "`__getattr__` of a base class": "class Base:\n    def __getattr__(self, name):\n        return Fake()\n"
    + LAZY.format(test='getattr(self, "_client", None) is None', made=GETTER).replace("class Service", "class Service(Base)")
    + MADE,
    "`__getattr__` of a metaclass": "class Meta(type):\n    def __getattr__(cls, name):\n        return Fake()\n"
    + CLIENT.format(first="None", made="resource.get_dbt_client()").replace("    client = None\n", "").replace("class Service", "class Service(metaclass=Meta)")
    + USE,
    "set from outside": SHARED + "Service._shared = Service.of(Fake())\n" + OF,
    "hasattr, and a fake": LAZY.format(test='not hasattr(self, "_client")', made="Fake() if os.name else " + GETTER) + MADE,
    "hasattr of the client": GO + '    client = dbt_cloud.get_dbt_client()\n    if hasattr(client, "run_job"):\n        client.run_job(1)\n',
    "getattr of another default": LAZY.format(test='getattr(self, "_client", Fake()) is None', made=GETTER)
    + "    def again(self):\n        return getattr(self, '_client', Fake())\n"
    + GO
    + "    Service(dbt_cloud).again().run_job_and_poll(67891)\n",
}  # fmt: skip


@pytest.mark.parametrize("name", MIGRATE)
def test_what_is_kept_is_followed(tmp_path: Path, name: str) -> None:
    texts, report = migrate(tmp_path, {"program.py": HEAD + MIGRATE[name] + TAIL})
    assert not [one.message for one in report.findings if one.code.startswith("LDC30")]
    assert "legacy_shim" not in texts["program.py"]
    assert "get_dbt_client" not in texts["program.py"]


@pytest.mark.parametrize("name", KEPT)
def test_what_may_be_something_else_stays(tmp_path: Path, name: str) -> None:
    texts, report = migrate(tmp_path, {"program.py": HEAD + KEPT[name] + TAIL})
    assert "DbtCloudWorkspace" not in texts["program.py"]
    assert [one for one in report.findings if one.code == "LDC303"]
