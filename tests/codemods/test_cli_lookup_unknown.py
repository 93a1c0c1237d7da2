"""`lookup` where the code does not say which job it means."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PROGRAM = """
import os
from dagster_dbt import dbt_cloud_resource, load_assets_from_dbt_cloud_job
cloud = dbt_cloud_resource("t", 1)
models = load_assets_from_dbt_cloud_job(cloud, int(os.environ["NIGHTLY_JOB"]))
"""


def test_a_job_id_that_is_not_known_is_told_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(PROGRAM)
    done = subprocess.run(
        [sys.executable, "-m", "legacy_shim.codemods", "lookup", "."],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={"PATH": "", "DBT_CLOUD_API_TOKEN": "x"},
    )
    assert done.returncode == 2, done.stderr
    assert "program.py:5:48: the job id is not known: set NIGHTLY_JOB" in done.stdout
    assert done.stdout.endswith(
        "Nothing was looked up: do as these lines say, or name the jobs with --job-id.\n"
    )
    assert not (tmp_path / "dbt_cloud_jobs.json").exists()
