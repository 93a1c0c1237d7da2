"""A key that legacy code asks for may mean any resource, where what is bound to it cannot be traced."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate

RESOURCES = """
from dagster import EnvVar
from dagster_dbt import DbtCloudClientResource

cloud = DbtCloudClientResource(auth_token=EnvVar("TOKEN"), account_id=12345)
by_name = {"prod": cloud}

def make():
    return cloud
"""
OPS = """
from dagster import job, op
from dagster_dbt import DbtCloudClientResource

@op
def one(dbt: DbtCloudClientResource):
    dbt.get_dbt_client().get_job(67890)

@op
def two(dbt_cloud: DbtCloudClientResource):
    dbt_cloud.get_dbt_client().run_job_and_poll(67890)

@job
def nightly():
    one()

@job
def weekly():
    two()
"""
NIGHTLY = """
from dagster import Definitions
from acme.ops import nightly
from acme.resources import cloud
defs = Definitions(jobs=[nightly], resources={"dbt": cloud})
"""
WEEKLY = """
from dagster import Definitions, ResourceDefinition
from acme.ops import weekly
{0}
defs = Definitions(jobs=[weekly], resources={1})
"""
LAZY = "import importlib\n\ndef __getattr__(name):\n    return getattr(importlib.import_module('acme.' + 'resources'), name)\n"


def _migrated(folder: Path, imported: str, bound: str, package: str = LAZY) -> tuple[dict[str, str], str]:
    files = {
        "acme/__init__.py": package,
        "acme/resources.py": RESOURCES,
        "acme/ops.py": OPS,
        "nightly.py": NIGHTLY,
        "weekly.py": WEEKLY.format(imported, bound),
    }
    texts, report = migrate(folder, files)
    return texts, " ".join(finding.message for finding in report.findings)


@pytest.mark.parametrize(
    ("imported", "bound"),
    [
        ("import acme", "{'dbt_cloud': acme.cloud}"),
        ("from acme import cloud", "{'dbt_cloud': cloud}"),
        ("from acme import cloud as found", "{'dbt_cloud': found}"),
        ("import acme\nfound = acme.cloud", "{'dbt_cloud': found}"),
        ("import acme", "{'dbt_cloud': acme.make()}"),
        ("import acme", "dict(dbt_cloud=acme.by_name['prod'])"),
        ("import acme\nR = {}\nR['dbt_cloud'] = acme.cloud", "R"),
        ("from acme import resources", "{'dbt_cloud': vars(resources)['cloud']}"),
        ("from acme import resources", "{'dbt_cloud': getattr(resources, 'clo' + 'ud')}"),
        ("from pkgutil import resolve_name", "{'dbt_cloud': resolve_name('acme.resources:cloud')}"),
        ("import pydoc", "{'dbt_cloud': pydoc.locate('acme.resources.cloud')}"),
    ],
)
def test_the_resource_stays(tmp_path: Path, imported: str, bound: str) -> None:
    texts, said = _migrated(tmp_path, imported, bound)
    assert "DbtCloudWorkspace" not in "".join(texts.values())
    assert 'which is bound to "dbt_cloud" at' in said


@pytest.mark.parametrize(
    ("imported", "bound"),
    [
        ("from elsewhere import cloud", "{'dbt_cloud': cloud}"),
        ("import elsewhere", "{'dbt_cloud': elsewhere.make()}"),
        ("", "{'dbt_cloud': ResourceDefinition.none_resource()}"),
        ("", "{'dbt_cloud': object()}"),
        ("", "{'other': 1}"),
        ("class Fake:\n    pass\n", "{'dbt_cloud': Fake()}"),
    ],
)
def test_it_migrates_where_something_else_is_bound(tmp_path: Path, imported: str, bound: str) -> None:
    texts, said = _migrated(tmp_path, imported, bound)
    assert "DbtCloudWorkspace(" in texts["acme/resources.py"]
    assert "cannot be traced: import it there" not in said


def test_all_migrates_where_it_is_imported_by_its_name(tmp_path: Path) -> None:
    texts, _ = _migrated(tmp_path, "import acme.resources", "{'dbt_cloud': acme.resources.cloud}", "")
    assert "legacy_shim" not in "".join(texts.values())
