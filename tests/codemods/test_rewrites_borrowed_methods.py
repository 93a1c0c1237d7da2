"""Methods that are read of their class, and may be called with an object of another."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate_one

PROGRAM = """
from dagster import Definitions, job, op
from dagster_dbt import DbtCloudClientResource

class Runner:
    def __init__(self, client):
        self.client = client

    def run(self):
        return self.client.get_job(67890)["name"]

class Client:
    def get_job(self, job_id):
        return {{"name": "local"}}

{0}

@op
def it(cloud: DbtCloudClientResource):
    runner = Runner(cloud.get_dbt_client())
    return runner.run()

@job
def nightly():
    it()

defs = Definitions(jobs=[nightly], resources={{"cloud": DbtCloudClientResource(auth_token="t", account_id=12345)}})
"""
LOCAL = "class Local:\n    client = Client()\n"
BORROWED = {
    "in the body of another class": LOCAL + "    run = Runner.run\n",
    "set on another class": LOCAL + "\nLocal.run = Runner.run\n",
    "called with another object": LOCAL + "\nRunner.run(Local())\n",
    "called with the object of a method": LOCAL + "    def run(self):\n        return Runner.run(self)\n",
    "under another name": LOCAL + "\nrun = Runner.run\nrun(Local())\n",
    "in a list": LOCAL + "\nfor run in [Runner.run]:\n    run(Local())\n",
    "called with an unknown object": "def call(it):\n    return Runner.run(it)\n",
}
OWN = {
    "by an heir": "class Loud(Runner):\n    def run(self):\n        return super().run().upper()\n",
    "by its initializer": "class Loud(Runner):\n    def __init__(self, client):\n        Runner.__init__(self, client)\n",
    "its name": "print(Runner.run.__name__)\n",
    "a method of another class": LOCAL + "    def run(self):\n        return 1\n\nLocal.run(Local())\n",
}


@pytest.mark.parametrize("name", BORROWED)
def test_a_borrowed_method_stays(tmp_path: Path, name: str) -> None:
    text, codes = migrate_one(tmp_path, PROGRAM.format(BORROWED[name]))
    assert "DbtCloudWorkspace" not in text
    assert "LDC303" in codes


@pytest.mark.parametrize("name", OWN)
def test_a_method_that_is_called_with_own_objects_migrates(tmp_path: Path, name: str) -> None:
    text, _ = migrate_one(tmp_path, PROGRAM.format(OWN[name]))
    assert "self.client.get_job_details(67890)" in text
    assert "legacy_shim" not in text
