"""Lambdas that a statement gives a name are followed as functions are; what is set from outside is not known."""

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


class Service:
    def __init__(self, client):
        self.client = client

    def get(self):
        return self.client


def fake(resource):
    return Fake()

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
GET = "client_of = lambda resource: resource.get_dbt_client()\n"
HELPERS = {"helpers.py": GET}
CALL = "    client_of(dbt_cloud).run_job_and_poll(67891)\n"
BY_MODULE = "    helpers.client_of(dbt_cloud).run_job_and_poll(67891)\n"
MADE = "    service = Service(dbt_cloud.get_dbt_client())\n"
USED = "    service.get().run_job_and_poll(67891)\n"

MIGRATE: dict[str, tuple[str, dict[str, str]]] = {
    "a client": (GET + GO + CALL, {}),
    "annotated": ("client_of: object = lambda resource: resource.get_dbt_client()\n" + GO + CALL, {}),
    "the run": (
        "run = lambda client, job_id=67891: client.run_job_and_poll(job_id).run_id\n"
        + GO
        + "    run(dbt_cloud.get_dbt_client())\n",
        {},
    ),
    "inside, with a default": (
        GO
        + "    run = lambda job_id, interval=1: dbt_cloud.get_dbt_client().run_job_and_poll(job_id, poll_interval=interval)\n"
        + "    print([run(j).run_id for j in (67890, 67891)])\n",
        {},
    ),
    "a method": (
        "class Dbt:\n    def __init__(self, c):\n        self.c = c\n\n    run = lambda self: self.c.run_job_and_poll(67891)\n"
        + GO
        + "    Dbt(dbt_cloud.get_dbt_client()).run()\n",
        {},
    ),
    "another file": ("import helpers\n" + GO + BY_MODULE, HELPERS),
    "both branches": (
        'if os.environ.get("X"):\n    client_of = lambda r: r.get_dbt_client()\nelse:\n    client_of = lambda resource: resource.get_dbt_client()\n'
        + GO
        + CALL,
        {},
    ),
    "nothing is set of something else": (
        "import helpers\nhelpers.verbose = True\n" + GO + MADE + USED + BY_MODULE,
        HELPERS,
    ),
    "a test sets it": (
        "import helpers\n" + GO + BY_MODULE,
        {
            **HELPERS,
            "tests/test_go.py": "import helpers\n\n\ndef test_go():\n    helpers.client_of = print\n",
        },
    ),
}  # fmt: skip
KEPT: dict[str, tuple[str, dict[str, str]]] = {
    "a fake in one branch": (
        GET + 'if os.environ.get("DRY"):\n    client_of = lambda resource: Fake()\n' + GO + CALL,
        {},
    ),
    "called by who knows what": (
        "import functools\n" + GET + GO + "    functools.reduce(lambda a, f: f(a), [client_of], dbt_cloud).get_runs()\n",
        {},
    ),
    "set by its module": ("import helpers\nhelpers.client_of = fake\n" + GO + BY_MODULE, HELPERS),
    "set by a name that is computed": (
        'import helpers\nfor name in ("client_of",):\n    setattr(helpers, name, fake)\n' + GO + BY_MODULE,
        HELPERS,
    ),
    "set in the dict of its module": ('import helpers\nvars(helpers)["client_of"] = fake\n' + GO + BY_MODULE, HELPERS),
    "put into the dict of its module": (
        "import helpers\nhelpers.__dict__.update(client_of=fake)\n" + GO + BY_MODULE,
        HELPERS,
    ),
    "set by a text": ('import helpers\nsetattr(helpers, "client_of", fake)\n' + GO + BY_MODULE, HELPERS),
    "set in a file of no legacy name": (
        "import helpers\nimport patching\n" + GO + BY_MODULE,
        {**HELPERS, "patching.py": "import helpers\n\nhelpers.client_of = lambda resource: print\n"},
    ),
    "set in such a file, of a function": (
        "import helpers\nimport patching\n" + GO + BY_MODULE,
        {
            "helpers.py": "def client_of(resource):\n    return resource.get_dbt_client()\n",
            "patching.py": "import helpers as h\n\nh.client_of = print\n",
        },
    ),
    "a method is set": ("Service.get = fake\n" + GO + MADE + USED, {}),
    "a method of an object is set": (GO + MADE + "    service.get = lambda: Fake()\n" + USED, {}),
    "an attribute of an object is set": (GO + MADE + "    service.client = Fake()\n" + USED, {}),
}  # fmt: skip


@pytest.mark.parametrize("name", MIGRATE)
def test_what_is_followed_migrates(tmp_path: Path, name: str) -> None:
    program, others = MIGRATE[name]
    texts, report = migrate(tmp_path, {"program.py": HEAD + program + TAIL, **others})
    assert not [one.message for one in report.findings if one.code.startswith("LDC30")]
    assert "legacy_shim" not in "".join(texts.values())
    assert "get_dbt_client" not in "".join(texts.values())


@pytest.mark.parametrize("name", KEPT)
def test_what_may_be_something_else_stays(tmp_path: Path, name: str) -> None:
    program, others = KEPT[name]
    texts, report = migrate(tmp_path, {"program.py": HEAD + program + TAIL, **others})
    assert "DbtCloudWorkspace" not in texts["program.py"]
    assert [one for one in report.findings if one.code == "LDC303"]
