"""A warning where git could not take back what is written, and no more than that."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from cli_runner import make_project, run

from legacy_shim.codemods.files.checkout import warnings


def git(folder: Path, *arguments: str) -> None:
    own = ["-c", "user.name=someone", "-c", "user.email=someone@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *own, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q")
    for name in ("one.py", "two words.py", "[three].py"):
        (tmp_path / name).write_text("x = 1\n")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "all")
    return tmp_path


def test_nothing_is_said_of_what_is_committed(checkout: Path) -> None:
    (checkout / "another.py").write_text("not to be written\n")
    assert list(warnings([checkout / "one.py", checkout / "two words.py", checkout / "[three].py"])) == []


@pytest.mark.parametrize("name", ["one.py", "two words.py", "[three].py"])
@pytest.mark.parametrize("staged", [False, True])
def test_what_is_changed_is_named(checkout: Path, name: str, staged: bool) -> None:
    (checkout / name).write_text("x = 2\n")
    if staged:
        git(checkout, "add", ".")
    (told,) = warnings(sorted(checkout.glob("*.py")))
    assert told == (
        f"warning: changes that are not committed will be mixed with those written now: {checkout / name}"
    )


def test_what_git_never_had_is_named(checkout: Path) -> None:
    (checkout / ".gitignore").write_text("ignored.py\n")
    new = [checkout / name for name in ("ignored.py", "new.py")]
    for path in new:
        path.write_text("x = 1\n")
    (told,) = warnings([*new, checkout / "one.py"])
    assert "new.py" in told
    assert "ignored.py" in told
    assert "one.py" not in told


def test_many_files_are_counted(checkout: Path) -> None:
    paths = [checkout / f"new_{place:04}.py" for place in range(600)]
    for path in paths:
        path.write_text("x = 1\n")
    (told,) = warnings(paths)
    assert told.endswith("new_0002.py and 597 more")


def test_a_folder_without_git_is_said(tmp_path: Path) -> None:
    (told,) = warnings([tmp_path / "one.py"])
    assert told == f"warning: not in a git checkout, so git cannot take it back: {tmp_path / 'one.py'}"


def test_nothing_is_said_without_git(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (checkout / "one.py").write_text("x = 2\n")
    monkeypatch.setenv("PATH", os.devnull)
    assert list(warnings([checkout / "one.py"])) == []


def test_migrate_warns_and_goes_on(tmp_path: Path) -> None:
    folder = make_project(tmp_path)
    (folder / ".git").rmdir()
    checked = run(folder, "migrate", ".", "--check")
    assert "warning" not in checked.stderr
    done = run(folder, "migrate", ".")
    assert "not in a git checkout" in done.stderr
    assert "warning" not in done.stdout
    again = run(folder, "migrate", ".")
    assert again.stderr == "", "nothing is written, so there is nothing to warn of"
