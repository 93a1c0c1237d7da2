"""Names, attributes and elements that a statement binds in another way than by a plain assignment: they may be a fake then."""

from __future__ import annotations

from pathlib import Path

import pytest
from one_op import GO, TAIL
from rewriting import migrate

HEAD = """
import os
from contextlib import contextmanager
from dagster import Definitions, job, op
from dagster_dbt import DbtCloudClientResource


class Fake:
    def get_job(self, job_id):
        return {"id": 0}


def made():
    return Fake(), 1


@contextmanager
def fakes():
    yield Fake(), 1


class Service:
    def __init__(self, client):
        self.client = client
        self.number = self.other = 1

    def look(self):
        return self.client.get_job(67891)
"""
DRY = "    if os.getenv('DRY'):\n        {}\n"
ASK = "    print(client.get_job(67891))\n"
SERVICE, LOOK = "    service = Service(client)\n", "    print(service.look())\n"
PAIR, FIRST = "    pair = {'client': client, 'number': 1}\n", "    print(pair['client'].get_job(67891))\n"


def _dry(before: str, statement: str, behind: str) -> str:
    return GO + before + DRY.format(statement.replace("\n", "\n        ")) + behind


NAMES = {
    "what `match` captures": "match Fake():\n    case client: pass",
    "a part of what `match` captures": "match made():\n    case (client, number): pass",
    "what a key holds in `match`": "match {'fake': Fake()}:\n    case {'fake': client}: pass",
    "what a pattern names": "match Fake():\n    case Fake() as client: pass",
    "a part of what `with` hands out": "with fakes() as (client, number): pass",
    "a function": "def client(): pass\nclient.get_job = Fake().get_job",
    "a class": "class client:\n    get_job = staticmethod(Fake().get_job)",
    "another module": "import json as client\nclient.get_job = Fake().get_job",
    "what another package has": "from acme.fakes import client",
    "a function inside": "def use():\n    nonlocal client\n    client = Fake()\nuse()",
    "a function in a function inside": "def outer():\n    def use():\n        nonlocal client\n        client = Fake()\n    use()\nouter()",
}
ATTRIBUTES = {
    "a part of a list": "service.client, *rest = [Fake(), 1]",
    "a part of what a function returns": "service.client, number = made()",
    "a part of a part": "(service.client, number), other = made(), 1",
}
ELEMENTS = {
    "a part of a list": "pair['client'], *rest = [Fake(), 1]",
    "a part of what a function returns": "pair['client'], number = made()",
    "one of two": "pair['client'], pair['number'] = Fake(), 1",
}
OBJECTS = {
    "a lambda": "self.real = lambda: Fake()",
    "a lambda, in a pair": "self.real, self.number = (lambda: Fake()), 1",
    "in a loop": "for self.real in [lambda: Fake()]: pass",
}
REPLACED = """

class Client:
    def __init__(self, client):
        self.client = client
        if os.getenv("DRY"):
            {}

    def real(self):
        return self.client


class Inherited(Client):
    pass
"""
MIGRATE = {
    "what `match` captures under a name of its own": _dry(
        "", "match Fake():\n    case fake: print(fake.get_job(1))", ASK
    ),
    "a number that a function inside counts": GO
    + "    number = 0\n\n    def count():\n        nonlocal number\n        number += 1\n        return number\n\n    print(count(), client.get_job(67891))\n",
    "the client of a function inside": GO
    + "    other = None\n\n    def take():\n        nonlocal other\n        other = client\n\n    take()\n    print(other.get_job(67891))\n",
    "attributes beside the one that holds the client": GO
    + SERVICE
    + "    service.number, service.other = made()\n    print(service.number)\n"
    + LOOK,
    "two elements in one statement": GO
    + "    pair = {}\n    pair['client'], pair['number'] = client, 1\n"
    + FIRST,
    "a method with the name that another object gives itself": REPLACED.format("self.other = lambda: Fake()")
    + GO
    + "    print(Inherited(client).real().get_job(67891))\n",
    "a global that a function inside of one with the name sets": GO
    + "    number = 2\n\n    def use():\n        global number\n        number = 3\n\n    use()\n    print(number, client.get_job(67891))\n",
}
CLASS_OR_FUNCTION = """

def client_of(dbt_cloud):
    return dbt_cloud.get_dbt_client()


if os.getenv("DRY"):
    class client_of(Fake):
        def __init__(self, dbt_cloud): pass
"""
KEPT = {
    "a class or a function": CLASS_OR_FUNCTION
    + GO
    + "    print(client, client_of(dbt_cloud).get_job(67891))\n",
    **{f"a name: {name}": _dry("", statement, ASK) for name, statement in NAMES.items()},
    **{f"an attribute: {name}": _dry(SERVICE, statement, LOOK) for name, statement in ATTRIBUTES.items()},
    **{f"an element: {name}": _dry(PAIR, statement, FIRST) for name, statement in ELEMENTS.items()},
    **{
        f"a method: {name}": REPLACED.format(statement)
        + GO
        + "    print(Inherited(client).real().get_job(67891))\n"
        for name, statement in OBJECTS.items()
    },
}


@pytest.mark.parametrize("case", KEPT)
def test_what_may_be_a_fake_stays(tmp_path: Path, case: str) -> None:
    text = HEAD + KEPT[case] + TAIL
    texts, report = migrate(tmp_path, {"d.py": text})
    assert "legacy_shim" in texts["d.py"]
    assert "get_client()" not in texts["d.py"]
    assert "LDC303" in {finding.code for finding in report.findings}


@pytest.mark.parametrize("case", MIGRATE)
def test_what_is_surely_the_client_migrates(tmp_path: Path, case: str) -> None:
    texts, report = migrate(tmp_path, {"d.py": HEAD + MIGRATE[case] + TAIL})
    assert "legacy_shim" not in texts["d.py"], report.findings
    assert "get_client()" in texts["d.py"]
