"""The GitHub Action: its steps, run as a runner runs them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from documents import TOP, blocks

ACTION: dict[str, Any] = yaml.safe_load((TOP / "action.yml").read_text())
LEGACY = "from dagster_dbt import dbt_cloud_resource\n\nbound = dbt_cloud_resource\n"
FACTS = '{"version": 1, "host": "https://cloud.getdbt.com", "account_id": 1, "jobs": {}}'


def _step(name: str) -> dict[str, Any]:
    (step,) = [step for step in ACTION["runs"]["steps"] if step.get("name") == name]
    return dict(step)


def _checked(folder: Path, **inputs: str) -> subprocess.CompletedProcess[str]:
    """The step that checks, in ``folder``, with the inputs that a workflow gives."""
    unknown = inputs.keys() - ACTION["inputs"].keys()
    assert not unknown
    given = {name: each.get("default", "") for name, each in ACTION["inputs"].items()} | inputs
    step = _step("Check")
    env = {
        name: re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda found: given[found[1]], value)
        for name, value in step["env"].items()
    }
    python = folder / ".runner" / "legacy-shim" / "bin" / "python"
    python.parent.mkdir(parents=True, exist_ok=True)
    python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    runner = {
        "RUNNER_TEMP": str(folder / ".runner"),
        "GITHUB_STEP_SUMMARY": str(folder / ".runner" / "summary"),
    }
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        cwd=folder,
        env={"PATH": os.environ["PATH"], **runner, **env},
        capture_output=True,
        text=True,
    )


def test_legacy_uses_fail_with_an_annotation_and_a_summary(tmp_path: Path) -> None:
    (tmp_path / "defs.py").write_text(LEGACY)
    done = _checked(tmp_path)
    assert done.returncode == 1
    assert "file=defs.py,line=3" in done.stdout
    assert "1 legacy use in 1 Python file" in (tmp_path / ".runner" / "summary").read_text()


def test_what_the_baseline_has_passes(tmp_path: Path) -> None:
    (tmp_path / "defs.py").write_text(LEGACY)
    scan = [sys.executable, "-m", "legacy_shim.codemods", "scan", "defs.py", "--write-baseline", "base.json"]
    subprocess.run(scan, cwd=tmp_path, check=True, capture_output=True)
    assert _checked(tmp_path, baseline="base.json", paths="defs.py").returncode == 0
    (tmp_path / "more.py").write_text(LEGACY)
    assert _checked(tmp_path, baseline="base.json", paths="defs.py").returncode == 0
    assert _checked(tmp_path, baseline="base.json", paths="defs.py more.py").returncode == 1


def test_drift_needs_the_facts(tmp_path: Path) -> None:
    (tmp_path / "defs.py").write_text(LEGACY)
    (tmp_path / "dbt_cloud_jobs.json").write_text(FACTS)
    done = _checked(tmp_path, check="drift", token="t")
    assert done.returncode == 0, done.stderr
    assert "The facts files contain no jobs" in done.stdout


@pytest.mark.parametrize("paths", ["$(touch hacked)", "; touch hacked", "--help; touch hacked", "*.py"])
def test_an_input_is_no_code(tmp_path: Path, paths: str) -> None:
    (tmp_path / "defs.py").write_text(LEGACY)
    assert _checked(tmp_path, paths=paths).returncode == 2
    assert not (tmp_path / "hacked").exists()


def test_another_check_is_refused(tmp_path: Path) -> None:
    done = _checked(tmp_path, check="all")
    assert (done.returncode, done.stdout) == (2, "::error::check is uses or drift\n")


def test_no_input_stands_in_a_script() -> None:
    for step in ACTION["runs"]["steps"]:
        assert "${{" not in step.get("run", "")


def test_the_guide_gives_it_what_it_takes() -> None:
    (found,) = [block for block in blocks("yaml") if "/legacy-shim@" in block.text]
    steps = [step for job in yaml.safe_load(found.text)["jobs"].values() for step in job["steps"]]
    given = [step["with"] for step in steps if "/legacy-shim@" in step["uses"]]
    assert given
    assert all(each.keys() <= ACTION["inputs"].keys() for each in given)
