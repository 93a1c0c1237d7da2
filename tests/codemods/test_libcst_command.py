"""LibCST's own runner does what `migrate` does, to the byte, in as many processes as it likes."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cli_runner import FACTS, environment, run

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "legacy_project"
COMMAND = ("codemod", "-x", "--no-format", "legacy_shim.codemods.commands.libcst_command.MigrateCommand")


def project(folder: Path) -> Path:
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / ".git").mkdir()
    (folder / "dbt_cloud_jobs.json").write_text(json.dumps(FACTS))
    (folder / "crlf.py").write_bytes(
        b"from dagster_dbt import dbt_cloud_resource as r\r\n\r\nd = r  # caf\xc3\xa9"
    )
    return folder


def runner(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "libcst.tool", *COMMAND, *arguments],
        cwd=folder,
        env=environment({}),
        capture_output=True,
        text=True,
    )


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*.py"))}


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_it_writes_what_migrate_writes(tmp_path: Path, jobs: str) -> None:
    by_runner, by_migrate = project(tmp_path / "runner"), project(tmp_path / "migrate")
    before = contents(by_runner)
    done = runner(by_runner, "--jobs", jobs, ".")
    assert done.returncode == 0, done.stderr
    run(by_migrate, "migrate", ".")
    assert contents(by_runner) == contents(by_migrate) != before
    assert "LDC2" in done.stdout + done.stderr


def test_a_tree_elsewhere_is_named(tmp_path: Path) -> None:
    folder = project(tmp_path / "project")
    before = contents(folder)
    done = runner(tmp_path, "--tree", "project", "project")
    assert done.returncode == 0, done.stderr
    assert contents(folder) != before


def test_a_tree_that_is_not_there_is_said(tmp_path: Path) -> None:
    done = runner(tmp_path, "--tree", "none", ".")
    assert done.returncode == 2
    assert "none" in done.stderr


def test_what_others_wrote_is_shown_without_what_steers(tmp_path: Path) -> None:
    attack = "\x1b[2J\n::error::pwned\u202e"
    folder = project(tmp_path / "project")
    facts = {**FACTS, "jobs": {"67890": {**FACTS["jobs"]["67890"], "name": attack}}}  # type: ignore[index, dict-item]
    (folder / "dbt_cloud_jobs.json").write_text(json.dumps(facts))
    (folder / "broken.py").write_text(
        f"from dagster_dbt import dbt_cloud_resource\nx = {attack!a}\n'\u202e\x1b[2J = 1\n"
    )
    done = runner(folder, ".")
    shown = done.stdout + done.stderr
    assert "LDC2" in shown
    assert not set("\u202e\x07\x9b") & set(shown) and "\x1b[2J\n" not in shown, ascii(shown)
    assert not [line for line in shown.splitlines() if line.lstrip().startswith("::")]
    (folder / "dbt_cloud_jobs.json").write_text('{"' + "\\u001b\\n::error::x" + '": 1}')
    refused = runner(folder, ".").stderr
    assert "dbt_cloud_jobs.json" in refused and "\x1b" not in refused, ascii(refused)
    assert not [line for line in refused.splitlines() if line.lstrip().startswith("::")]
