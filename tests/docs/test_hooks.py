"""The hooks and the workflow that the guide shows do what they say."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from documents import TOP, blocks

PROGRAM = (
    'from dagster_dbt import dbt_cloud_resource\n\nd = dbt_cloud_resource.configured({"account_id": 1})\n'
)
HOOKS: list[dict[str, Any]] = yaml.safe_load((TOP / ".pre-commit-hooks.yaml").read_text())


def run(folder: Path, line: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *line[1:]], cwd=folder, capture_output=True, text=True)


def yaml_blocks() -> list[dict[str, Any]]:
    return [yaml.safe_load(block.text) for block in blocks("yaml")]


def _workflow(job: str) -> dict[str, Any]:
    """The workflow of the guide with a job of that name."""
    (workflow,) = [found for found in yaml_blocks() if job in found.get("jobs", ())]
    return workflow


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
def test_a_hook_passes_clean_code_and_fails_for_legacy_code(hook: dict[str, Any], tmp_path: Path) -> None:
    line = [*shlex.split(hook["entry"]), *hook["args"]]
    program = tmp_path / "defs.py"
    program.write_text("import os\n")
    assert run(tmp_path, line).returncode == 0
    program.write_text(PROGRAM)
    assert run(tmp_path, line).returncode == 1
    assert program.read_text() == PROGRAM


def test_the_hook_of_the_guide_exists_and_takes_its_baseline(tmp_path: Path) -> None:
    (repo,) = [each for found in yaml_blocks() for each in found.get("repos", ())]
    (shown,) = repo["hooks"]
    (hook,) = [each for each in HOOKS if each["id"] == shown["id"]]
    (tmp_path / "defs.py").write_text(PROGRAM)
    command = shlex.split(hook["entry"])
    assert run(tmp_path, [*command, "--write-baseline", "legacy_shim_baseline.json", "."]).returncode == 0
    assert run(tmp_path, [*command, *shown["args"]]).returncode == 0
    (tmp_path / "more.py").write_text(PROGRAM)
    assert run(tmp_path, [*command, *shown["args"]]).returncode == 1


def test_the_workflow_of_the_guide_annotates_what_is_new(tmp_path: Path) -> None:
    workflow = _workflow("scan")
    steps = [step["run"] for step in workflow["jobs"]["scan"]["steps"] if "run" in step]
    assert steps[0] == "pip install legacy-shim"
    (tmp_path / "legacy_shim_baseline.json").write_text('{"version": 1, "uses": []}')
    (tmp_path / "defs.py").write_text(PROGRAM)
    done = run(tmp_path, shlex.split(steps[1]))
    assert done.returncode == 1
    assert "file=defs.py,line=3" in done.stdout


def test_the_weekly_workflow_of_the_guide_says_what_there_is_to_check(tmp_path: Path) -> None:
    workflow = _workflow("check")
    steps = [step["run"] for step in workflow["jobs"]["check"]["steps"] if "run" in step]
    assert steps[0] == "pip install legacy-shim"
    (tmp_path / "dbt_cloud_jobs.json").write_text(
        '{"version": 1, "host": "https://cloud.getdbt.com", "account_id": 1, "jobs": {}}'
    )
    done = run(tmp_path, shlex.split(steps[1]))
    assert done.returncode == 0, done.stdout
    assert "contain no jobs" in done.stdout
