"""Which files a walk takes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from legacy_shim.codemods.errors import UsageError
from legacy_shim.codemods.files.walk import find_sources, kind_of


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository in the working directory."""
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _make(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")


def _python(*paths: str | Path, exclude: tuple[str, ...] = ()) -> list[str]:
    return [path.as_posix() for path in find_sources([Path(path) for path in paths], exclude=exclude).python]


def test_python_files_in_order(tree: Path) -> None:
    _make(tree, "z.py", "a.py", "pkg/b.pyi", "pkg/a/c.py", "pkg/data.csv", "README")
    assert _python(".") == ["a.py", "pkg/a/c.py", "pkg/b.pyi", "z.py"]


@pytest.mark.parametrize(
    "line", ["#!/usr/bin/env python3", "#!/usr/bin/python", "#!/opt/venv/bin/python3.11 -u"]
)
def test_a_script_that_python_runs_is_a_python_file(tree: Path, line: str) -> None:
    script = tree / "bin" / "nightly"
    script.parent.mkdir()
    script.write_text(f"{line}\nprint(1)\n")
    assert _python(".") == []
    script.chmod(0o755)
    assert _python(".") == ["bin/nightly"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("bin/nightly", "#!/bin/bash\npython -m jobs\n"),
        ("bin/nightly", "print(1)\n"),
        ("bin/nightly", "#!/usr/bin/env pythonic\n"),
        ("bin/nightly.txt", "#!/usr/bin/env python\n"),
        ("bin/nightly", ""),
    ],
)
def test_a_script_of_something_else_is_none(tree: Path, name: str, text: str) -> None:
    _make(tree, name)
    (tree / name).write_text(text)
    (tree / name).chmod(0o755)
    assert _python(".") == []


def test_other_kinds_are_listed_apart(tree: Path) -> None:
    _make(
        tree,
        ".github/workflows/ci.yml",
        "Makefile",
        "docker/Dockerfile.prod",
        "run.sh",
        "nb.ipynb",
        "docs/a.md",
    )
    found = find_sources([Path()])
    assert [path.as_posix() for path in found.others] == [
        ".github/workflows/ci.yml",
        "Makefile",
        "docker/Dockerfile.prod",
        "docs/a.md",
        "run.sh",
    ]
    assert [path.as_posix() for path in found.notebooks] == ["nb.ipynb"]
    assert found.python == ()


@pytest.mark.parametrize(
    "left_out",
    [
        ".eggs/a.py",
        ".git/hooks/a.py",
        ".nox/a.py",
        ".tox/py/a.py",
        ".venv/a.py",
        "__pycache__/a.py",
        "build/lib/a.py",
        "dist/a.py",
        "lib/site-packages/a.py",
        "node_modules/x/a.py",
        "x.egg-info/a.py",
        "x/.hg/a.py",
    ],
)
def test_what_no_one_edits_is_left_out(tree: Path, left_out: str) -> None:
    _make(tree, left_out, "b.py")
    assert _python(".") == ["b.py"]


def test_a_virtual_environment_is_known_by_its_config(tree: Path) -> None:
    _make(tree, "my-python/pyvenv.cfg", "my-python/lib/a.py", "b.py")
    assert _python(".") == ["b.py"]


def test_a_package_may_be_called_build(tree: Path) -> None:
    _make(tree, "build/__init__.py", "build/a.py", "dist/a.py")
    assert _python(".") == ["build/__init__.py", "build/a.py"]


@pytest.mark.parametrize("given", ["build", ".venv", ".venv/lib/site-packages"])
def test_a_folder_that_is_named_is_walked(tree: Path, given: str) -> None:
    _make(tree, f"{given}/a.py", ".venv/pyvenv.cfg")
    assert f"{given}/a.py" in _python(given)


def test_gitignore_at_every_level(tree: Path) -> None:
    _make(tree, "gen/a.py", "src/gen/b.py", "src/c_pb2.py", "src/sub/d.py", "src/sub/keep_pb2.py", "e.py")
    (tree / ".gitignore").write_text("/gen/\n*_pb2.py\n")
    (tree / "src" / "sub" / ".gitignore").write_text("d.py\n!keep_pb2.py\n")
    assert _python(".") == ["e.py", "src/gen/b.py", "src/sub/keep_pb2.py"]


def test_gitignore_above_the_given_folder_counts_up_to_the_repository(tree: Path) -> None:
    (tree / ".gitignore").write_text("*_pb2.py\n")
    (tree / "inner" / ".git").mkdir(parents=True)
    _make(tree, "src/a.py", "src/b_pb2.py", "inner/c_pb2.py")
    assert _python("src") == ["src/a.py"]
    assert _python("inner") == ["inner/c_pb2.py"]


