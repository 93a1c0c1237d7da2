"""A unit is written whole or not at all, whatever stands in the way; and nothing but it is touched."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from cli_runner import run
from kill_runs import everything_in, make_tree

from legacy_shim.codemods.files.journal import NAME
from legacy_shim.codemods.files.sources import Change, read_source
from legacy_shim.codemods.files.transaction import Written, write_groups

OLD, NEW = "x = 1\n", "x = 2\n"


def files_in(folder: Path, *names: str) -> list[Path]:
    paths = [folder / name for name in names]
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(OLD)
    return paths


def write(*groups: Sequence[Path], before: Callable[[], object] = lambda: None) -> Written:
    """Read the files, do something, and write their new text, group by group."""
    changes = [[Change(read_source(path), NEW) for path in group] for group in groups]
    before()
    return write_groups(changes)


def texts(*paths: Path) -> list[str]:
    return [path.read_text() for path in paths]


def is_tidy(folder: Path) -> bool:
    return not [path for path in folder.rglob("*") if "legacy-shim" in path.name]


# one file of several cannot be written


def write_protect(path: Path) -> None:
    path.chmod(0o444)


def write_protect_folder(path: Path) -> None:
    path.parent.chmod(0o555)


def edit(path: Path) -> None:
    path.write_text("x = 7  # mine\n")


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (write_protect, "it is write-protected"),
        (write_protect_folder, "its folder is write-protected"),
        (edit, "it was changed by someone else"),
        (Path.unlink, "No such file"),
    ],
)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_no_file_of_a_unit_changes_where_one_cannot_be_written_and_other_units_are_written(
    tmp_path: Path, spoil: Callable[[Path], None], says: str, place: int
) -> None:
    one = files_in(tmp_path, "a/one.py", "b/two.py", "c/three.py")
    other = files_in(tmp_path, "other.py", "d/another.py")
    before = one[place].parent.stat().st_mode
    written = write(one, other, before=lambda: spoil(one[place]))
    left = [path for path in one if path != one[place]]
    one[place].parent.chmod(before)
    assert texts(*left) == [OLD, OLD]
    assert texts(*other) == [NEW, NEW]
    (problem,) = written.problems
    assert (problem.code, problem.place.path) == ("LDC504", one[place])
    assert problem.message.startswith(says)
    assert all(str(path) in problem.message for path in left), "it names what was not written for it"
    assert written.unwritten == set(one)
    assert is_tidy(tmp_path)


def fail_at(
    monkeypatch: pytest.MonkeyPatch, name: str, number: int, error: BaseException, *, after: bool = False
) -> None:
    """Have a call of the system fail, once, at its turn."""
    real, turns = getattr(os, name), iter(range(1000))

    def call(*arguments: object, **more: object) -> object:
        if next(turns) != number:
            return real(*arguments, **more)
        if after:
            real(*arguments, **more)
        raise error

    monkeypatch.setattr(os, name, call)


@pytest.mark.parametrize("number", range(1, 4))
def test_a_rename_that_fails_takes_the_unit_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    one = files_in(tmp_path, "a.py", "b.py", "c.py")
    other = files_in(tmp_path, "d.py")
    inodes = [path.stat().st_ino for path in one]
    fail_at(monkeypatch, "replace", number, OSError(5, "Input/output error"))
    written = write(one, other)
    assert texts(*one, *other) == [OLD, OLD, OLD, NEW]
    assert [problem.message.partition(";")[0] for problem in written.problems] == ["Input/output error"]
    assert [path.stat().st_ino for path in one] == inodes, "they are the files that they were"
    assert is_tidy(tmp_path)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("number", range(4))
def test_whatever_else_stops_it_all_is_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, after: bool
) -> None:
    paths = files_in(tmp_path, "a.py", "b.py", "c.py")
    fail_at(monkeypatch, "replace", number, KeyboardInterrupt(), after=after)
    with pytest.raises(KeyboardInterrupt):
        write(paths[:2], paths[2:])
    assert texts(*paths) == [OLD, OLD, OLD]
    assert is_tidy(tmp_path)


def test_a_disk_that_is_full_leaves_all_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(7):  # ignore file, lock, two units of two files, journal
        folder = tmp_path / str(number)
        paths = files_in(folder, "a.py", "b.py", "c.py", "d.py")
        with monkeypatch.context() as patched:
            fail_at(patched, "fsync", number, OSError(28, "No space left on device"))
            written = write(paths[:2], paths[2:])
        groups = [texts(*paths[:2]), texts(*paths[2:])]
        assert all(group in ([OLD, OLD], [NEW, NEW]) for group in groups)
        assert (groups[0] == [NEW, NEW]) == (number in (4, 5)), "the other unit is written"
        assert all("No space left on device" in problem.message for problem in written.problems)
        assert len(written.problems) == (1 if number in (2, 3, 4, 5) else 2)
        assert is_tidy(folder)


# edits that are saved meanwhile


def test_an_edit_saved_right_before_the_rename_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In place, as most editors save: it goes into the file that the rename sets aside."""
    paths = files_in(tmp_path, "a.py", "b.py")
    real = os.replace

    def replace(source: Path, target: Path) -> None:
        if Path(target) == paths[1]:
            edit(paths[1])
        real(source, target)

    monkeypatch.setattr(os, "replace", replace)
    written = write(paths)
    assert texts(*paths) == [OLD, "x = 7  # mine\n"]
    assert "changed by someone else" in written.problems[0].message
    assert is_tidy(tmp_path)


