"""Classes that derive from the legacy resource and stay: what is plainly legacy under a key becomes v2 beside them."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate

_FLOW = """
import os

from dagster import job, op
from dagster_dbt import DbtCloudClientResource

{op}

@job
def nightly():
    work()
"""
_DEFINITIONS = """
import os

from dagster import Definitions
from dagster_dbt import DbtCloudClientResource
from flow import nightly

defs = Definitions(
    jobs=[nightly],
    resources={"dbt_cloud": DbtCloudClientResource(auth_token=os.environ["T"], account_id=12345)},
)
"""
_GIVEN = "@op\ndef work(dbt_cloud: DbtCloudClientResource):\n    return {read}\n"
_KEYED = '@op(required_resource_keys={{"dbt_cloud"}})\ndef work(context):\n    return {read}\n'
_READS = {
    "client": (
        _GIVEN.format(read='dbt_cloud.get_dbt_client().get_job(67890)["name"]'),
        'dbt_cloud.get_client().get_job_details(67890)["name"]',
    ),
    "setting": (_GIVEN.format(read="dbt_cloud.account_id"), "dbt_cloud.credentials.account_id"),
    "by key": (
        _KEYED.format(read="context.resources.dbt_cloud.list_run_artifacts(1)"),
        "context.resources.dbt_cloud.get_client().list_run_artifacts(1)",
    ),
}
_STUBS = {
    "overrides the getter": "    def get_dbt_client(self):\n        return Fake()\n",
    "overrides a setting": '    account_id: int = 1\n    auth_token: str = "x"\n',
    "stands in for the client": "    def list_run_artifacts(self, run_id):\n        return []\n\n    def get_dbt_client(self):\n        return Fake()\n",
}
_FAKE = "\n\nclass Fake:\n    def get_job(self, job_id):\n        return {'name': 'fake'}\n"


@pytest.mark.parametrize("read", _READS.values(), ids=_READS)
@pytest.mark.parametrize("stub", _STUBS.values(), ids=_STUBS)
def test_a_stub_of_a_test_does_not_keep_what_is_tested(
    tmp_path: Path, stub: str, read: tuple[str, str]
) -> None:
    before, after = read
    test = (
        "from dagster_dbt import DbtCloudClientResource\nfrom flow import nightly\n\n\n"
        f"class Stub(DbtCloudClientResource):\n{stub}{_FAKE}\n\n"
        'def test_nightly():\n    nightly.execute_in_process(resources={"dbt_cloud": Stub(auth_token="x", account_id=1)})\n'
    )
    files = {"flow.py": _FLOW.format(op=before), "definitions.py": _DEFINITIONS, "test_flow.py": test}
    texts, report = migrate(tmp_path, files)
    assert f"return {after}\n" in texts["flow.py"]
    assert "legacy_shim" not in texts["flow.py"] + texts["definitions.py"]
    assert "from legacy_shim import DbtCloudClientResource" in texts["test_flow.py"]
    told = [each.message for each in report.findings if each.place.path.name == "test_flow.py"]
    assert any('stands in for the resource "dbt_cloud": the migrated code makes v2' in each for each in told)


def test_a_resource_of_a_test_that_is_kept_on_request_keeps_what_is_tested(tmp_path: Path) -> None:
    test = (
        "from dagster_dbt import DbtCloudClientResource\nfrom flow import nightly\n\n"
        'CLOUD = DbtCloudClientResource(auth_token="x", account_id=12345)  # legacy-shim: keep until March\n\n\n'
        'def test_nightly():\n    nightly.execute_in_process(resources={"dbt_cloud": CLOUD})\n'
    )
    files = {
        "flow.py": _FLOW.format(op=_READS["client"][0]),
        "definitions.py": _DEFINITIONS,
        "test_flow.py": test,
    }
    texts, _ = migrate(tmp_path, files)
    assert "cloud_v2" not in texts["flow.py"] + texts["definitions.py"]


@pytest.mark.parametrize("stub", sorted(_STUBS.keys() - {"overrides a setting"}))
def test_a_stub_beside_the_code_under_its_key_keeps_it(tmp_path: Path, stub: str) -> None:
    local = (
        "import os\n\nfrom dagster import Definitions\nfrom dagster_dbt import DbtCloudClientResource\nfrom flow import nightly\n\n\n"
        f"class Stub(DbtCloudClientResource):\n{_STUBS[stub]}{_FAKE}\n\n"
        'defs = Definitions(jobs=[nightly], resources={"dbt_cloud": Stub(auth_token="x", account_id=12345)})\n'
    )
    files = {
        "flow.py": _FLOW.format(op=_READS["client"][0]),
        "definitions.py": _DEFINITIONS,
        "local.py": local,
    }
    texts, _ = migrate(tmp_path, files)
    assert "cloud_v2" not in texts["flow.py"]


@pytest.mark.parametrize("read", _READS.values(), ids=_READS)
@pytest.mark.parametrize("stub", _STUBS.values(), ids=_STUBS)
def test_a_class_under_another_key_hides_nothing_of_the_legacy_one(
    tmp_path: Path, stub: str, read: tuple[str, str]
) -> None:
    before, after = read
    team = f"\n\nclass Team(DbtCloudClientResource):\n{stub}{_FAKE}\n\n@op\ndef other(team: Team):\n    return team.auth_token\n"
    definitions = _DEFINITIONS.replace("import nightly", "import Team, nightly").replace(
        "resources={", 'resources={"team": Team(auth_token="x", account_id=12345), '
    )
    files = {"flow.py": _FLOW.format(op=before) + team, "definitions.py": definitions}
    texts, _ = migrate(tmp_path, files)
    is_kept = "class Team(DbtCloudClientResource)" in texts["flow.py"] and "cloud_v2" not in texts["flow.py"]
    assert is_kept or f"return {after}\n" in texts["flow.py"]