def test_an_ignored_folder_that_is_named_is_walked(tree: Path) -> None:
    (tree / ".gitignore").write_text("generated/\n")
    _make(tree, "generated/deep/a.py")
    (tree / "generated" / ".gitignore").write_text("*\n")  # as `python -m venv` writes it
    assert _python(".") == []
    assert _python("generated/deep") == ["generated/deep/a.py"]


def test_a_file_that_is_named_is_taken(tree: Path) -> None:
    (tree / ".gitignore").write_text("*.py\n")
    _make(tree, "a.py", "build/b.py", "script")
    assert _python("a.py", "build/b.py", "script") == ["a.py", "build/b.py", "script"]
    assert [path.name for path in find_sources([Path(".gitignore"), Path("a.py")]).python] == [
        ".gitignore",
        "a.py",
    ]


@pytest.mark.parametrize(
    "pattern", ["tests", "tests/", "/tests", "src/tests", "src/tests/*", "**/tests/**", "test_*.py"]
)
def test_exclude_is_relative_to_here_or_to_the_given_folder(tree: Path, pattern: str) -> None:
    _make(tree, "src/tests/test_a.py", "src/a.py")
    assert _python("src", exclude=(pattern,)) == ["src/a.py"]


def test_exclude_leaves_out_files_that_are_named(tree: Path) -> None:
    _make(tree, "tests/test_a.py", "a.py")
    assert _python("tests/test_a.py", "a.py", exclude=("test_*.py",)) == ["a.py"]


def test_exclude_can_take_back(tree: Path) -> None:
    _make(tree, "a.py", "b.py")
    assert _python(".", exclude=("*.py", "!b.py")) == ["b.py"]


def test_each_real_file_once(tree: Path) -> None:
    _make(tree, "src/a.py", "src/b.py")
    (tree / "again.py").symlink_to(tree / "src" / "a.py")
    (tree / "src" / "loop").symlink_to(tree)
    assert _python(".", "src", "src/a.py", tree / "src") == ["src/a.py", "src/b.py"]


def test_links_that_lead_out_are_told_and_not_followed(
    tree: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    _make(elsewhere, "lib/a.py", "b.py")
    (tree / "lib").symlink_to(elsewhere / "lib")
    (tree / "b.py").symlink_to(elsewhere / "b.py")
    (tree / "gone.py").symlink_to(elsewhere / "gone.py")
    found = find_sources([tree])
    assert found.python == ()
    assert [path.name for path in found.outside] == ["b.py", "lib"]
    assert [path.name for path in find_sources([tree / "lib"]).python] == ["a.py"], "named, so meant"


def test_a_link_does_not_bring_back_what_was_left_out(tree: Path) -> None:
    _make(tree, ".venv/lib/a.py")
    (tree / "lib").symlink_to(tree / ".venv" / "lib")
    (tree / "a.py").symlink_to(tree / ".venv" / "lib" / "a.py")
    assert _python(".") == []


def test_a_link_gives_a_python_name_to_a_file_inside(tree: Path) -> None:
    _make(tree, "bin/tool")
    (tree / "tool.py").symlink_to(tree / "bin" / "tool")
    assert _python(".") == ["tool.py"]


def test_a_missing_path_is_said_before_anything_is_walked(tree: Path) -> None:
    with pytest.raises(UsageError, match=r"nowhere: no such file or folder"):
        find_sources([tree, Path("nowhere")])


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may list every folder")
def test_a_folder_that_cannot_be_listed_is_a_finding(tree: Path) -> None:
    _make(tree, "shut/a.py", "b.py")
    (tree / "shut").chmod(0)
    found = find_sources([tree])
    (tree / "shut").chmod(0o755)
    assert [path.name for path in found.python] == ["b.py"]
    assert [finding.code for finding in found.problems] == ["LDC501"]


def test_a_folder_that_vanishes_is_a_finding(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _make(tree, "src/a.py", "b.py")
    scandir = os.scandir

    def vanishing(path: str) -> object:
        if path.endswith("src"):
            raise FileNotFoundError(2, "No such file or directory", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", vanishing)
    found = find_sources([tree])
    assert [path.name for path in found.python] == ["b.py"]
    assert [(finding.code, finding.place.path.name) for finding in found.problems] == [("LDC501", "src")]


def test_kinds() -> None:
    names = ["a.py", "a.pyi", "a.ipynb", "a.yaml", "Dockerfile", "Makefile.am", "a.pyc", "a.csv", "py"]
    assert [kind_of(name) for name in names] == [
        "python", "python", "notebook", "other", "other", "other", None, None, None,
    ]  # fmt: skip
