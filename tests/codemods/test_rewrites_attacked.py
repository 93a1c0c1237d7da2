"""Programs that broke in silence once: each migrates whole, or stays with the reason."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate, migrate_one

LOADS = """
import os
from dagster import *
from dagster_dbt import dbt_cloud_resource, load_assets_from_dbt_cloud_job

cloud = dbt_cloud_resource("t", 12345)
DAYS = DailyPartitionsDefinition("2024-01-01")
"""
MAY_BE_NONE = {
    "a parameter": """
def load(job_id, partitions=None, variables=None):
    return load_assets_from_dbt_cloud_job(cloud, job_id, partitions_def=partitions, partition_key_to_vars_fn=variables)
models = [load(67890), load(67891, DAYS, lambda key: {"day": key})]
""",
    "a table": """
JOBS = [(67890, None, None), (67891, DAYS, lambda key: {"day": key})]
models = [
    load_assets_from_dbt_cloud_job(cloud, job, partitions_def=days, partition_key_to_vars_fn=variables)
    for job, days, variables in JOBS
]
""",
    "a condition": """
models = [load_assets_from_dbt_cloud_job(
    cloud, 67890, partitions_def=DAYS, partition_key_to_vars_fn=(lambda key: {"day": key}) if os.environ else None
)]
""",
}


@pytest.mark.parametrize("load", MAY_BE_NONE.values(), ids=MAY_BE_NONE)
def test_a_load_stays_whose_function_for_variables_may_be_none(tmp_path: Path, load: str) -> None:
    text, codes = migrate_one(tmp_path, LOADS + load + "defs = Definitions(assets=models)\n")
    assert "LDC302" in codes
    assert load in text


def test_a_load_whose_function_for_variables_is_there_migrates(tmp_path: Path) -> None:
    load = "models = load_assets_from_dbt_cloud_job(cloud, 67890, partitions_def=DAYS, partition_key_to_vars_fn=dict)\n"
    text, _ = migrate_one(tmp_path, LOADS + load + "defs = Definitions(assets=[models])\n")
    assert "legacy_shim" not in text


BUILT = 'DbtCloudClientResource(auth_token="t", account_id=12345).get_dbt_client()'


@pytest.mark.parametrize(
    "use",
    [
        f"client = {BUILT}\nclient.get_job(67890)",
        f"def client():\n    return {BUILT}\nclient().get_job(67890)",
        f"{BUILT}.get_job(67890)",
        f"def go(client):\n    return client.get_job(67890)\ngo({BUILT})",
    ],
)
@pytest.mark.parametrize("star", ["", "from typing import *\n"])
def test_a_resource_that_is_built_where_it_is_called_becomes_v2(tmp_path: Path, use: str, star: str) -> None:
    text, codes = migrate_one(tmp_path, f"{star}from dagster_dbt import DbtCloudClientResource\n{use}\n")
    assert not {"LDC302", "LDC303", "LDC507"} & set(codes)
    assert "legacy_shim" not in text and ").get_client()" in text and ".get_job_details(67890)" in text


@pytest.mark.parametrize("own", ["from fastops import op", "def op(function): ...", "op = print"])
def test_a_name_that_the_file_binds_is_not_that_of_the_star(tmp_path: Path, own: str) -> None:
    text, _ = migrate_one(
        tmp_path,
        f"from dagster import *\nfrom dagster_dbt import dbt_cloud_resource, dbt_cloud_run_op\n{own}\n"
        'run_it = dbt_cloud_run_op.configured({"job_id": 67890}, name="run_it")\n'
        '@job(resource_defs={"dbt_cloud": dbt_cloud_resource("t", 12345)})\ndef nightly(): run_it()\n',
    )
    assert "from dagster import op as dagster_op" in text and "@dagster_op(" in text


def test_a_fake_that_a_fixture_delivers_is_named(tmp_path: Path) -> None:
    files = {
        "logic.py": "def report(client):\n    return client.run_job_and_poll(67890).run_id\n",
        "definitions.py": "from dagster import *\nfrom dagster_dbt import DbtCloudClientResource\nfrom logic import report\n"
        "@asset\ndef a(cloud: DbtCloudClientResource): return report(cloud.get_dbt_client())\n"
        'defs = Definitions(assets=[a], resources={"cloud": DbtCloudClientResource(auth_token="t", account_id=12345)})\n',
        "test_logic.py": "import pytest\nfrom logic import report\nclass Out: run_id = 3\n"
        "class Fake:\n    def run_job_and_poll(self, job_id): return Out()\n"
        "@pytest.fixture\ndef client(): return Fake()\ndef test_it(client): assert report(client) == 3\n",
    }
    texts, report = migrate(tmp_path, files)
    told = [(finding.place.path.name, finding.code) for finding in report.findings]
    assert ("test_logic.py", "LDC302") in told
    assert "legacy_shim" not in texts["definitions.py"] and texts["test_logic.py"] == files["test_logic.py"]


def test_loads_that_a_file_finds_by_their_class_stay(tmp_path: Path) -> None:
    files = {
        "models.py": LOADS + "weekly = load_assets_from_dbt_cloud_job(cloud, 67891)\n",
        "definitions.py": "import inspect, models\nfrom dagster import Definitions\nfrom somewhere import CacheableAssetsDefinition\n"
        "defs = Definitions(assets=[o for _, o in inspect.getmembers(models, lambda o: isinstance(o, CacheableAssetsDefinition))])\n",
    }
    texts, report = migrate(tmp_path, files)
    assert "LDC302" in [finding.code for finding in report.findings]
    assert "load_assets_from_dbt_cloud_job(cloud, 67891)" in texts["models.py"]


def test_places_that_select_what_v2_adds_are_named(tmp_path: Path) -> None:
    program = LOADS + (
        "models = load_assets_from_dbt_cloud_job(cloud, 67890)\n"
        'daily = define_asset_job("daily", selection=AssetSelection.tag("daily", ""))\n'
        'weekly = define_asset_job("weekly", selection="tag:weekly")\n'
        'duck = define_asset_job("duck", AssetSelection.all() - AssetSelection.kind("duckdb"))\n'
        'other = define_asset_job("other", "key:orders or kind:duckdb")\n'
        'mine = define_asset_job("mine", AssetSelection.owner("team:crm"))\n'
        'named = define_asset_job("named", selection=AssetSelection.keys("orders"))\n'
        'print("kind: of", "tag:daily")\n'
        "defs = Definitions(assets=[models], jobs=[daily, weekly, duck, other, mine, named])\n"
    )
    text, report = migrate(tmp_path, {"program.py": program})
    lines = program.lstrip("\n").split("\n")
    named = [lines[one.place.line - 1].split(" ")[0] for one in report.findings if one.code == "LDC228"]
    assert named == ["daily", "weekly", "duck", "other", "mine"]
    assert "enable_asset_checks" not in text["program.py"]


@pytest.mark.parametrize(
    "selection",
    [
        "AssetSelection.all() - AssetSelection.all_asset_checks()",
        'AssetSelection.keys("orders").without_checks()',
        'AssetSelection.assets("orders") & AssetSelection.checks(AssetCheckKey(AssetKey("orders"), "own"))',
    ],
)
def test_where_checks_are_selected_the_tests_of_dbt_are_none(tmp_path: Path, selection: str) -> None:
    program = LOADS + (
        "models = load_assets_from_dbt_cloud_job(cloud, 67890)\n"
        f'fast = define_asset_job("fast", {selection})\n'
        "defs = Definitions(assets=[models], jobs=[fast])\n"
    )
    text, report = migrate(tmp_path, {"program.py": program})
    settings = "(\n        DagsterDbtTranslatorSettings(enable_asset_checks=False)\n    )"
    assert f"    dagster_dbt_translator=DagsterDbtTranslator{settings},\n" in text["program.py"]
    (checks,) = {one.message.partition(": ")[2] for one in report.findings if one.code == "LDC205"}
    assert checks == "dbt tests do not become asset checks, so that this selects what it selected before"
