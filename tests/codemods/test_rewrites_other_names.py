"""Modules that are imported by another name than their path gives them: what they hand out stays with who imports it."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate

_CLOUD = """
import os

from dagster_dbt import DbtCloudClientResource

cloud = DbtCloudClientResource(auth_token=os.environ["T"], account_id=12345)


def make_cloud():
    return cloud
"""
_LOADS = """
from dagster import Definitions
from dagster_dbt import load_assets_from_dbt_cloud_job
{imports}
models = load_assets_from_dbt_cloud_job({cloud}, 67890)
defs = Definitions(assets=[models], resources={{"dbt": {cloud}}})
"""
_RUNS = "{imports}\n\n\ndef run():\n    return {cloud}.get_dbt_client().run_job_and_poll(67890).run_id\n"
_IMPORTS = {
    "name": ("from acme.cloud import cloud", "cloud"),
    "renamed": ("from acme.cloud import cloud as dbt", "dbt"),
    "function": ("from acme.cloud import make_cloud", "make_cloud()"),
    "star": ("from acme.cloud import *", "cloud"),
    "module": ("from acme import cloud", "cloud.cloud"),
    "plain": ("import acme.cloud", "acme.cloud.cloud"),
    "plain renamed": ("import acme.cloud as clouds", "clouds.cloud"),
    "in a function": ("def late():\n    from acme.cloud import cloud\n    return cloud\n", "late()"),
    "under another package": ("from corp.acme.cloud import cloud", "cloud"),
}


def _is_kept(text: str) -> bool:
    return "from legacy_shim import DbtCloudClientResource" in text and "DbtCloudWorkspace" not in text


@pytest.mark.parametrize(("imports", "cloud"), _IMPORTS.values(), ids=_IMPORTS)
@pytest.mark.parametrize("program", [_LOADS, _RUNS], ids=["loads", "runs"])
def test_what_a_module_of_another_name_hands_out_stays(
    tmp_path: Path, program: str, imports: str, cloud: str
) -> None:
    files = {
        "lib/__init__.py": "",
        "lib/cloud.py": _CLOUD,
        "app.py": program.format(imports=imports, cloud=cloud),
    }
    texts, report = migrate(tmp_path, files)
    assert _is_kept(texts["lib/cloud.py"])
    assert "DbtCloudWorkspace" not in texts["app.py"]
    if program is _RUNS:
        assert texts["app.py"] == files["app.py"]
    assert any(
        each.code == "LDC303" and "no path of these files is `" in each.message for each in report.findings
    )


def test_a_re_export_of_such_an_import_keeps_it_too(tmp_path: Path) -> None:
    app = _RUNS.format(imports="from shop import cloud", cloud="cloud")
    files = {"lib/cloud.py": _CLOUD, "lib/__init__.py": "", "shop/__init__.py": "from acme.cloud import cloud\n", "app.py": app}  # fmt: skip
    texts, _ = migrate(tmp_path, files)
    assert _is_kept(texts["lib/cloud.py"])
    assert texts["app.py"] == app


@pytest.mark.parametrize("imports", ["from core.acme import cloud", "from .acme import cloud"])
def test_a_load_whose_resource_is_not_found_keeps_one_that_nothing_uses(tmp_path: Path, imports: str) -> None:
    files = {
        "acme_core/__init__.py": "from .res import cloud\n",
        "acme_core/res.py": _CLOUD,
        "svc/defs.py": _LOADS.format(imports=imports, cloud="cloud"),
    }
    texts, report = migrate(tmp_path, files)
    assert _is_kept(texts["acme_core/res.py"])
    assert any("nor to build the one that" in each.message for each in report.findings)


_OF_OTHERS = {
    "a package of others": "from google.cloud import bigquery\n",
    "another name of it": "from corp.cloud import region\n",
    "its module, of which nothing legacy is read": "import google.cloud\n\nprint(google.cloud.version)\n",
    "the standard library": "from concurrent.futures import Future as cloud\n",
}


@pytest.mark.parametrize("imports", _OF_OTHERS.values(), ids=_OF_OTHERS)
def test_imports_of_other_packages_keep_nothing(tmp_path: Path, imports: str) -> None:
    files = {"lib/__init__.py": "", "lib/cloud.py": _CLOUD, "app.py": imports + _RUNS.format(imports="from lib.cloud import cloud as own", cloud="own")}  # fmt: skip
    texts, _ = migrate(tmp_path, files)
    assert "DbtCloudWorkspace(" in texts["lib/cloud.py"]
    assert "trigger_job_run" in texts["app.py"]


@pytest.mark.parametrize(
    "imports",
    [
        "try:\n    from .cloud import cloud\nexcept ImportError:\n    from cloud import cloud\n",
        "try:\n    from cloud import cloud\nexcept ImportError:\n    from lib.cloud import cloud\n",
    ],
)
def test_a_name_that_is_also_imported_by_its_path_migrates(tmp_path: Path, imports: str) -> None:
    files = {"lib/__init__.py": "", "lib/cloud.py": _CLOUD, "lib/app.py": _RUNS.format(imports=imports, cloud="cloud")}  # fmt: skip
    texts, _ = migrate(tmp_path, files)
    assert "DbtCloudWorkspace(" in texts["lib/cloud.py"]
    assert "trigger_job_run" in texts["lib/app.py"]
