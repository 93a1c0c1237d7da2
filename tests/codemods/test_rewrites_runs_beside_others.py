"""A run that may also be an object of the user's, as a dry run has one, is an object with the same attributes."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate

PROGRAM = """
import os
from collections import namedtuple
from dataclasses import dataclass
from types import SimpleNamespace
from dagster import job, op
from dagster_dbt import DbtCloudClientResource, DbtCloudOutput

dbt = DbtCloudClientResource(auth_token="t", account_id=12345)


@dataclass
class Dry:
    job_name: str = "dry"
    run_id: int = 0


class Fake:
    def run_job_and_poll(self, job_id):
        return Dry()


Named = namedtuple("Named", "job_name run_id")
{above}

@op
def nightly(context, dbt: DbtCloudClientResource):
    client = dbt.get_dbt_client()
    {body}


@job(resource_defs={{"dbt": dbt}})
def by_hand():
    nightly()
"""
PICK = (
    "\ndef pick(client):\n    return {other} if os.environ.get('DRY') else client.run_job_and_poll(67891)\n"
)
OTHERS = ["Dry()", "SimpleNamespace(job_name='dry', run_id=0)", "Named('dry', 0)", "dict(job_name='dry')"]
READS = [
    "out = pick(client)\n    print(out.job_name)",
    "print(pick(client).run_id)",
    "for out in [pick(client), pick(client)]:\n        print(out.job_name)",
    "out = pick(client)\n    print(out.job_name if isinstance(out, Dry) else out.result)",
]
STAYS = {
    "a status": (
        PICK.format(other="SimpleNamespace(run_status='Success')"),
        "print(pick(client).run_status)",
    ),
    "a fake of the client": (
        "",
        "client = Fake() if os.environ.get('DRY') else client\n    print(client.run_job_and_poll(67891).job_name)",
    ),
}
NEVER_ANOTHER = [
    "out = client.run_job_and_poll(67891)\n    print(out.job_name)\n    out = Dry()\n    print(out.run_id)"
]


@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize("body", READS)
def test_what_may_be_a_run_or_another_object_is_read_as_before(tmp_path: Path, other: str, body: str) -> None:
    texts, report = migrate(tmp_path, {"defs.py": PROGRAM.format(above=PICK.format(other=other), body=body)})
    text = texts["defs.py"]
    assert "legacy_shim" not in text and "class DbtCloudOutput:" in text
    assert all(line in text for line in body.split("\n") if "run_job_and_poll" not in line)
    assert any(each.code == "LDC213" for each in report.findings)


def test_a_name_that_may_be_bound_to_another_object_is_read_as_before(tmp_path: Path) -> None:
    body = "out = client.run_job_and_poll(67891)\n    if not out.run_id:\n        out = Dry()\n    print(out.job_name)"
    texts, _ = migrate(tmp_path, {"defs.py": PROGRAM.format(above="", body=body)})
    assert "legacy_shim" not in texts["defs.py"] and "    print(out.job_name)\n" in texts["defs.py"]


@pytest.mark.parametrize(("above", "body"), STAYS.values(), ids=STAYS)
def test_what_is_not_read_alike_of_a_run_and_of_another_object_stays(
    tmp_path: Path, above: str, body: str
) -> None:
    texts, report = migrate(tmp_path, {"defs.py": PROGRAM.format(above=above, body=body)})
    assert "from legacy_shim import" in texts["defs.py"]
    assert any("not legacy and would" in each.message for each in report.findings if each.code == "LDC303")


@pytest.mark.parametrize("body", NEVER_ANOTHER)
def test_a_name_that_is_another_object_later_leaves_a_run_a_mapping(tmp_path: Path, body: str) -> None:
    texts, _ = migrate(
        tmp_path, {"defs.py": PROGRAM.format(above="", body=body).replace(", DbtCloudOutput", "")}
    )
    assert 'print(out["job"]["name"])' in texts["defs.py"] and "print(out.run_id)" in texts["defs.py"]


def test_an_object_of_a_test_leaves_a_run_a_mapping(tmp_path: Path) -> None:
    program = PROGRAM.format(above="", body="print(told(client.run_job_and_poll(67891)))")
    program = program.replace("@op", "def told(run):\n    return run.job_name\n\n\n@op").replace(
        ", DbtCloudOutput", ""
    )
    test = "from defs import Dry, told\n\ndef test_told():\n    assert told(Dry()) == 'dry'\n"
    texts, report = migrate(tmp_path, {"defs.py": program, "test_defs.py": test})
    assert 'return run["job"]["name"]' in texts["defs.py"]
    assert [each.place.path.name for each in report.findings if each.code == "LDC302"] == ["test_defs.py"]


MADE = {
    "called": "class Own:\n    made = DbtCloudOutput({'id': 1}, {})",
    "derived from": "class Own(DbtCloudOutput):\n    def __init__(self):\n        super().__init__({'id': 1}, {})",
    "handed on": "OWN = list(map(DbtCloudOutput, [{'id': 1}], [{}]))",
    "under another name": "Own = DbtCloudOutput",
}


@pytest.mark.parametrize("above", MADE.values(), ids=MADE)
def test_objects_that_code_makes_may_lack_what_it_does_not_read(tmp_path: Path, above: str) -> None:
    body = "out = client.run_job_and_poll(67891)\n    print(isinstance(out, DbtCloudOutput), out.run_id)"
    texts, _ = migrate(tmp_path, {"defs.py": PROGRAM.format(above=f"\n{above}\n", body=body)})
    if "from legacy_shim" not in texts["defs.py"]:
        assert "    @property\n    def run_id(self):" in texts["defs.py"]


@pytest.mark.parametrize(
    "body", ["out = client.run_job_and_poll(67891)\n    print(isinstance(out, DbtCloudOutput), out.run_id)"]
)
def test_objects_that_no_code_makes_have_it_all(tmp_path: Path, body: str) -> None:
    texts, _ = migrate(tmp_path, {"defs.py": PROGRAM.format(above="", body=body)})
    assert "class DbtCloudOutput:" in texts["defs.py"] and "@property" not in texts["defs.py"]