def test_an_edit_saved_while_the_unit_is_taken_back_stays_and_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = files_in(tmp_path, "a.py", "b.py")
    real = os.replace

    def replace(source: Path, target: Path) -> None:
        if Path(target) == paths[1]:
            edit(paths[0])
            raise OSError(5, "Input/output error")
        real(source, target)

    monkeypatch.setattr(os, "replace", replace)
    written = write(paths)
    assert texts(*paths) == ["x = 7  # mine\n", OLD]
    assert [(problem.code, problem.place.path) for problem in written.problems] == [
        ("LDC504", paths[1]),
        ("LDC508", paths[0]),
    ]


# what a file is beside its content


def test_extended_attributes_stay(tmp_path: Path) -> None:
    (path,) = files_in(tmp_path, "a.py")
    try:
        os.setxattr(path, "user.owner", b"team data")
    except (OSError, AttributeError):
        pytest.skip("no extended attributes here")
    assert write([path]).notes == ()
    assert path.read_text() == NEW
    assert os.getxattr(path, "user.owner") == b"team data"


def test_a_hard_link_is_reported(tmp_path: Path) -> None:
    (path,) = files_in(tmp_path, "a.py")
    os.link(path, tmp_path / "backup.py")
    written = write([path])
    assert texts(path, tmp_path / "backup.py") == [NEW, OLD]
    assert written.notes == (f"{path}: its other hard links keep the old content",)


@pytest.mark.parametrize(
    "name", ["é" * 126 + ".py", "a" * 252 + ".py", "new\nline.py", os.fsdecode(b"not-utf-8-\xff\xfe.py")]
)
def test_names_of_any_kind(tmp_path: Path, name: str) -> None:
    paths = files_in(tmp_path, name, "b.py")
    assert write(paths).problems == ()
    assert texts(*paths) == [NEW, NEW]
    assert is_tidy(tmp_path)


@pytest.mark.skipif(os.name != "posix", reason="modes of POSIX")
def test_what_is_prepared_is_for_the_user_alone_and_not_for_git(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = files_in(tmp_path, "sub/a.py", "b.py")
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    status = ["git", "-C", str(tmp_path), "status", "--porcelain", "--untracked-files=all"]
    seen: list[tuple[int, bytes]] = []
    real = os.replace

    def replace(source: Path, target: Path) -> None:
        if Path(target) in paths:
            listed = subprocess.run(status, capture_output=True, check=True).stdout
            seen.append((stat.S_IMODE((tmp_path / NAME).stat().st_mode), listed))
        real(source, target)

    monkeypatch.setattr(os, "replace", replace)
    write(paths)
    assert seen == [(0o700, b"?? b.py\n?? sub/a.py\n")] * 2


def test_another_run_at_the_same_time_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = files_in(tmp_path, "a.py", "b.py")
    second: list[Written] = []
    real = os.replace

    def replace(source: Path, target: Path) -> None:
        if Path(target) == paths[0]:
            monkeypatch.setattr(os, "replace", real)
            second.append(write([paths[0]], [paths[1]]))
        real(source, target)

    monkeypatch.setattr(os, "replace", replace)
    written = write(paths)
    assert written.problems == ()
    assert texts(*paths) == [NEW, NEW]
    assert [problem.code for problem in second[0].problems] == ["LDC504", "LDC504"]


# through the command line


def test_a_unit_with_a_write_protected_file_stays_whole_and_is_counted_as_kept(tmp_path: Path) -> None:
    make_tree(tmp_path)
    before = everything_in(tmp_path)
    (tmp_path / "one" / "loads.py").chmod(0o444)
    done = run(tmp_path, "migrate", ".")
    after = everything_in(tmp_path)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {f"{team}/{file}.py" for team in ("two", "three") for file in ("resources", "loads")}
    assert done.returncode == 2
    assert "one/loads.py:1:1  LDC504 it is write-protected; not written either" in done.stdout
    assert "one/resources.py" in done.stdout.partition("LDC504 it is write-protected")[2]
    assert "6 legacy uses in 14 Python files: 3 migrated, 3 kept on the facade." in done.stdout
    assert "1 became v2, 1 became v2 in part, 1 stayed on the facade" in done.stdout
    (tmp_path / "one" / "loads.py").chmod(0o644)
    again = run(tmp_path, "migrate", ".")
    assert again.returncode == 1
    assert "2 files changed" in again.stdout


def test_a_unit_is_whole_at_every_kill_and_the_next_run_brings_it_to_an_end() -> None:
    """The first 20 of the runs that `kill_runs.py 200` makes."""
    script = Path(__file__).with_name("kill_runs.py")
    done = subprocess.run([sys.executable, str(script), "20"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
