"""Many files at once: with several processes, and when the process is killed at any moment."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
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
    moments = set()
    for wanted in (1, FEW // 3, FEW - 2):
        copy = small_tree.parent / f"killed_{wanted}"
        shutil.copytree(small_tree, copy)
        moments.add(_killed_when_written(copy, before, wanted))
        left = bytes_of(copy)
        assert all(data in (before[path], after[path]) for path, data in left.items())
        done = run(copy, "migrate", ".", "--jobs", "1")
        assert done.returncode == 0, done.stdout
        assert bytes_of(copy) == after
    assert moments & set(range(1, FEW)), "it was killed when it had written some, and not all"


def _killed_when_written(folder: Path, before: dict[str, bytes], wanted: int) -> int:
    """Kill a migration once it has written that many files; how many it had written then."""
    command = [sys.executable, "-m", "legacy_shim.codemods", "migrate", ".", "--jobs", "1"]
    sizes = {path: len(data) for path, data in before.items()}
    with subprocess.Popen(
        command, cwd=folder, env=environment({}), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        while process.poll() is None:
            if sum((folder / path).stat().st_size != size for path, size in sizes.items()) >= wanted:
                process.send_signal(signal.SIGKILL)
                break
            time.sleep(0.0005)
    return sum((folder / path).read_bytes() != data for path, data in before.items())
