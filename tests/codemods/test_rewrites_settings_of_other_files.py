"""Settings and job ids that objects of other files hold, which name nothing legacy themselves."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate

SETTINGS = """
import os
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True)
class Settings:
    account_id: int
    nightly: int = 67890
    hourly: int = 67891


"""
LOAD = """
from dagster import Definitions
from dagster_dbt import dbt_cloud_resource, load_assets_from_dbt_cloud_job
{imports}

cloud = dbt_cloud_resource.configured({{"auth_token": "t", "account_id": {settings}.account_id}})
models = load_assets_from_dbt_cloud_job(cloud, {settings}.nightly)
defs = Definitions(assets=[models])
"""
NAMED = ("from settings import settings", "settings")
MADE = "def load():\n    return Settings(account_id=12345)\n\n\nsettings = load()\n"
KNOWN = {
    "made by a function": (MADE, *NAMED),
    "of a module": (MADE, "import settings", "settings.settings"),
    "made by a call": (MADE, "from settings import load", "load()"),
    "made once": (MADE.replace("def load", "@lru_cache\ndef load"), "from settings import load", "load()"),
    "made there": ("settings = Settings(account_id=12345)\n", *NAMED),
    "given an id": ("settings = Settings(12345, nightly=67890)\n", *NAMED),
    "by another name": (
        f"{MADE}current = settings\n",
        "from settings import current as settings",
        "settings",
    ),
}
NOT_KNOWN = {
    "read from what is not known": (
        "from acme import read\n\nsettings = Settings(account_id=12345, nightly=read())\n",
        *NAMED,
    ),
    "of another package": ("from acme import Settings as Other\n\nsettings = Other()\n", *NAMED),
}


def _migrated(folder: Path, program: tuple[str, str, str], **more: str) -> tuple[dict[str, str], list[str]]:
    made, imports, settings = program
    files = {
        "settings.py": SETTINGS + made,
        "assets.py": LOAD.format(imports=imports, settings=settings),
        **more,
    }
    texts, report = migrate(folder, files)
    return texts, [finding.code for finding in report.findings]


@pytest.mark.parametrize("program", KNOWN.values(), ids=KNOWN)
def test_a_job_id_that_an_object_of_another_file_holds_is_read(
    tmp_path: Path, program: tuple[str, str, str]
) -> None:
    texts, codes = _migrated(tmp_path, program)
    assert not [code for code in codes if code.startswith(("LDC3", "LDC4"))]
    assert 'adhoc_job_name="Nightly"' in texts["assets.py"]


@pytest.mark.parametrize("program", NOT_KNOWN.values(), ids=NOT_KNOWN)
def test_a_job_id_that_may_be_another_keeps_the_load(tmp_path: Path, program: tuple[str, str, str]) -> None:
    texts, codes = _migrated(tmp_path, program)
    assert any(code.startswith(("LDC3", "LDC4")) for code in codes)
    assert 'select="tag:daily"' not in texts["assets.py"]


def test_each_job_that_such_an_object_may_name_has_a_row(tmp_path: Path) -> None:
    made = MADE.replace(
        "    return", "    if input():\n        return Settings(12345, nightly=67891)\n    return"
    )
    texts, codes = _migrated(tmp_path, (made, *NAMED))
    assert not [code for code in codes if code.startswith(("LDC3", "LDC4"))]
    assert "    67890: {\n" in texts["assets.py"] and "    67891: {\n" in texts["assets.py"]


def test_a_list_of_such_objects_is_gone_through(tmp_path: Path) -> None:
    jobs = (
        "from dataclasses import dataclass\n\n\n@dataclass\nclass Job:\n    name: str\n    number: int\n\n\n"
    )
    files = {
        "jobs.py": f'{jobs}JOBS = [Job("nightly", 67890), Job("hourly", number=67891)]\n',
        "assets.py": "from dagster import Definitions\nfrom dagster_dbt import dbt_cloud_resource, load_assets_from_dbt_cloud_job\nfrom jobs import JOBS\n\n"
        'cloud = dbt_cloud_resource.configured({"auth_token": "t", "account_id": 12345})\n\n\n'
        "def build(job):\n    return load_assets_from_dbt_cloud_job(dbt_cloud=cloud, job_id=job.number)\n\n\n"
        "defs = Definitions(assets=[build(job) for job in JOBS])\n",
    }
    texts, report = migrate(tmp_path, files)
    assert not [finding for finding in report.findings if finding.code.startswith(("LDC3", "LDC4"))]
    assert "    67890: {\n" in texts["assets.py"] and "    67891: {\n" in texts["assets.py"]


def test_a_class_of_a_third_file_is_read_too(tmp_path: Path) -> None:
    program = (MADE.replace("settings = load()", ""), "from current import settings", "settings")
    texts, codes = _migrated(
        tmp_path, program, **{"current.py": "from settings import load\n\nsettings = load()\n"}
    )
    assert not [code for code in codes if code.startswith(("LDC3", "LDC4"))]
    assert 'adhoc_job_name="Nightly"' in texts["assets.py"]
