"""Scripts without a suffix, whose first line says that Python runs them, are rewritten with what they use."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate

_CLOUD = """
import os

from dagster_dbt import DbtCloudClientResource

cloud = DbtCloudClientResource(auth_token=os.environ["T"], account_id=12345)
"""
_CALLS = 'from jobs.cloud import cloud\n\nprint(cloud.get_dbt_client().get_job(67890)["name"])\n'


def _script(folder: Path, line: str) -> Path:
    script = folder / "bin" / "nightly"
    script.parent.mkdir()
    script.write_text(f"{line}\n{_CALLS}")
    script.chmod(0o755)
    return script


def test_a_script_becomes_v2_with_the_resource_that_it_uses(tmp_path: Path) -> None:
    script = _script(tmp_path, "#!/usr/bin/env python3")
    texts, _ = migrate(tmp_path, {"jobs/__init__.py": "", "jobs/cloud.py": _CLOUD})
    assert "cloud = DbtCloudWorkspace(" in texts["jobs/cloud.py"]
    assert script.read_text() == "#!/usr/bin/env python3\n" + _CALLS.replace(
        "get_dbt_client().get_job(", "get_client().get_job_details("
    )
    assert script.stat().st_mode & 0o777 == 0o755


def test_a_script_of_another_language_is_left_alone(tmp_path: Path) -> None:
    script = _script(tmp_path, "#!/bin/sh")
    migrate(tmp_path, {"jobs/__init__.py": "", "jobs/cloud.py": _CLOUD})
    assert script.read_text() == f"#!/bin/sh\n{_CALLS}"


@pytest.mark.parametrize("imports", ["from nightly import JOB", "import nightly\n\nJOB = nightly.JOB"])
def test_nothing_is_imported_from_a_script(tmp_path: Path, imports: str) -> None:
    _script(tmp_path, "#!/usr/bin/env python3")
    loads = f"from dagster_dbt import load_assets_from_dbt_cloud_job\nfrom jobs.cloud import cloud\n{imports}\n\nmodels = load_assets_from_dbt_cloud_job(cloud, JOB)\n"
    files = {
        "jobs/__init__.py": "",
        "jobs/cloud.py": _CLOUD,
        "nightly.py": "JOB = 67890\n",
        "bin/defs.py": loads,
    }
    texts, _ = migrate(tmp_path, files)
    assert 'name="dbt_cloud_job_67890"' in texts["bin/defs.py"]
