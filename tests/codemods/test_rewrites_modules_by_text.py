"""A module that a string names, `import_module("jobs")` or `sys.modules["jobs"]`, is that module, for all that is read and changed."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import clean, migrate

JOBS = "JOBS = [67890]\nJOB = 67890\n"
DEFINITIONS = """
import {imported}
from dagster import Definitions
from dagster_dbt import dbt_cloud_resource, load_assets_from_dbt_cloud_job

cloud = dbt_cloud_resource.configured({{"auth_token": "t", "account_id": 12345}})
models = load_assets_from_dbt_cloud_job(cloud, {job})
defs = Definitions(assets=[models])
"""
CHANGED = [
    'import importlib\n\nimportlib.import_module("jobs").JOBS.clear()\n',
    'from importlib import import_module as load\n\nload("jobs").JOBS.clear()\n',
    'from importlib import import_module\n\njobs = import_module("jobs")\njobs.JOBS[0] = 67891\n',
    '__import__("jobs").JOBS.insert(0, 67891)\n',
    'import sys\n\nsys.modules["jobs"].JOBS.insert(0, 67891)\n',
    'import sys\n\nsys.modules.get("jobs").JOBS.clear()\n',
    'import importlib\n\nNAME = "jobs"\nimportlib.import_module(NAME).JOBS.clear()\n',
    'import importlib\n\ngetattr(importlib.import_module("jobs"), "JOBS").clear()\n',
    'import jobs\n\ngetattr(jobs, "JOBS").clear()\n',
]
SET = [
    'import importlib\n\nimportlib.import_module("jobs").JOB = 67891\n',
    'import sys\n\nsys.modules["jobs"].JOB = 67891\n',
    'import sys\n\nsetattr(sys.modules["jobs"], "JOB", 67891)\n',
]
READ = [
    'import importlib\n\nprint(importlib.import_module("jobs").JOBS)\n',
    "def import_module(name):\n    return object()\n\n\nimport_module('jobs').JOBS.clear()\n",
    "modules = {}\nmodules['jobs'].JOBS.clear()\n",
    'import importlib\n\nimportlib.import_module("other_jobs").JOBS.clear()\n',
]
RESOURCE = """
from dagster_dbt import DbtCloudClientResource

cloud = DbtCloudClientResource(auth_token="t", account_id=12345)
"""
RESOURCE_AFTER = """
from dagster_dbt.cloud_v2 import DbtCloudCredentials, DbtCloudWorkspace

cloud = DbtCloudWorkspace(
    credentials=DbtCloudCredentials(
        account_id=12345,
        token="t",
        access_url="https://cloud.getdbt.com",
    ),
    project_id=11,
    environment_id=22,
)
"""


@pytest.mark.parametrize(
    ("other", "job"), [(text, "jobs.JOBS[0]") for text in CHANGED] + [(text, "jobs.JOB") for text in SET]
)
def test_what_is_changed_by_text_is_not_known(tmp_path: Path, other: str, job: str) -> None:
    files = {
        "jobs.py": JOBS,
        "other.py": other,
        "definitions.py": DEFINITIONS.format(imported="jobs", job=job),
    }
    texts, report = migrate(tmp_path, files)
    assert "legacy_shim" in texts["definitions.py"]
    assert "LDC303" in {each.code for each in report.findings}
    assert (texts["jobs.py"], texts["other.py"]) == (JOBS, other)


@pytest.mark.parametrize("other", READ)
def test_what_is_read_by_text_is_known(tmp_path: Path, other: str) -> None:
    job = "jobs.JOBS[0]"
    files = {
        "jobs.py": JOBS,
        "other.py": other,
        "definitions.py": DEFINITIONS.format(imported="jobs", job=job),
    }
    texts, _ = migrate(tmp_path, files)
    assert "legacy_shim" not in texts["definitions.py"]


def test_a_package_is_reached_by_text(tmp_path: Path) -> None:
    named = {
        "absolute": "importlib.import_module('pkg.jobs')",
        "relative": "importlib.import_module('.jobs', __package__)",
        "the package": "__import__('pkg.jobs').jobs",
    }
    for case, text in named.items():
        files = {
            "pkg/__init__.py": "from . import jobs\n",
            "pkg/jobs.py": JOBS,
            "pkg/other.py": f"import importlib\n\n{text}.JOBS.clear()\n",
            "definitions.py": DEFINITIONS.format(imported="pkg.jobs", job="pkg.jobs.JOBS[0]"),
        }
        texts, _ = migrate(tmp_path / case.replace(" ", "_"), files)
        assert "legacy_shim" in texts["definitions.py"], case


def test_a_job_id_and_a_resource_may_be_read_by_text(tmp_path: Path) -> None:
    job = 'importlib.import_module("jobs").JOB'
    files = {"jobs.py": JOBS, "definitions.py": DEFINITIONS.format(imported="importlib", job=job)}
    texts, _ = migrate(tmp_path / "job", files)
    assert 'name="dbt_cloud_job_67890"' in texts["definitions.py"]
    used = 'import sys\n\nprint(sys.modules["res"].cloud.get_dbt_client().get_job(67890))\n'
    after, report = migrate(tmp_path / "resource", {"res.py": RESOURCE, "main.py": used})
    assert after["res.py"] == clean(RESOURCE_AFTER)
    assert (
        after["main.py"]
        == 'import sys\n\nprint(sys.modules["res"].cloud.get_client().get_job_details(67890))\n'
    )
    assert not [each for each in report.findings if each.code.startswith("LDC3")]
