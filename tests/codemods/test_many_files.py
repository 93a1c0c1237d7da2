"""Many files at once: with several processes, and when the process is killed at any moment."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from cli_runner import FACTS, LEGACY, environment, run

PROGRAM = LEGACY.replace("HOST", "https://cloud.getdbt.com/")
FILES = 120
"""More than one process is given."""
FEW = 30
"""Enough to be killed between two of them."""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return planted(tmp_path, FILES)


@pytest.fixture
def small_tree(tmp_path: Path) -> Path:
    return planted(tmp_path, FEW)


def planted(above: Path, files: int) -> Path:
    folder = above / "tree"
    folder.mkdir()
    (folder / ".git").mkdir()
    (folder / "dbt_cloud_jobs.json").write_text(json.dumps(FACTS))
    for place in range(files):
        package = folder / f"team_{place % 7}"
        package.mkdir(exist_ok=True)
        ends = "\r\n" if place % 5 == 0 else "\n"
        text = f"# file {place}\n{PROGRAM}".replace("\n", ends)
        (package / f"defs_{place}.py").write_bytes(text.encode())
    return folder


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*.py"))}


def test_any_number_of_processes_writes_the_same_bytes_and_says_the_same(tree: Path) -> None:
    before = bytes_of(tree)
    answers = []
    for jobs in ("1", "3"):
        copy = tree.parent / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(tree, copy)
        done = run(copy, "migrate", ".", "--jobs", jobs)
        answers.append((done.returncode, done.stdout, done.stderr, bytes_of(copy)))
    assert answers[0] == answers[1]
    assert len([path for path, data in answers[0][3].items() if data != before[path]]) == FILES


def test_killed_at_any_moment_each_file_is_the_old_or_the_new_one_and_a_second_run_completes(
    small_tree: Path,
) -> None:
    before = bytes_of(small_tree)
    whole = small_tree.parent / "whole"
    shutil.copytree(small_tree, whole)
    run(whole, "migrate", ".", "--jobs", "1")
    after = bytes_of(whole)
    for wanted in (1, FEW // 3, FEW - 2):
        copy = small_tree.parent / f"killed_{wanted}"
        shutil.copytree(small_tree, copy)
        assert _killed_when_written(copy, before, wanted) == wanted
        left = bytes_of(copy)
        assert all(data in (before[path], after[path]) for path, data in left.items())
        done = run(copy, "migrate", ".", "--jobs", "1")
        assert done.returncode == 0, done.stdout
        assert bytes_of(copy) == after


_DYING = """
import os, signal, sys
from pathlib import Path

wanted, replace = int(sys.argv.pop()), os.replace
sizes = {path: path.stat().st_size for path in Path().rglob("*.py")}

def replace_and_die(*given, **named):
    replace(*given, **named)
    if sum(path.stat().st_size != size for path, size in sizes.items()) == wanted:
        os.kill(os.getpid(), signal.SIGKILL)

os.replace = replace_and_die
from legacy_shim.codemods.commands.cli import app
app(["migrate", ".", "--jobs", "1"])
"""


def _killed_when_written(folder: Path, before: dict[str, bytes], wanted: int) -> int:
    """Kill a migration once it has written that many files; how many it had written then."""
    command = [sys.executable, "-c", _DYING, str(wanted)]
    done = subprocess.run(command, cwd=folder, env=environment({}), capture_output=True, text=True)
    assert done.returncode == -signal.SIGKILL, done.stderr
    return sum((folder / path).read_bytes() != data for path, data in before.items())
