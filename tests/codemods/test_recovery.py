"""What an interrupted migration left is completed or taken back, and nothing else is done because of a journal."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_runner import run
from kill_runs import at_step, everything_in, forked, kill, make_tree

from legacy_shim.codemods.files.journal import NAME, digest, read

ONE = ("one/loads.py", "one/resources.py")


@pytest.fixture(scope="module")
def half(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tree in which a migration was killed when it had written one of the two files of its first unit."""
    source = tmp_path_factory.mktemp("source") / "tree"
    make_tree(source)
    for step in range(200):
        folder = tmp_path_factory.mktemp("half") / "tree"
        shutil.copytree(source, folder)
        forked(folder, at_step(step, kill, before=False))
        before, after = everything_in(source), everything_in(folder)
        if [after[name] != before[name] for name in ONE] == [True, False]:
            return folder
    raise AssertionError("no step is between the files of a unit")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The tree after a migration that was not interrupted."""
    folder = tmp_path_factory.mktemp("whole") / "tree"
    make_tree(folder)
    run(folder, "migrate", ".")
    return everything_in(folder)


@pytest.fixture
def tree(half: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(half, tmp_path / "tree"))


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("old") / "tree"
    make_tree(folder)
    return everything_in(folder)


def test_the_next_run_completes_it_and_says_so(tree: Path, whole: dict[str, bytes]) -> None:
    done = run(tree, "migrate", ".")
    assert done.returncode == 1
    assert "An interrupted migration was completed: 5 files written, 0 files taken back." in done.stderr
    assert everything_in(tree) == whole


@pytest.mark.parametrize("more", [("--check",), ("--diff",)])
def test_a_run_that_writes_nothing_names_it(tree: Path, more: tuple[str, ...]) -> None:
    before = everything_in(tree)
    done = run(tree, "migrate", ".", *more)
    assert done.returncode == 2
    assert "one/resources.py:1:1" in done.stdout + done.stderr
    assert "LDC508" in done.stdout + done.stderr
    assert "has written one/loads.py and not one/resources.py" in done.stdout + done.stderr
    assert everything_in(tree) == before


def test_from_another_folder_and_with_paths_above_it_is_found_too(
    tree: Path, whole: dict[str, bytes]
) -> None:
    run(tree.parent, "migrate", str(tree.parent), "--facts", str(tree / "dbt_cloud_jobs.json"))
    assert everything_in(tree) == whole


@pytest.mark.parametrize("path", ["one/resources.py", "one/loads.py"])
def test_half_of_the_unit_alone_is_refused_with_the_command_that_does_it(tree: Path, path: str) -> None:
    before = everything_in(tree)
    done = run(tree, "migrate", path)
    assert done.returncode == 2
    assert f"complete it with `migrate {tree / 'one'}`" in done.stderr
    assert everything_in(tree) == before


def test_the_unit_alone_is_completed_and_the_others_follow(tree: Path, whole: dict[str, bytes]) -> None:
    done = run(tree, "migrate", "one")
    assert "1 file written" in done.stderr
    now = everything_in(tree)
    assert all(now[name] == whole[name] for name in ONE)
    run(tree, "migrate", ".")
    assert everything_in(tree) == whole


def test_an_edit_of_what_was_not_written_yet_stays_and_the_rest_of_the_unit_goes_back_first(
    tree: Path, old: dict[str, bytes]
) -> None:
    path = tree / "one" / "resources.py"
    path.write_bytes(path.read_bytes() + b"mine = 1\n")
    done = run(tree, "migrate", ".")
    assert "4 files written, 1 file taken back." in done.stderr
    assert done.returncode == 1
    assert path.read_bytes().endswith(b"mine = 1\n")
    assert b"DbtCloudWorkspace" in path.read_bytes(), "then it is migrated with the edit in it"
    assert (tree / "one" / "loads.py").read_bytes() != old["one/loads.py"]
    assert not (tree / NAME).exists()


def test_an_edit_of_what_was_written_stays_and_the_rest_is_completed(
    tree: Path, whole: dict[str, bytes]
) -> None:
    path = tree / "one" / "loads.py"
    mine = path.read_bytes() + b"mine = 1\n"
    path.write_bytes(mine)
    run(tree, "migrate", ".")
    assert everything_in(tree) == {**whole, "one/loads.py": mine}


def test_what_it_had_prepared_is_gone_so_the_unit_goes_back(tree: Path, whole: dict[str, bytes]) -> None:
    for path in (tree / NAME).glob("*.new"):
        path.unlink()
    done = run(tree, "migrate", ".")
    assert "0 files written, 1 file taken back." in done.stderr
    assert everything_in(tree) == whole


def test_nothing_can_be_done_and_it_says_what_is_half(tree: Path) -> None:
    for path in (tree / NAME).glob("*.*"):
        if path.name[0].isdigit():
            path.unlink()
    before = everything_in(tree)
    done = run(tree, "migrate", ".")
    assert done.returncode == 2
    assert "has written one/loads.py and not one/resources.py" in done.stderr
    assert "take it from version control" in done.stderr
    assert everything_in(tree) == before


# journals that are not to be believed


def rewrite(folder: Path, change: Callable[[dict[str, object]], None]) -> None:
    """Change a journal as someone would who knows how it is made."""
    path = folder / NAME / "journal"
    document = json.loads(path.read_bytes().partition(b"\n")[2])
    change(document)
    body = json.dumps(document).encode()
    path.write_bytes(f"legacy-shim journal {digest(body)}\n".encode() + body)


def test_a_journal_writes_nothing_outside_of_the_given_paths(tree: Path) -> None:
    outside = tree.parent / "outside.py"
    outside.write_text("secret = 1\n")
    linked = tree.parent / "linked"
    linked.mkdir()
    (linked / "inner.py").write_text("secret = 1\n")
    (tree / "link").symlink_to(linked)
    (tree / "link.py").symlink_to(outside)
    for target in ("../outside.py", "one/../../outside.py", "link/inner.py", "link.py", str(outside)):
        copy = tree.parent / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(tree, copy, symlinks=True)

        def aim(document: dict[str, object], target: str = target) -> None:
            for group in document["groups"]:  # type: ignore[attr-defined]
                for row in group:
                    if row["target"] == "one/resources.py":
                        row |= {"target": target, "old": digest(b"secret = 1\n")}

        rewrite(copy, aim)
        done = run(copy, "migrate", ".")
        assert done.returncode == (1 if target == "link.py" else 2), (
            "what a link leads to is not what was read"
        )
        assert outside.read_text() == (linked / "inner.py").read_text() == "secret = 1\n"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"legacy-shim journal",
        b"{}",
        b"[" * 100_000,
        b"\xff\xfe\x00",
    ],
)
def test_a_journal_that_is_damaged_is_named_and_nothing_is_done(tree: Path, data: bytes) -> None:
    signed = f"legacy-shim journal {digest(data)}\n".encode() + data
    for content in (data, signed):
        (tree / NAME / "journal").write_bytes(content)
        before = everything_in(tree)
        done = run(tree, "migrate", ".")
        assert done.returncode == 2
        assert "it is damaged, so that nothing is completed from it: delete it" in done.stderr
        assert everything_in(tree) == before
    assert run(tree, "migrate", ".", "--check").returncode == 2


@pytest.mark.parametrize(
    "row",
    [
        {"number": "0"},
        {"number": 1, "target": 7},
        {"target": "a\0b"},
        {"target": None},
    ],
)
def test_a_journal_of_a_wrong_shape_is_named(tree: Path, row: dict[str, object]) -> None:
    def spoil(document: dict[str, object]) -> None:
        document["groups"][0][0].update(row)  # type: ignore[index]

    rewrite(tree, spoil)
    assert "it is damaged" in run(tree, "migrate", ".").stderr


def test_a_journal_that_git_tracks_came_with_the_checkout(tree: Path) -> None:
    shutil.rmtree(tree / ".git")
    subprocess.run(["git", "init", "-q", "."], cwd=tree, check=True)
    subprocess.run(["git", "add", "-f", "."], cwd=tree, check=True)
    before = everything_in(tree)
    done = run(tree, "migrate", ".")
    assert done.returncode == 2
    assert "it came with the checkout" in done.stderr
    assert {name: data for name, data in everything_in(tree).items() if ".git/" not in name} == {
        name: data for name, data in before.items() if ".git/" not in name
    }


@pytest.mark.parametrize("kind", ["link", "file", "dangling"])
def test_what_only_has_its_name_is_no_journal(tmp_path: Path, kind: str) -> None:
    make_tree(tmp_path / "tree")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "0.old").write_text("keep me\n")
    place = tmp_path / "tree" / NAME
    if kind == "file":
        place.write_text("mine\n")
    else:
        place.symlink_to(elsewhere if kind == "link" else tmp_path / "nowhere")
    done = run(tmp_path / "tree", "migrate", ".")
    assert done.returncode == 2
    assert "it is not a folder that a migration made" in done.stderr
    assert (elsewhere / "0.old").read_text() == "keep me\n"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may give files away")
def test_a_journal_of_another_user_above_the_paths_does_not_count(tree: Path) -> None:
    os.chown(tree / NAME, 1234, 1234)
    done = run(tree, "migrate", "two")
    assert done.returncode == 0, done.stderr


def test_what_is_no_part_of_a_journal_is_not_removed_with_it(tree: Path) -> None:
    (tree / NAME / "mine.txt").write_text("keep me\n")
    done = run(tree, "migrate", ".")
    assert done.returncode == 2
    assert (tree / NAME / "mine.txt").read_text() == "keep me\n"


def test_a_journal_says_what_it_is_about(half: Path) -> None:
    journal = read(half / NAME)
    assert [entry.shown for entry in journal.groups[0]] == list(ONE)
