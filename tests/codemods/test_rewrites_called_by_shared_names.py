"""Calls of what a parameter, a list or ``__getattr__`` may answer beside what is followed."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate

HEAD = """
import functools
import os
from dagster import Definitions, job, op
from dagster_dbt import DbtCloudClientResource

cloud = DbtCloudClientResource(auth_token=os.environ["T"], account_id=12345)


class Fake:
    def get_job(self, job_id):
        return {"name": ""}


def run(c):
    return c.get_job(67891)["name"]


def real():
    return cloud.get_dbt_client()


"""
GO = """

@op
def go(dbt_cloud: DbtCloudClientResource):
    client = dbt_cloud.get_dbt_client()
"""
TAIL = """

@job
def nightly():
    go()


defs = Definitions(jobs=[nightly], resources={"dbt_cloud": cloud})
"""
EACH = "def each(run, c):\n    return run(c)\n"
MAKERS = "    for make in makers:\n        print(make().get_job(67891))\n"
OWN = "    def make(self):\n        self.client = self.cloud.get_dbt_client()\n        return self\n"
SERVICE = "class Service:\n    def __init__(self, cloud):\n        self.cloud = cloud\n" + OWN
MADE = "    print(Service(dbt_cloud).make().client.get_job(67891))\n"

MIGRATE = {
    "a parameter with the name of the function that it gets": EACH + GO + "    print(each(run, client))\n",
    "a default of the same name": "def each(c, run=run):\n    return run(c)\n" + GO + "    print(each(client), each(client, run))\n",
    "a name that is given nothing first": "look = None\n\n\ndef start():\n    global look\n    look = lambda c: c.get_job(67891)\n\n\nstart()\n"
    + GO + "    print(look(client))\n",
    "another name for a function": "other = real\n" + GO + "    print(client.get_job(67891), other().get_job(67891))\n",
    "a list of functions that are known": "makers = [real, lambda: cloud.get_dbt_client()]\n" + GO + "    client.get_job(67891)\n" + MAKERS,
    "a class method that makes its objects": "class Service:\n    shared = None\n    def __init__(self, cloud):\n        self.client = cloud.get_dbt_client()\n"
    "    @classmethod\n    def get(cls, cloud):\n        if cls.shared is None:\n            cls.shared = cls(cloud)\n        return cls.shared\n"
    + GO + "    print(Service.get(dbt_cloud).client.get_job(67891))\n",
}  # fmt: skip
KEPT = {
    "a lambda for a parameter of the name": EACH + GO + "    print(each(run, client), each(lambda c: len(dir(c)), client))\n",
    "a lambda for such a parameter of an inner function": GO
    + "    def inner(run):\n        return run(client)\n    print(inner(run), inner(lambda c: len(dir(c))))\n",
    "a variable of the name": "def each(name, c):\n    run = {'run': run_it, 'dir': lambda c: len(dir(c))}[name]\n    return run(c)\n\n\nrun_it = run\n"
    + GO + "    print(each('run', client))\n",
    "an attribute of the name": "class Runner:\n    def __init__(self, run):\n        self.run = run\n    def go(self, c):\n        return self.run(c)\n"
    + GO + "    print(Runner(run).go(client), Runner(lambda c: len(dir(c))).go(client))\n",
    "a lambda that answers a fake, in a dict": 'makers = {"dry": lambda: Fake(), "real": lambda: cloud.get_dbt_client()}\n'
    + GO + '    print(client.get_job(67891), makers[os.environ["MODE"]]().get_job(67891))\n',
    "beside a function": "makers = [lambda: Fake(), real]\n" + GO + "    client.get_job(67891)\n" + MAKERS,
    "added to a list": "makers = [real]\nmakers.append(lambda: Fake())\n" + GO + "    client.get_job(67891)\n" + MAKERS,
    "a list added to another": "makers = [real] + [lambda: Fake()]\n" + GO + "    client.get_job(67891)\n" + MAKERS,
    "spread from a comprehension": "makers = [real, *[lambda: Fake() for _ in range(1)]]\n" + GO + "    client.get_job(67891)\n" + MAKERS,
    "a partial": "makers = [functools.partial(Fake), real]\n" + GO + "    client.get_job(67891)\n" + MAKERS,
    "one of two names": "first, second = (lambda: Fake()), (lambda: cloud.get_dbt_client())\nmake = second if os.environ.get('R') else first\n"
    + GO + "    client.get_job(67891)\n    print(make().get_job(67891))\n",
    "a __getattr__ that answers others": SERVICE + "    def __getattr__(self, name):\n        return Fake()\n" + GO + MADE,
    "a __getattr__ of a base": "class Lazy:\n    def __getattr__(self, name):\n        return Fake()\n\n\n" + SERVICE.replace("Service:", "Service(Lazy):") + GO + MADE,
    "a look before it is made": SERVICE.replace(OWN, "    def __getattr__(self, name):\n        return Fake()\n    def get(self):\n"
    "        if not hasattr(self, 'client'):\n            self.client = self.cloud.get_dbt_client()\n        return self.client\n")
    + GO + "    print(Service(dbt_cloud).get().get_job(67891))\n",
    "a __getattr__ of a metaclass": "class Meta(type):\n    def __getattr__(cls, name):\n        return Fake()\n\n\nclass Service(metaclass=Meta):\n"
    "    @classmethod\n    def use(cls, cloud):\n        cls.client = cloud.get_dbt_client()\n"
    + GO + "    Service.client.get_job(67891)\n    Service.use(dbt_cloud)\n    Service.client.get_job(67891)\n",
}  # fmt: skip


@pytest.mark.parametrize("name", MIGRATE)
def test_what_is_surely_called_migrates(tmp_path: Path, name: str) -> None:
    texts, report = migrate(tmp_path, {"program.py": HEAD + MIGRATE[name] + TAIL})
    assert not [one.message for one in report.findings if one.code.startswith("LDC30")]
    assert "legacy_shim" not in texts["program.py"]
    assert ".get_job_details(67891)" in texts["program.py"]


@pytest.mark.parametrize("name", KEPT)
def test_what_may_be_something_else_stays(tmp_path: Path, name: str) -> None:
    texts, report = migrate(tmp_path, {"program.py": HEAD + KEPT[name] + TAIL})
    assert "DbtCloudWorkspace" not in texts["program.py"]
    assert [one for one in report.findings if one.code == "LDC303"]
