"""What code sets on the legacy API's own classes, modules and objects is not there in v2: it keeps what it reaches."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate

_HEAD = """
import os
import dagster_dbt.cloud.resources
from dagster import Definitions, asset
from dagster_dbt import DbtCloudClientResource
from dagster_dbt.cloud import resources as legacy
from dagster_dbt.cloud.resources import DbtCloudClient
from unittest import mock


def traced(inner):
    return inner
"""
_REST = """
@asset
def names(dbt_cloud: DbtCloudClientResource):
    client = dbt_cloud.get_dbt_client()
    box = Box()
{inside}
    return client.get_job(67890)["name"]


class Box:
    pass


defs = Definitions(
    assets=[names],
    resources={{"dbt_cloud": DbtCloudClientResource(auth_token=os.environ["T"], account_id=12345)}},
)
"""
_FOR_ALL = {
    "attribute": "DbtCloudClient.run_job = traced(1)",
    "attribute, unpacked": "DbtCloudClient.run_job, other = traced(1), 2",
    "attribute, annotated": "DbtCloudClient.retries: int = 1",
    "attribute, deleted": "del DbtCloudClient.get_runs",
    "attribute of the resource": "DbtCloudClientResource.get_dbt_client = traced(1)",
    "by a module": "dagster_dbt.cloud.resources.DbtCloudClient.run_job = traced(1)",
    "of a module": "legacy.DbtCloudClient = traced(1)",
    "constant of a module": "dagster_dbt.cloud.resources.DEFAULT_POLL_INTERVAL = 1",
    "by another name": "Base = DbtCloudClient\nBase.run_job = traced(1)",
    "in a loop": "for one in (DbtCloudClient,):\n    one.run_job = traced(1)",
    "setattr": 'setattr(DbtCloudClient, "run_job", traced(1))',
    "delattr": 'delattr(DbtCloudClient, "get_runs")',
    "setattr of a parameter": 'def quiet(one):\n    setattr(one, "run_job", traced(1))\n\n\nquiet(DbtCloudClient)',
    "a patch that starts": 'mock.patch.object(DbtCloudClient, "run_job", traced(1)).start()',
}
_FOR_ONE = {
    "attribute": "    client.run_job = traced(1)",
    "loop": "    for client.number in (1, 2):\n        pass",
    "manager": "    with open(os.devnull) as client.file:\n        pass",
    "augmented": "    client.number += 1",
    "deleted": "    del client.number",
    "of the resource": "    dbt_cloud.number = 1",
}
_OF_OTHERS = {
    "object of one's own": "    box.client = 1",
    "module": "    os.sep_of_mine = 1",
    "function": "    traced.calls = 1",
}


@pytest.mark.parametrize("patch", _FOR_ALL.values(), ids=_FOR_ALL)
def test_what_is_changed_for_all_code_keeps_all_of_it(tmp_path: Path, patch: str) -> None:
    program = f"{_HEAD}\n{patch}\n{_REST.format(inside='')}"
    texts, report = migrate(tmp_path, {"program.py": program})
    assert "cloud_v2" not in texts["program.py"]
    assert any("is changed here for all code" in each.message for each in report.findings)


def test_what_another_file_changes_keeps_all_code(tmp_path: Path) -> None:
    tracing = "from dagster_dbt.cloud.resources import DbtCloudClient\n\n\ndef install():\n    DbtCloudClient.run_job = None\n"
    texts, _ = migrate(tmp_path, {"program.py": _HEAD + _REST.format(inside=""), "tracing.py": tracing})
    assert "cloud_v2" not in texts["program.py"]


@pytest.mark.parametrize("patch", ["DbtCloudClient.run_job = traced(1)", _FOR_ALL["a patch that starts"]])
def test_what_a_test_changes_for_itself_keeps_nothing(tmp_path: Path, patch: str) -> None:
    files = {"program.py": _HEAD + _REST.format(inside=""), "test_program.py": f"{_HEAD}\n{patch}\n"}
    texts, report = migrate(tmp_path, files)
    assert "cloud_v2" in texts["program.py"]
    assert "LDC302" in {each.code for each in report.findings if each.place.path.name == "test_program.py"}


@pytest.mark.parametrize("inside", _FOR_ONE.values(), ids=_FOR_ONE)
def test_what_is_set_on_a_client_or_resource_keeps_it(tmp_path: Path, inside: str) -> None:
    texts, report = migrate(tmp_path, {"program.py": _HEAD + _REST.format(inside=inside)})
    assert "cloud_v2" not in texts["program.py"]
    assert any("take no attributes" in each.message for each in report.findings)


@pytest.mark.parametrize("inside", _OF_OTHERS.values(), ids=_OF_OTHERS)
def test_what_is_set_on_others_keeps_nothing(tmp_path: Path, inside: str) -> None:
    texts, _ = migrate(tmp_path, {"program.py": _HEAD + _REST.format(inside=inside)})
    assert "cloud_v2" in texts["program.py"]


@pytest.mark.parametrize(
    "target",
    ['BASE + ".DbtCloudClient.get_job"', 'f"{BASE}.DbtCloudClient.get_job"', 'f"{BASE}.{NAME}" + ".get_job"'],
)
def test_a_patch_of_a_text_that_is_put_together_is_reported(tmp_path: Path, target: str) -> None:
    test = f'from unittest.mock import patch\n\nBASE = "dagster_dbt.cloud.resources"\nNAME = "DbtCloudClient"\n\n\n@patch({target})\ndef test_names(get_job):\n    pass\n'
    texts, report = migrate(tmp_path, {"test_names.py": test})
    assert texts["test_names.py"] == test
    assert [each.message for each in report.findings] == [
        "this mock patches the legacy client and no longer affects migrated code"
    ]
