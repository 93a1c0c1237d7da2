"""Modules of the tree without a legacy name, collected beside loads: they keep nothing. Those of other packages keep the resource."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate

COMMON = """
import os
from dagster_dbt import DbtCloudClientResource, load_assets_from_dbt_cloud_job

dbt_cloud = DbtCloudClientResource(auth_token=os.environ["DBT_CLOUD_API_TOKEN"], account_id=12345)
models = load_assets_from_dbt_cloud_job(dbt_cloud=dbt_cloud, job_id=67890)
"""
MARTS = """
from dagster import asset, op
import pandas
from requests import get


@asset
def mart():
    return get("https://example.com")


@op
def clean():
    pass
"""
HEAD = """
from dagster import Definitions, job, load_assets_from_modules
from common import dbt_cloud, models
"""
DEFS = 'defs = Definitions(assets={}, jobs=[{}], resources={{"dbt_cloud": dbt_cloud}})\n'
MIGRATE = {
    "module": ("import marts\n", "load_assets_from_modules([marts]) + [models]", ""),
    "module_under_another_name": ("import marts as m\n", "[*load_assets_from_modules([m]), models]", ""),
    "module_of_a_package": ("import lib.marts\n", "[*load_assets_from_modules([lib.marts]), models]", ""),
    "asset_of_a_module": ("import marts\n", "[marts.mart, models]", ""),
    "op_of_a_module": ("import marts\n@job\ndef nightly():\n    marts.clean()\n", "[models]", "nightly"),
}
KEPT = {
    "other_package": ("import theirs\n", "[*load_assets_from_modules([theirs]), models]", "", MARTS),
    "op_of_another_package": (
        "import theirs\n@job\ndef nightly():\n    theirs.clean()\n",
        "[models]",
        "nightly",
        MARTS,
    ),
    "module_that_hands_on_theirs": (
        "import marts\n",
        "[*load_assets_from_modules([marts]), models]",
        "",
        MARTS + "\nfrom theirs import asked\n",
    ),
    "asset_that_a_module_imports": (
        "import marts\n",
        "[marts.asked, models]",
        "",
        MARTS + "\nfrom theirs import asked\n",
    ),
    "asset_of_a_module_or_of_another_package": (
        "try:\n    import marts\nexcept ImportError:\n    import theirs as marts\n",
        "[*load_assets_from_modules([marts]), models]",
        "",
        MARTS,
    ),
}


def _migrated(folder: Path, marts: str, imports: str, assets: str, job: str) -> tuple[str, list[str]]:
    files = {
        "common.py": COMMON,
        "marts.py": marts,
        "lib/__init__.py": "",
        "lib/marts.py": marts,
        "definitions.py": HEAD + imports + DEFS.format(assets, job),
    }
    texts, report = migrate(folder, files)
    return texts["common.py"], [one.message for one in report.findings if one.code == "LDC303"]


@pytest.mark.parametrize("case", MIGRATE)
def test_modules_of_the_tree_beside_loads_migrate(tmp_path: Path, case: str) -> None:
    text, kept = _migrated(tmp_path, MARTS, *MIGRATE[case])
    assert not kept
    assert "@dbt_cloud_assets" in text


@pytest.mark.parametrize("case", KEPT)
def test_what_other_packages_define_keeps_the_resource(tmp_path: Path, case: str) -> None:
    imports, assets, job, marts = KEPT[case]
    text, kept = _migrated(tmp_path, marts, imports, assets, job)
    assert any("may use the resource" in one for one in kept)
    assert "legacy_shim" in text  # The resource that theirs may ask for stays as it was.
