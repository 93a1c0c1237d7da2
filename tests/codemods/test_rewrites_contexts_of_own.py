"""Helpers that take Dagster's context, and an object of the user's in its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate

CLOUD = 'DbtCloudClientResource(auth_token="t", account_id=12345)'
PROGRAM = f"""
from dagster import Definitions, job, op
from dagster_dbt import DbtCloudClientResource

class Client:
    def get_job(self, job_id):
        return {{"name": "local"}}

class Resource:
    def get_dbt_client(self):
        return Client()

class Resources:
    dbt_cloud = Resource()

class LocalContext:
    resources = Resources()

%sdef name_of(context):
    return context.resources.dbt_cloud.get_dbt_client().get_job(67890)["name"]

def show(context, client):
    return client.get_job(67890)["name"]

@op(required_resource_keys={{"dbt_cloud"}})
%s

@job
def nightly():
    it()

defs = Definitions(jobs=[nightly], resources={{"dbt_cloud": {CLOUD}}})
"""
WITH_CLIENT = """def with_client(function):
    def inner(context):
        return function(context, context.resources.dbt_cloud.get_dbt_client())

    inner.__name__ = function.__name__
    return inner

"""
CALLS = "def it(context):\n    return name_of(context)\n"
DECORATED = "@with_client\ndef it(context, client):\n    return show(context, client)\n"
HANDED = "name_of(LocalContext())\n"


def _parts(program: str) -> tuple[str, str]:
    return WITH_CLIENT if "with_client" in program else "", program


@pytest.mark.parametrize(
    "program",
    [
        CALLS + HANDED,
        CALLS + "local = LocalContext()\nname_of(local)\n",
        CALLS + "def by_hand():\n    return name_of(context=LocalContext())\n",
        CALLS + "def local_or(context):\n    one = context or LocalContext()\n    return one.resources.dbt_cloud.get_dbt_client()\n\n\nlocal_or(None)\n",
        CALLS + "class Held:\n    def __init__(self, context):\n        self.context = context\n\n    def client(self):\n        return self.context.resources.dbt_cloud.get_dbt_client()\n\n\nHeld(LocalContext()).client()\n",
        DECORATED + "with_client(show)(LocalContext())\n",
        DECORATED + "@with_client\ndef plain(context, client):\n    return show(context, client)\n\nplain(LocalContext())\n",
    ],
    ids=["called with both", "by a name", "by a keyword", "in the place of none", "held by an object", "decorated by hand", "decorated beside the op"],
)  # fmt: skip
def test_what_may_be_of_both_stays(tmp_path: Path, program: str) -> None:
    texts, report = migrate(tmp_path, {"defs.py": PROGRAM % _parts(program)})
    assert "DbtCloudWorkspace" not in texts["defs.py"]
    assert "LDC303" in {finding.code for finding in report.findings}


@pytest.mark.parametrize(
    "program",
    [
        CALLS,
        DECORATED.replace("show(context, client)", 'client.get_job(67890)["name"]'),
        CALLS + "def size_of(local):\n    return len(local.resources.names)\n\n\nsize_of(LocalContext())\n",
    ],
    ids=["called with the context", "decorated", "another helper"],
)
def test_what_is_given_contexts_alone_migrates(tmp_path: Path, program: str) -> None:
    texts, _ = migrate(tmp_path, {"defs.py": PROGRAM % _parts(program)})
    assert "DbtCloudWorkspace(" in texts["defs.py"]
    assert "legacy_shim" not in texts["defs.py"]


def test_a_context_of_a_test_keeps_nothing(tmp_path: Path) -> None:
    own = (PROGRAM % _parts(CALLS)).partition("class Client:")[2].partition("def name_of")[0]
    helper = (PROGRAM % _parts(CALLS)).replace(own, "").replace("class Client:", "")
    test = f"from defs import name_of\n\n\nclass Client:{own}def test_name():\n    assert name_of(LocalContext()) == 'local'\n"
    texts, report = migrate(tmp_path, {"defs.py": helper, "tests/test_defs.py": test})
    assert ".get_client().get_job_details(67890)" in texts["defs.py"]
    assert "stands in for" in "".join(finding.message for finding in report.findings)
