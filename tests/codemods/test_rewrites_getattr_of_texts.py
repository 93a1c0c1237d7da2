"""``getattr(x, "name")`` is read as ``x.name``, where nothing else is called by that name."""

from __future__ import annotations

from pathlib import Path

import pytest
from one_op import GO, TAIL
from rewriting import migrate

HEAD = """
import os
from dagster import Definitions, job, op
from dagster_dbt import DbtCloudClientResource

"""
CALL = '    getattr(client, "run_job_and_poll")(67891)\n'
RUN = '    ran = client.run_job_and_poll(67891)\n    print(getattr(ran, "run_id"), getattr(ran, "run_details")["href"])\n'

MIGRATE = {
    "a method": (GO + CALL, "client.poll_run("),
    "a method that is kept": (GO + '    get = getattr(client, "get_job")\n    print(get(67891))\n', "client.get_job_details"),
    "what a run has": (GO + RUN, 'print(ran["id"], ran["href"])'),
    "of an attribute": (
        "class Has:\n    def __init__(self, client):\n        self.client = client\n"
        + GO
        + '    has = Has(client)\n    print(getattr(has, "client").get_job(67891))\n',
        'getattr(has, "client").get_job_details(67891)',
    ),
    "over several lines": (
        GO + '    print(getattr(\n        client,\n        "get_job",\n    )(67891))\n',
        "client.get_job_details(67891)",
    ),
    "the getter": (
        "\n@op\ndef go(dbt_cloud: DbtCloudClientResource):\n    print(getattr(dbt_cloud, 'get_dbt_client')().get_job(67891))\n",
        "dbt_cloud.get_client().get_job_details(67891)",
    ),
}  # fmt: skip
KEPT = {
    "a default": GO + '    getattr(client, "get_job", print)(67891)\n',
    "a name": GO + '    for name in ("get_job", "get_run"):\n        getattr(client, name)(1)\n',
    "another function of that name": "import theirs\n\n\ndef getattr(x, name):\n    return theirs.of(x)\n" + GO + CALL,
    "a star": "from theirs import *\n" + GO + CALL,
    "an import": "from theirs import getattr\n" + GO + CALL,
    "a parameter": "def call(getattr, client):\n    return getattr(client, 'get_job')(1)\n"
    + GO
    + "    call(lambda x, name: x.get_run, client)\n",
    "a hidden name": GO + '    getattr(client, "__class__")(1)\n',
}  # fmt: skip


@pytest.mark.parametrize("name", MIGRATE)
def test_an_attribute_is_read(tmp_path: Path, name: str) -> None:
    program, wanted = MIGRATE[name]
    texts, report = migrate(tmp_path, {"program.py": HEAD + program + TAIL})
    assert not [one.message for one in report.findings if one.code.startswith("LDC30")]
    assert wanted in texts["program.py"], texts["program.py"]
    assert "legacy_shim" not in texts["program.py"]


@pytest.mark.parametrize("name", KEPT)
def test_anything_else_stays(tmp_path: Path, name: str) -> None:
    texts, _ = migrate(tmp_path, {"program.py": HEAD + KEPT[name] + TAIL})
    assert "DbtCloudWorkspace" not in texts["program.py"]
