"""Where the results of a run are read, the client is written again only where it surely is the one that ran the job."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate

PROGRAM = """
from dagster import job, op
from dagster_dbt import DbtCloudClientResource

dbt = DbtCloudClientResource(auth_token="t", account_id=12345)
{above}

@op
def nightly(context, dbt: DbtCloudClientResource):
    {body}


@job(resource_defs={{"dbt": dbt}})
def by_hand():
    nightly()
"""
SERVICE = """
class Service:
    def __init__(self, client):
        self.client = client
{more}
    def rows(self):
        out = self.client.run_job_and_poll(67891)
        {between}
        return len(out.result["results"])
"""
RUN = "client = dbt.get_dbt_client()\n    out = client.run_job_and_poll(67891)\n    "
ROWS = "print(len(out.result['results']))"
CLOSE = "    def close(self):\n        {}\n"
NOT_THE_SAME = {
    "deleted": ("", RUN + "del client\n    " + ROWS),
    "deleted in a branch": ("", RUN + "if context.run_id:\n        del client\n    " + ROWS),
    "deleted before a function reads": ("", RUN + f"later = lambda: {ROWS}\n    del client\n    later()"),
    "the resource is deleted": (
        "",
        "out = dbt.get_dbt_client().run_job_and_poll(67891)\n    del dbt\n    " + ROWS,
    ),
    "a parameter is deleted": (
        "\ndef rows(client):\n    out = client.run_job_and_poll(67891)\n    del client\n    return out.result\n",
        "print(rows(dbt.get_dbt_client()))",
    ),
    "a global that a function binds": (
        "\nclient = None\n\n\ndef close():\n    global client\n    client = None\n",
        "global client\n    " + RUN + "close()\n    " + ROWS,
    ),
    "a method sets the attribute": (
        SERVICE.format(more=CLOSE.format("self.client = None"), between="self.close()"),
        "print(Service(dbt.get_dbt_client()).rows())",
    ),
    "a method deletes the attribute": (
        SERVICE.format(more=CLOSE.format("del self.client"), between="self.close()"),
        "print(Service(dbt.get_dbt_client()).rows())",
    ),
    "an object is made again": (
        SERVICE.format(more="", between="self.__init__(None)"),
        "print(Service(dbt.get_dbt_client()).rows())",
    ),
    "a class below sets the attribute": (
        SERVICE.format(more=CLOSE.format("pass"), between="self.close()")
        + "\nclass Other(Service):\n    def close(self):\n        self.client = None\n",
        "print(Other(dbt.get_dbt_client()).rows())",
    ),
    "a function sets the attribute": (
        SERVICE.format(more="", between="close(self)") + "\ndef close(service):\n    service.client = None\n",
        "print(Service(dbt.get_dbt_client()).rows())",
    ),
    "two attributes change places": (
        "\nclass Pair:\n    def __init__(self, a, b):\n        self.a, self.b = a, b\n"
        "\n    def rows(self):\n        out = self.a.run_job_and_poll(67891)\n        self.a, self.b = self.b, self.a\n"
        "        return len(out.result['results'])\n",
        "print(Pair(dbt.get_dbt_client(), dbt.get_dbt_client()).rows())",
    ),
    "a property": (
        "\nclass Made:\n    def __init__(self, resource):\n        self.resource = resource\n"
        "\n    @property\n    def client(self):\n        print('made')\n        return self.resource.get_dbt_client()\n",
        "made = Made(dbt)\n    out = made.client.run_job_and_poll(67891)\n    " + ROWS,
    ),
    "taken out of a dict": (
        "",
        "box = {'a': dbt.get_dbt_client()}\n    out = box['a'].run_job_and_poll(67891)\n    box.pop('a')\n    "
        + ROWS,
    ),
    "the client of an earlier call": (
        "\ndef step(client, before=None):\n    out = client.run_job_and_poll(67891)\n"
        "    if before:\n        print(len(before.result['results']))\n    return out\n",
        "step(dbt.get_dbt_client(), step(dbt.get_dbt_client()))",
    ),
    "the client of an earlier turn": (
        "",
        "out = None\n    for client in (dbt.get_dbt_client(), dbt.get_dbt_client()):\n"
        "        if out:\n            print(len(out.result['results']))\n        out = client.run_job_and_poll(67891)",
    ),
    "the client of the last turn": (
        "",
        "out = None\n    for client in (dbt.get_dbt_client(), dbt.get_dbt_client()):\n"
        "        out = out or client.run_job_and_poll(67891)\n    " + ROWS,
    ),
}
THE_SAME = {
    "a name": ("", RUN + ROWS),
    "a function of its own": ("", RUN + f"later = lambda: {ROWS}\n    later()"),
    "in a turn of a loop": (
        "",
        "for client in (dbt.get_dbt_client(), dbt.get_dbt_client()):\n"
        "        out = client.run_job_and_poll(67891)\n        if out:\n            print([r for r in out.result['results']])",
    ),
    "another name is deleted": ("", "other = 1\n    " + RUN + "del other\n    " + ROWS),
    "an attribute that only __init__ sets": (
        SERVICE.format(more="", between="pass"),
        "print(Service(dbt.get_dbt_client()).rows())",
    ),
    "an attribute beside others that are set": (
        SERVICE.format(more=CLOSE.format("self.closed = True"), between="self.close()"),
        "print(Service(dbt.get_dbt_client()).rows())",
    ),
    "a list of runs of one client": (
        "",
        "client = dbt.get_dbt_client()\n    outs = [client.run_job_and_poll(j) for j in (67891, 67892)]\n"
        "    for out in outs:\n        " + ROWS,
    ),
    "the resource": ("", "out = dbt.get_dbt_client().run_job_and_poll(67891)\n    " + ROWS),
}


@pytest.mark.parametrize(("above", "body"), NOT_THE_SAME.values(), ids=NOT_THE_SAME)
def test_a_client_that_may_be_another_by_then_is_not_asked_for_the_results(
    tmp_path: Path, above: str, body: str
) -> None:
    texts, _ = migrate(tmp_path, {"defs.py": PROGRAM.format(above=above, body=body)})
    text = texts["defs.py"]
    assert ".get_run_results_json(out[" not in text.replace("before[", "out["), text
    assert "class DbtCloudOutput" in text or "from legacy_shim import" in text


@pytest.mark.parametrize(("above", "body"), THE_SAME.values(), ids=THE_SAME)
def test_a_client_that_stays_is_asked_where_the_results_are_read(
    tmp_path: Path, above: str, body: str
) -> None:
    texts, _ = migrate(tmp_path, {"defs.py": PROGRAM.format(above=above, body=body)})
    text = texts["defs.py"]
    assert "class DbtCloudOutput" not in text and "legacy_shim" not in text
    assert '.get_run_results_json(out["id"])' in text.replace("'", '"')
