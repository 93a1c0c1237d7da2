"""`migrate --commit`: a git commit for each unit, on a clean checkout."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from cli_runner import FACTS, run
from cli_runner import LEGACY as TEMPLATE

LEGACY = TEMPLATE.replace("HOST", "https://cloud.getdbt.com/")
IDENTITY = {f"GIT_{who}_{what}": "a@b.c" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", *words],
        cwd=folder,
        env={**os.environ, **IDENTITY},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Two files that have nothing to do with each other, and one of no interest."""
    for name in ("one.py", "two.py"):
        (tmp_path / name).write_text(LEGACY)
    (tmp_path / "other.py").write_text("X = 1\n")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "Before")
    (tmp_path / "dbt_cloud_jobs.json").write_text(json.dumps(FACTS))  # git need not know it
    return tmp_path


def migrate(folder: Path, *words: str, env: dict[str, str] = IDENTITY) -> subprocess.CompletedProcess[str]:
    return run(folder, "migrate", "--commit", *words, ".", **env)


def test_each_unit_is_a_commit_with_its_findings(checkout: Path) -> None:
    done = migrate(checkout)
    assert done.returncode == 0, done.stdout + done.stderr
    subjects = git(checkout, "log", "--format=%s", "--reverse").splitlines()
    assert subjects == [
        "Before",
        "Migrate one.py to dagster_dbt.cloud_v2",
        "Migrate two.py to dagster_dbt.cloud_v2",
    ]
    assert git(checkout, "show", "--format=", "--name-only", "HEAD").split() == ["two.py"]
    body = git(checkout, "show", "-s", "--format=%b", "HEAD~1")
    assert body.startswith(
        "2 legacy uses in 1 Python file: 2 migrated.\n1 resource, with everything that uses it: 1 became"
    )
    assert (
        "\nNEEDS ACTION BEFORE YOU DEPLOY\n\nLDC209 importing contacts dbt Cloud, and can time out  1 location\n"
        in body
    )
    assert "one.py:9:13" in body
    assert "two.py" not in body
    assert max(map(len, body.splitlines())) <= 72
    assert git(checkout, "status", "--porcelain") == "?? dbt_cloud_jobs.json\n"
    assert "2 commits:\n" in done.stdout
    assert "git log -2 --format=%H >> .git-blame-ignore-revs" in done.stdout


def test_the_json_report_names_the_commits(checkout: Path) -> None:
    report = json.loads(migrate(checkout, "--format", "json").stdout)
    assert report["commits"] == git(checkout, "log", "-2", "--format=%H", "--reverse").split()


def test_files_that_belong_together_are_one_commit(checkout: Path) -> None:
    (checkout / "two.py").write_text("from one import *\nfrom one import cloud as again\n\nprint(again)\n")
    one = (checkout / "one.py").read_text()
    (checkout / "one.py").write_text(one.replace("dbt_cloud =", "cloud ="))
    git(checkout, "commit", "-q", "-a", "-m", "Linked")
    migrate(checkout)
    assert len(git(checkout, "log", "--format=%s").splitlines()) <= 3


@pytest.mark.parametrize("kind", ["changed", "staged", "unknown"])
def test_a_checkout_with_changes_is_refused_and_nothing_is_written(checkout: Path, kind: str) -> None:
    if kind == "unknown":
        (checkout / "three.py").write_text(LEGACY)
    else:
        (checkout / "other.py").write_text("X = 2\n")
        git(checkout, *(["add", "other.py"] if kind == "staged" else ["status"]))
    done = migrate(checkout)
    assert done.returncode == 2
    named = "three.py" if kind == "unknown" else "other.py"
    assert "--commit: commit or stash these changes first" in done.stderr
    assert named in done.stderr
    assert (checkout / "one.py").read_text() == LEGACY
    assert len(git(checkout, "log", "--format=%s").splitlines()) == 1


def test_outside_of_a_checkout_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text(LEGACY)
    (tmp_path / "dbt_cloud_jobs.json").write_text(json.dumps(FACTS))
    done = migrate(tmp_path)
    assert (done.returncode, (tmp_path / "one.py").read_text()) == (2, LEGACY)
    assert "--commit: not in a git checkout" in done.stderr


def test_a_hook_that_refuses_is_quoted_and_the_rest_is_not_committed(checkout: Path) -> None:
    hook = checkout / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho 'no commits on Mondays' >&2\nexit 1\n")
    hook.chmod(0o755)
    done = migrate(checkout)
    assert done.returncode == 2
    assert "written, and not committed: one.py" in done.stderr
    assert "no commits on Mondays" in done.stderr
    assert len(git(checkout, "log", "--format=%s").splitlines()) == 1


def test_one_who_is_unknown_to_git_is_refused_before_anything_is_written(checkout: Path) -> None:
    git(checkout, "config", "user.useConfigOnly", "true")
    done = migrate(checkout, env={"HOME": str(checkout / "nowhere"), "GIT_CONFIG_NOSYSTEM": "1"})
    assert (done.returncode, (checkout / "one.py").read_text()) == (2, LEGACY)
    assert "git var" in done.stderr


def test_nothing_to_migrate_is_no_commit(checkout: Path) -> None:
    for name in ("one.py", "two.py"):
        (checkout / name).write_text("X = 1\n")
    assert migrate(checkout).returncode == 0


@pytest.mark.parametrize("other", ["--diff", "--check"])
def test_what_writes_nothing_commits_nothing(checkout: Path, other: str) -> None:
    done = migrate(checkout, other)
    assert done.returncode == 2
    assert "--diff, --check and --commit exclude each other" in done.stderr
